"""Whatever happens, in whatever batches it arrives: the figures are the sums over the facts, and nothing else."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import open_engine
from services.analytics.storage.tables import (
    OPPORTUNITY_FACTS,
    PROJECTIONS,
    STAGE_VISIT_FACTS,
)
from tests.integration.analytics.projecting import apply, digests
from tests.support.selling import EASTERN, SOUTHERN, STAGES, Market, Place, noon
from tests.support.sums import wrong_sums

places = st.sampled_from([EASTERN, SOUTHERN, Place(channel=None, industry="")])

customers = st.integers(0, 2)
tags = st.lists(st.sampled_from(["年框", "a, b", '"老客户"']), unique=True, max_size=2)
SIDES = {
    "tier": st.sampled_from(["", "key"]),
    "phase": st.sampled_from(["PROSPECT", "CUSTOMER"]),
    "tags": tags,
    "products": st.lists(st.integers(1, 3), unique=True, max_size=2),
    "from_lead": st.booleans(),
}


@pytest.fixture
async def engine(analytics_database: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(analytics_database, name="test")
    yield engine
    await engine.dispose()


@st.composite
def histories(draw: st.DrawFn) -> Market:
    """What may happen to a handful of things of every kind, in any order."""
    market = Market()
    kinds = st.sampled_from(["lead", "account", "registration", "opportunity", "contract", "receipt", "instalment"])
    at = noon(1, 1)
    for _ in range(draw(st.integers(1, 25))):
        at += timedelta(hours=draw(st.integers(1, 400)), days=draw(st.sampled_from([0, 0, 0, 364, 400])))
        number, place = draw(st.integers(1, 3)), draw(places)
        match draw(kinds):
            case "lead":
                state = draw(st.sampled_from(["NEW", "QUALIFIED", "DISQUALIFIED", "MERGED", "WITHDRAWN"]))
                answered = draw(st.sampled_from([at - timedelta(hours=2), at, None]))
                market.lead(number, at, place, state=state, answered=answered)
            case "account":
                market.account(number, at, place, deleted=draw(st.booleans()))
            case "registration":
                state = draw(st.sampled_from(["DRAFT", "APPROVED", "REJECTED", "EXPIRED"]))
                market.registration(number, at, place, state=state, opened=draw(st.booleans()))
            case "opportunity":
                market.opportunity(
                    number,
                    at,
                    place,
                    stage=draw(st.sampled_from(STAGES)),
                    state=draw(st.sampled_from(["OPEN", "OPEN", "WON", "LOST"])),
                    amount=draw(st.integers(0, 3)),
                    currency=draw(st.sampled_from(["CNY", "USD"])),
                    counts=draw(st.booleans()),
                    settled=draw(st.booleans()),
                    customer=draw(customers),
                    **draw(st.fixed_dictionaries({}, optional=SIDES)),
                )
            case "contract":
                state = draw(st.sampled_from(["SIGNED", "ACTIVE", "TERMINATED", "RENEWED"]))
                ends = at + timedelta(days=draw(st.integers(0, 60)))
                told = {"signed": draw(st.booleans()), "amount": draw(st.integers(0, 3)), "customer": draw(customers)}
                market.contract(number, at, place, ends=ends, state=state, **told)
            case "receipt":
                market.receipt(number, at, place, refunded=draw(st.integers(0, 2)), reversed=draw(st.booleans()))
            case _:
                market.instalment(number, at, place, paid=draw(st.integers(0, 2)), cancelled=draw(st.booleans()))
    return market


async def clean(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for table in PROJECTIONS:
            await connection.execute(delete(table))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(market=histories(), most=st.integers(1, 30))
async def test_the_figures_are_the_sums_over_the_facts_and_the_same_in_any_batches(
    engine: AsyncEngine, market: Market, most: int
) -> None:
    await clean(engine)
    await apply(engine, market.events, most=most)
    assert await wrong_sums(engine) == {}
    in_batches = await digests(engine)
    await clean(engine)
    await apply(engine, market.events, most=1)
    assert await digests(engine) == in_batches


async def test_what_falls_back_stays_reached_and_each_stay_is_told(engine: AsyncEngine) -> None:
    market = Market()
    market.opportunity(1, noon(1, 1))
    market.opportunity(1, noon(1, 5), stage="NEGOTIATION")
    market.opportunity(1, noon(1, 9), stage="NEED")
    market.opportunity(1, noon(1, 20), stage="NEED", state="LOST")
    await apply(engine, market.events)
    async with engine.connect() as connection:
        fact = (await connection.execute(select(OPPORTUNITY_FACTS))).one()
        visits = (await connection.execute(select(STAGE_VISIT_FACTS).order_by(STAGE_VISIT_FACTS.c.stay))).all()
    assert (fact.furthest, fact.stage, str(fact.quote), str(fact.negotiation)) == (
        "negotiation",
        "need",
        "2026-01-05",
        "2026-01-05",
    )
    assert [(visit.stage, visit.outcome, (visit.left_time - visit.entered_time).days) for visit in visits] == [
        ("prospect", "moved_on", 4),
        ("negotiation", "moved_back", 4),
        ("need", "lost", 11),
    ]
