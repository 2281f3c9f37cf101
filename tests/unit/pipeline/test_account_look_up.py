"""What a look-up tells of a customer (查重查询)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.pipeline.domain.account import Account, AccountFacts, FindingKeys, Ownership, create_account
from services.pipeline.domain.account_look_up import Guarded, Sighting, sighting

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)


def an_account(*, owner: UUID | None, team: UUID | None) -> Account:
    return create_account(
        uuid=UUID(int=11),
        facts=AccountFacts(display_name="杭州云帆科技有限公司"),
        keys=FindingKeys(),
        ownership=Ownership(owner=owner, team=team),
        now=NOON,
    ).aggregate


def test_of_an_unknown_customer_nothing_is_told() -> None:
    assert sighting([], []) == Sighting()


def test_of_somebodys_customer_the_team_is_told() -> None:
    assert sighting([an_account(owner=UUID(int=1), team=HANGZHOU)], []) == Sighting(exists=True, team=HANGZHOU)


def test_a_customer_of_nobody_is_in_the_pool() -> None:
    assert sighting([an_account(owner=None, team=None)], []) == Sighting(exists=True, in_pool=True)


def test_who_protects_a_customer_is_asked_before_who_looks_after_it() -> None:
    until = NOON + timedelta(days=90)
    guards = [Guarded(team=HANGZHOU, end_time=NOON), Guarded(team=CHENGDU, end_time=until)]
    seen = sighting([an_account(owner=UUID(int=1), team=HANGZHOU)], guards)
    assert seen == Sighting(exists=True, protection_end_time=until, team=CHENGDU)


def test_a_protected_customer_of_nobody_is_not_in_the_pool() -> None:
    seen = sighting([an_account(owner=None, team=None)], [Guarded(team=CHENGDU, end_time=NOON)])
    assert (seen.in_pool, seen.team) == (False, CHENGDU)
