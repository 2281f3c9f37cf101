"""An approved registration becomes an opportunity without anything entered again."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.pipeline.domain.account import Account, AccountFacts, FindingKeys, Ownership, create_account
from services.pipeline.domain.opportunity import Opportunity, OpportunityState, OpportunityUpdated
from services.pipeline.domain.registration import Registration
from services.pipeline.domain.registration_facts import FollowUpState
from services.pipeline.domain.registration_opening import (
    WANTED_STAGES,
    account_facts,
    contact_facts,
    display_name,
    expected_amount,
    opening_of,
    registered,
)
from services.pipeline.domain.registration_refusals import RegistrationOpportunityUnfit
from services.pipeline.domain.sales_process import StageKind
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import an_opportunity
from tests.unit.pipeline.registrations import ZHANG_WEI, approved, complete_facts, yuan
from trade.budget import Budget

ACCOUNT = UUID(int=5)


def an_account(**told: Any) -> Account:
    facts = AccountFacts(display_name="杭州云帆科技有限公司", **told)
    change = create_account(
        uuid=ACCOUNT, facts=facts, keys=FindingKeys(), ownership=Ownership(owner=ZHANG_WEI), now=NOON
    )
    return change.aggregate


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (FollowUpState.FIRST_CONTACT, StageKind.NEED),
        (FollowUpState.NEED_CONFIRMED, StageKind.NEED),
        (FollowUpState.QUOTING, StageKind.QUOTE),
        (FollowUpState.SIGNING, StageKind.SIGNING),
    ],
)
def test_follow_up_states_map_to_stages(state: FollowUpState, kind: StageKind) -> None:
    assert WANTED_STAGES[state] is kind


def test_every_fact_is_carried_along_and_it_counts() -> None:
    registration = approved()
    opening = opening_of(registration, account=an_account(tier="key", tags=("年框",)))
    assert (opening.account, opening.owner, opening.tier, opening.counts) == (ACCOUNT, ZHANG_WEI, "key", True)
    assert opening.tags == ("年框",)
    assert (opening.facts.need, opening.facts.expected_close_date) == (registration.facts.need, date(2026, 6, 30))
    assert opening.origin.registration == registration.uuid
    assert opening.wanted_kind is StageKind.NEED


def test_a_known_customer_brings_its_trade_along() -> None:
    facts = complete_facts()
    untold = replace(facts, customer=replace(facts.customer, industry=""))
    registration = replace(approved(), facts=untold)
    assert opening_of(registration, account=an_account(industry="government")).facts.industry == "government"


def test_a_firm_without_a_named_person_is_reached_by_what_was_told() -> None:
    facts = complete_facts()
    nobody = replace(facts, customer=replace(facts.customer, contact_name=""))
    assert account_facts(nobody).phone == facts.contact.phone
    assert account_facts(facts).phone == "", "the person who is named is reached there, not the firm"
    assert contact_facts(nobody) is None


def an_unreviewed_opportunity(**told: Any) -> Opportunity:
    opportunity = replace(an_opportunity(), account=ACCOUNT, owner=ZHANG_WEI)
    return replace(opportunity, **told)


def of_account() -> Registration:
    registration = approved()
    facts = replace(registration.facts, customer=replace(registration.facts.customer, account=ACCOUNT))
    return replace(registration, facts=facts)


def test_an_opportunity_entered_by_hand_counts_once_its_registration_is_approved() -> None:
    change = registered(an_unreviewed_opportunity(), of_account(), now=NOON)
    assert (change.aggregate.counts, change.aggregate.origin.registration) == (True, of_account().uuid)
    assert change.events == (OpportunityUpdated(("registration", "counts")),)


@pytest.mark.parametrize(
    "told",
    [{"counts": True}, {"owner": UUID(int=99)}, {"account": UUID(int=99)}, {"state": OpportunityState.LOST}],
)
def test_a_registration_fits_an_open_uncounted_opportunity_of_its_owner_and_customer_alone(told: Any) -> None:
    with pytest.raises(RegistrationOpportunityUnfit):
        registered(an_unreviewed_opportunity(**told), of_account(), now=NOON)


def test_a_range_of_400_000_to_600_000_is_worth_500_000() -> None:
    assert expected_amount(Budget(least=yuan(400_000), most=yuan(600_000))) == yuan(500_000)
    assert expected_amount(Budget(least=yuan(7))) == yuan(7)
    assert expected_amount(Budget()) is None


def test_it_is_called_by_the_beginning_of_the_need() -> None:
    assert display_name(complete_facts(need="分销\n系统")) == "分销 系统"
    assert display_name(complete_facts(need="一" * 41)) == "一" * 39 + "…"
