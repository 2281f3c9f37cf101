"""Who may take a lead out of a pool (线索池), and how many; where a lead falls back to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.leads.domain.lead import Lead, Ownership
from services.leads.domain.lead_state import LeadState
from services.leads.domain.pooling import (
    Claim,
    ClaimsOfTheDayUsed,
    HolderFull,
    LeadAlreadyThere,
    LeadCannotBeReleased,
    LeadCoolingDown,
    LeadInPool,
    LeadNotInPool,
    LeadPooled,
    LeadTakenFromPool,
    check_may_get,
    recycled,
    released,
    taken_from_pool,
    transferred,
)
from services.leads.domain.pools import (
    DEFAULT_POOL,
    LeadPool,
    LeadPoolClosed,
    LeadPoolNotYours,
    LeadPoolStaysOpen,
    shipped_pool,
)
from tests.support.refusing import refusal_of
from tests.unit.leads.builders import ANNA, BO, EAST, NOON, TIMETABLE, WEST, a_lead
from trade.pools.claiming import Holding, MoveKind
from trade.pools.pool import PoolTerms, Standing, fitting_pool
from trade.reasons import Reason

TEAM, ABOVE = UUID(int=101), UUID(int=102)
WHY = (Reason("POOLED_BY_HAND", {"author": "安娜"}),)


def a_pool(number: int = 301, **terms: Any) -> LeadPool:
    told = PoolTerms(**{"display_name": "池", **terms})
    return LeadPool(uuid=UUID(int=number), terms=told, create_time=NOON, update_time=NOON)


def owned(owner: UUID = ANNA) -> Lead:
    return a_lead().assigned(Ownership(owner=owner, team=TEAM), timetable=TIMETABLE).aggregate


@pytest.mark.parametrize(
    ("terms", "is_open"),
    [
        ({"members": frozenset({ANNA})}, True),
        ({"members": frozenset({BO})}, False),
        ({"roles": frozenset({"sales"})}, True),
        ({"roles": frozenset({"partner"})}, False),
        ({"teams": frozenset({ABOVE})}, True),
        ({"teams": frozenset({UUID(int=109)})}, False),
        ({"regions": frozenset({EAST})}, True),
        ({"regions": frozenset({WEST})}, False),
        ({"administrators": frozenset({ANNA})}, False),  # who hands out does not claim by that
        ({}, False),
    ],
)
def test_a_pool_is_for_its_members_roles_teams_and_regions(terms: dict[str, Any], is_open: bool) -> None:
    anna = Standing(member=ANNA, roles=frozenset({"sales"}), teams=frozenset({TEAM, ABOVE}), region=EAST)
    pool = a_pool(**terms)
    assert pool.is_open_to(anna) is is_open
    if not is_open:
        with pytest.raises(LeadPoolNotYours):
            pool.check_open_to(anna)


def test_a_region_of_nobody_is_no_region_of_a_pool() -> None:
    assert not a_pool(regions=frozenset({EAST})).is_open_to(Standing(member=ANNA))


@pytest.mark.parametrize(
    ("holding", "refusal"),
    [
        (Holding(claimed_today=2, held=9), None),
        (Holding(claimed_today=3, held=9), ClaimsOfTheDayUsed),
        (Holding(claimed_today=0, held=10), HolderFull),
        (Holding(claimed_today=0, held=0, had_it_until=NOON - timedelta(days=7)), None),
        (Holding(claimed_today=0, held=0, had_it_until=NOON - timedelta(days=7, seconds=-1)), LeadCoolingDown),
    ],
)
def test_caps_and_the_cool_down_bound_what_one_claims(holding: Holding, refusal: type[Exception] | None) -> None:
    pool = a_pool(daily_cap=3, holding_cap=10, cool_down_days=7)
    assert refusal_of(lambda: check_may_get(pool, holding, kind=MoveKind.CLAIMED, now=NOON)) is refusal


def test_of_what_is_handed_out_only_the_holding_cap_holds() -> None:
    pool = a_pool(daily_cap=0, holding_cap=10, cool_down_days=7)
    check_may_get(pool, Holding(claimed_today=0, held=9, had_it_until=NOON), kind=MoveKind.HANDED_OUT, now=NOON)
    with pytest.raises(HolderFull):
        check_may_get(pool, Holding(claimed_today=0, held=10), kind=MoveKind.HANDED_OUT, now=NOON)


def test_a_pool_without_caps_bounds_nothing() -> None:
    holding = Holding(claimed_today=999, held=999, had_it_until=NOON)
    assert refusal_of(lambda: check_may_get(a_pool(), holding, kind=MoveKind.CLAIMED, now=NOON)) is None


def test_what_goes_into_a_pool_is_nobodys_and_comes_to_nothing() -> None:
    change = released(owned(), a_pool(), reasons=WHY, now=NOON)
    assert change.events == (LeadPooled(MoveKind.RELEASED, former_owner=ANNA),)
    lead = change.aggregate
    assert (lead.owner, lead.team, lead.pool, lead.recycling, lead.response) == (
        None,
        None,
        a_pool().uuid,
        None,
        None,
    )
    assert lead.owner_reasons == WHY


def test_what_leaves_a_pool_has_an_owner_and_his_clocks() -> None:
    pooled = released(owned(), a_pool(), reasons=WHY, now=NOON).aggregate
    claim = Claim(owner=BO, team=TEAM, region=EAST, author="博")
    change = taken_from_pool(pooled, a_pool(), claim, timetable=TIMETABLE)
    assert change.events[1] == LeadTakenFromPool(MoveKind.CLAIMED, a_pool().uuid)
    lead = change.aggregate
    assert (lead.owner, lead.team, lead.pool) == (BO, TEAM, None)
    assert lead.recycling is not None
    assert lead.recycling.owner == BO


def test_only_what_is_in_the_pool_leaves_it() -> None:
    claim = Claim(owner=BO, team=None, region=None, author="")
    with pytest.raises(LeadNotInPool):
        taken_from_pool(owned(), a_pool(), claim, timetable=TIMETABLE)


@pytest.mark.parametrize(
    ("lead", "refusal"),
    [
        (replace(a_lead(), owner=None), LeadCannotBeReleased),
        (replace(owned(), state=LeadState.CONVERTED), LeadCannotBeReleased),
        (replace(owned(), owner=None, pool=UUID(int=5)), LeadInPool),
    ],
)
def test_only_what_somebody_works_is_given_back(lead: Lead, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        released(lead, a_pool(), reasons=WHY, now=NOON)


def test_nothing_goes_into_a_closed_pool() -> None:
    closed = a_pool(closed=True)
    with pytest.raises(LeadPoolClosed):
        released(owned(), closed, reasons=WHY, now=NOON)
    pooled = recycled(owned(), a_pool(302), now=NOON).aggregate
    with pytest.raises(LeadPoolClosed):
        transferred(pooled, closed, now=NOON)


def test_a_lead_goes_from_one_pool_into_another() -> None:
    pooled = recycled(owned(), a_pool(), now=NOON).aggregate
    change = transferred(pooled, a_pool(302), now=NOON)
    assert change.events == (LeadPooled(MoveKind.TRANSFERRED, former_pool=a_pool().uuid),)
    with pytest.raises(LeadAlreadyThere):
        transferred(pooled, a_pool(), now=NOON)
    with pytest.raises(LeadNotInPool):
        transferred(owned(), a_pool(), now=NOON)


def fitting(pools: Sequence[LeadPool], teams: set[UUID], region: UUID | None) -> LeadPool:
    return fitting_pool(pools, teams=teams, region=region, default=DEFAULT_POOL)


def test_a_lead_falls_into_the_pool_of_its_team_then_of_its_region_then_into_the_default_one() -> None:
    of_team, of_region = a_pool(302, teams=frozenset({ABOVE})), a_pool(303, regions=frozenset({EAST}))
    pools = [shipped_pool(), of_region, of_team]
    assert fitting(pools, {TEAM, ABOVE}, EAST) == of_team
    assert fitting(pools, {TEAM}, EAST) == of_region
    assert fitting(pools, {TEAM}, None).uuid == DEFAULT_POOL
    closed = replace(of_team, terms=replace(of_team.terms, closed=True))
    assert fitting([*pools[:2], closed], {ABOVE}, WEST).uuid == DEFAULT_POOL


def test_the_default_pool_is_never_closed() -> None:
    pool = shipped_pool()
    with pytest.raises(LeadPoolStaysOpen):
        pool.changed(replace(pool.terms, closed=True), now=NOON)
    assert pool.changed(pool.terms, now=NOON).events == ()
