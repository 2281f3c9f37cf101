"""An approved registration becomes an opportunity without anything entered again."""

from datetime import date
from uuid import UUID

import pytest

from services.pipeline.domain.registration_facts import FollowUpState
from services.pipeline.domain.registration_opening import WANTED_STAGES, display_name, expected_amount, opening_of
from services.pipeline.domain.sales_process import StageKind
from tests.unit.pipeline.registrations import ZHANG_WEI, approved, complete_facts, yuan
from trade.budget import Budget

ACCOUNT = UUID(int=5)


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
    opening = opening_of(registration, account=ACCOUNT, tier="key")
    assert (opening.account, opening.owner, opening.tier, opening.counts) == (ACCOUNT, ZHANG_WEI, "key", True)
    assert (opening.facts.need, opening.facts.expected_close_date) == (registration.facts.need, date(2026, 6, 30))
    assert opening.origin.registration == registration.uuid
    assert opening.wanted_kind is StageKind.NEED


def test_a_range_of_400_000_to_600_000_is_worth_500_000() -> None:
    assert expected_amount(Budget(least=yuan(400_000), most=yuan(600_000))) == yuan(500_000)
    assert expected_amount(Budget(least=yuan(7))) == yuan(7)
    assert expected_amount(Budget()) is None


def test_it_is_called_by_the_beginning_of_the_need() -> None:
    assert display_name(complete_facts(need="分销\n系统")) == "分销 系统"
    assert display_name(complete_facts(need="一" * 41)) == "一" * 39 + "…"
