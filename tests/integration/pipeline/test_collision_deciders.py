"""Who decides a case: the list of what waits for somebody and the decision itself hold by one rule (撞单裁决)."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest

from chassis.listing import PageRequest
from chassis.principal import Principal, Scope
from chassis.work import Read
from kernel.errors import Refusal
from services.pipeline.application.collision_deciding import must_decide
from services.pipeline.storage.collision_cases import get_case, list_cases
from tests.integration.pipeline.colliding import HOLDER, PRESIDENT, Court
from tests.integration.pipeline.conftest import CHENGDU, DIRECTOR, HANGZHOU, LI_NA, WANG_LEI, ZHANG_WEI, PipelineHouse

PEOPLE = (ZHANG_WEI, LI_NA, WANG_LEI, DIRECTOR, PRESIDENT)
TEAMS: tuple[frozenset[UUID], ...] = (
    frozenset(),
    frozenset({HANGZHOU}),
    frozenset({CHENGDU}),
    frozenset({HANGZHOU, CHENGDU}),
)


@pytest.fixture
def court(house: PipelineHouse) -> Court:
    return Court(house)


def callers() -> list[Principal]:
    """Every person × every reach × every set of teams; and a program, which decides nothing."""
    people = [
        Principal(
            subject=f"members/{member}",
            grants={"pipeline.read": Scope.ALL, "pipeline.approve": reach},
            teams=teams,
        )
        for member, reach, teams in product(PEOPLE, Scope, TEAMS)
    ]
    reading = Principal(subject=f"members/{PRESIDENT}", grants={"pipeline.read": Scope.ALL})
    everything = dict.fromkeys(("pipeline.read", "pipeline.approve"), Scope.ALL)
    return [*people, reading, Principal(subject="clients/erp", grants=everything)]


def may_decide(principal: Principal, case: Any) -> bool:
    try:
        must_decide(principal, case)
    except Refusal:
        return False
    return True


async def compare(court: Court, name: str) -> list[str]:
    """Who is told that the case waits for him, after comparing it with whether he may decide."""
    told = []
    async with court.house.engine.connect() as connection:
        for principal in callers():
            read = Read(connection, court.house.clock.now(), principal)
            everything = PageRequest(
                size=0, token="", filter="", order_by="", method="", principal=principal.subject, key=b"0"
            )
            page = await list_cases(read, everything, awaiting=True)
            waits = [each.name for each in page.items] == [name]
            assert waits is may_decide(principal, await get_case(read, UUID(name.partition("/")[2]))), principal
            told += [principal.subject] if waits else []
    return told


async def test_what_waits_for_somebody_is_what_he_may_decide(court: Court) -> None:
    case = await court.undecided()
    told = await compare(court, case.name)
    assert set(told) == {f"members/{each}" for each in (LI_NA, DIRECTOR, PRESIDENT)}


async def test_an_appeal_waits_for_those_who_have_not_decided_it(court: Court) -> None:
    case = await court.decide(await court.undecided(), HOLDER)
    await court.appeal(case)
    told = await compare(court, case.name)
    assert set(told) == {f"members/{each}" for each in (LI_NA, PRESIDENT)}


async def test_an_appeal_waits_for_whoever_reaches_further_than_whoever_decided(court: Court) -> None:
    over_both = Principal(
        subject=f"members/{DIRECTOR}",
        grants={"pipeline.read": Scope.TEAM, "pipeline.approve": Scope.TEAM},
        teams=frozenset({HANGZHOU, CHENGDU}),
    )
    undecided = await court.undecided()
    case = await court.decide(undecided, HOLDER, court.house.call_as(over_both, locale="zh"))
    await court.appeal(case)
    told = await compare(court, case.name)
    assert set(told) == {f"members/{each}" for each in (LI_NA, PRESIDENT)}
    assert len(told) == len(set(told)) * (len(TEAMS) + 1), "over everybody, or over a region with both teams"
