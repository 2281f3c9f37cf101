"""What may be told of a lead to everybody: that it exists, and whose team to ask."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.leads.domain.lead_state import LeadState
from services.leads.domain.look_up import Sighting, sighting
from tests.unit.leads.builders import a_lead

TEAM, OTHERS = UUID(int=101), UUID(int=102)
OWNED = replace(a_lead(), owner=UUID(int=1), team=TEAM)


def test_an_unknown_customer_does_not_exist() -> None:
    assert sighting([]) == Sighting()


def test_the_team_of_whoever_works_it_is_told() -> None:
    assert sighting([OWNED]) == Sighting(exists=True, team=TEAM)


def test_what_nobody_works_is_in_the_pool() -> None:
    assert sighting([a_lead()]) == Sighting(exists=True, in_pool=True)


def test_one_that_somebody_works_comes_before_one_that_nobody_does() -> None:
    assert sighting([a_lead(), replace(OWNED, uuid=UUID(int=9))]) == Sighting(exists=True, team=TEAM)


def test_a_customer_is_no_longer_in_the_pool_whoever_had_the_lead() -> None:
    converted = replace(a_lead(), state=LeadState.CONVERTED)
    assert sighting([converted]) == Sighting(exists=True, is_customer=True)
    assert sighting([replace(OWNED, team=OTHERS), replace(converted, owner=UUID(int=2), team=TEAM)]).team == TEAM


@pytest.mark.parametrize("state", [LeadState.DISQUALIFIED, LeadState.MERGED, LeadState.WITHDRAWN])
def test_one_that_was_given_up_or_is_gone_tells_nothing(state: LeadState) -> None:
    assert sighting([replace(OWNED, state=state)]) == Sighting()
