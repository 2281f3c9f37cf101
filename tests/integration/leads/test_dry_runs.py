"""A dry run of a list costs nothing, and so tells nothing of leads its caller may not see."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from chassis.jobs.unasked import carry_out
from chassis.principal import Principal, Scope
from chassis.work import Store
from kernel.errors import Refusal
from services.leads.__main__ import DEFINITION
from services.leads.application.capture_many import CaptureOutcome, Skipped, capture_many
from services.leads.application.intake import Told
from services.leads.domain.facts import LeadFacts
from tests.integration.leads.conftest import ANNA, CHEN, LeadsHouse

MAY = ("leads.read", "leads.write")
DIRECTOR = Principal(subject=f"members/{CHEN}", grants=dict.fromkeys(MAY, Scope.ALL))
STRANGER = Principal(subject=f"members/{UUID(int=9)}", grants=dict.fromkeys(MAY, Scope.OWN))
KNOWN = LeadFacts(company_name="杭州云帆科技有限公司", contact_name="王小明", phone="13905711234")
NEARLY = LeadFacts(company_name="杭州云帆科技有限公司", contact_name="李敏")
NEW = LeadFacts(company_name="苏州新木家具有限公司", phone="13905713333")


class Desk:
    """Takes lists in for one or another."""

    def __init__(self, house: LeadsHouse) -> None:
        self.desk: Any = house.parts.once("desk", lambda: None)
        self.store = Store(house.engine, service="leads", clock=house.parts.clock, publications=DEFINITION.publications)

    async def take(self, principal: Principal, *facts: LeadFacts, **wishes: bool) -> list[str]:
        """What each row is answered."""
        told = [Told(each) for each in facts]
        outcomes = await carry_out(
            self.store,
            principal,
            action="test",
            use_case=lambda work: capture_many(work, told=told, desk=self.desk, **wishes),
        )
        return [_shown(outcome) for outcome in outcomes]


def _shown(outcome: CaptureOutcome) -> str:
    if isinstance(outcome, Refusal):
        return outcome.reason
    if isinstance(outcome, Skipped):
        return "skipped"
    return "touched" if outcome.touched else "in review" if outcome.in_review else "created"


@pytest.fixture
async def desk(house: LeadsHouse) -> AsyncIterator[Desk]:
    await house.hire(ANNA)
    desk = Desk(house)
    assert await desk.take(DIRECTOR, KNOWN) == ["created"]
    yield desk
    await desk.store.drain()


@pytest.mark.parametrize("skip_known", [False, True])
async def test_a_dry_run_answers_for_a_customer_of_others_as_for_a_new_one(desk: Desk, skip_known: bool) -> None:
    assert await desk.take(STRANGER, KNOWN, NEW, dry_run=True, skip_known=skip_known) == ["created", "created"]


async def test_a_customer_told_of_twice_in_one_list_is_the_callers_own(desk: Desk) -> None:
    assert await desk.take(STRANGER, NEW, NEW, dry_run=True) == ["created", "touched"]
    assert await desk.take(STRANGER, NEW, NEW) == ["created", "touched"]


async def test_a_start_in_earnest_refuses_that_row(desk: Desk) -> None:
    assert await desk.take(STRANGER, KNOWN, NEW) == ["LEAD_EXISTS_ELSEWHERE", "created"]


async def test_who_sees_the_customer_is_told_of_him_by_a_dry_run(desk: Desk) -> None:
    assert await desk.take(DIRECTOR, KNOWN, NEARLY, dry_run=True) == ["touched", "in review"]
    assert await desk.take(STRANGER, NEARLY, dry_run=True) == ["created"]
