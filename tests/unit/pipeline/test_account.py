"""What can happen to an account, and who is the same customer."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.pipeline.domain.account import (
    Account,
    AccountArchived,
    AccountFacts,
    AccountNotArchived,
    AccountUpdated,
    Ownership,
    ParentCircle,
    check_parent,
    create_account,
)
from services.pipeline.domain.account_profile import Phase, phase_of
from services.pipeline.domain.resemblance import (
    AccountResemblance,
    KnownAccount,
    finding_keys,
    identity_of,
    resemblances,
    sought,
)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
ZHANG_WEI, LI_NA = UUID(int=1), UUID(int=2)


def an_account(facts: AccountFacts | None = None, *, number: int = 11) -> Account:
    facts = facts or AccountFacts(display_name="杭州云帆科技有限公司")
    owner = Ownership(owner=ZHANG_WEI)
    return create_account(
        uuid=UUID(int=number), facts=facts, keys=finding_keys(facts), ownership=owner, now=NOON
    ).aggregate


def found(wanted: AccountFacts, known: AccountFacts, **through: tuple[str, ...]) -> list[AccountResemblance]:
    return resemblances(sought(identity_of(wanted)), [KnownAccount(account=an_account(known), **through)])


def named(display_name: str, **more: str) -> AccountFacts:
    return AccountFacts(display_name=display_name, **more)  # type: ignore[arg-type]  # only texts are given here


def test_nothing_changed_is_no_event() -> None:
    account = an_account()
    assert account.updated(facts=account.facts, keys=account.keys, now=LATER).events == ()


def test_an_update_names_what_changed() -> None:
    account = an_account()
    facts = AccountFacts(display_name="杭州云帆科技有限公司", industry="软件", tier="key")
    assert account.updated(facts=facts, keys=account.keys, now=LATER).events == (AccountUpdated(("industry", "tier")),)


def test_an_archived_account_neither_changes_nor_changes_hands() -> None:
    account = an_account().archived(now=LATER).aggregate
    with pytest.raises(AccountArchived):
        account.updated(facts=account.facts, keys=account.keys, now=LATER)
    with pytest.raises(AccountArchived):
        account.assigned(Ownership(owner=LI_NA), now=LATER)


def test_only_an_archived_account_comes_back() -> None:
    with pytest.raises(AccountNotArchived):
        an_account().brought_back(now=LATER)


def test_an_account_does_not_stand_above_itself() -> None:
    with pytest.raises(ParentCircle):
        check_parent(UUID(int=1), above=[UUID(int=2), UUID(int=1)])


@pytest.mark.parametrize(
    ("states", "phase"),
    [
        ((), Phase.PROSPECT),
        (("open",), Phase.OPPORTUNITY),
        (("lost",), Phase.OPPORTUNITY),
        (("open", "won"), Phase.CUSTOMER),
    ],
)
def test_the_phase_follows_from_the_opportunities(states: tuple[str, ...], phase: Phase) -> None:
    assert phase_of(states) is phase


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (named("杭州云帆科技有限公司"), named("杭州云帆科技有限公司")),
        (named("杭州云帆科技有限公司"), named("杭州云帆科技")),
        (named("云帆", credit_code="91330100MA27XF6R2Y"), named("云帆集团", credit_code="91330100MA27XF6R2Y")),
        (named("云帆科技", phone="13805718000"), named("云帆科技集团", phone="138 0571 8000")),
    ],
)
def test_the_same_name_code_or_mobile_is_the_same_customer(wanted: AccountFacts, known: AccountFacts) -> None:
    assert [each.same for each in found(wanted, known)] == [True]


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        (named("杭州云帆科技有限公司"), named("成都云帆科技有限公司")),
        (named("杭州云帆科技有限公司", phone="13805718000"), named("杭州海蓝贸易有限公司", phone="13805718000")),
        (
            named("杭州云帆科技有限公司", credit_code="91330100MA27XF6R2Y"),
            named("杭州云帆科技有限公司", credit_code="91330100MA27XF6R30"),
        ),
    ],
)
def test_what_speaks_against_it_outweighs_what_agrees(wanted: AccountFacts, known: AccountFacts) -> None:
    assert not any(each.same for each in found(wanted, known))


def test_two_people_of_one_name_are_two_customers() -> None:
    person = AccountFacts(display_name="张伟", person=True)
    assert not any(each.same for each in found(person, person))


def test_a_customer_is_known_by_the_number_of_one_of_its_people() -> None:
    known = found(named("云帆科技", phone="13805718000"), named("云帆科技集团"), phones=("+8613805718000",))
    assert [each.same for each in known] == [True]
