"""What may happen to an account around a pool (公海), and what a pool refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.pipeline.domain.account import Account, AccountArchived, AccountAssigned, AccountInUse, Ownership
from services.pipeline.domain.account_pooling import (
    AccountAlreadyThere,
    AccountCoolingDown,
    AccountInPool,
    AccountNotInPool,
    AccountPooled,
    AccountTakenFromPool,
    ClaimsOfTheDayUsed,
    HolderFull,
    check_may_get,
    recycled,
    released,
    taken_from_pool,
    taken_on,
    transferred,
)
from services.pipeline.domain.account_pools import (
    DEFAULT_POOL,
    AccountPool,
    AccountPoolClosed,
    AccountPoolNotYours,
    AccountPoolStaysOpen,
    AccountPoolUpdated,
    shipped_pool,
)
from services.pipeline.domain.account_recycling import Business
from tests.support.refusing import refusal_of
from tests.unit.pipeline.test_account_recycling import ANNA, BO, NOON, an_account
from trade.pools.claiming import Holding, MoveKind
from trade.pools.pool import PoolTerms, Standing

EAST = UUID(int=201)


def a_pool(number: int = 301, **terms: Any) -> AccountPool:
    told = PoolTerms(**{"display_name": "池", **terms})
    return AccountPool(uuid=UUID(int=number), terms=told, create_time=NOON, update_time=NOON)


def owned() -> Account:
    return replace(an_account(), ownership=Ownership(owner=ANNA, team=UUID(int=7), region=EAST))


def test_what_goes_into_a_pool_is_nobodys_without_a_clock_and_its_region_stays() -> None:
    change = released(owned(), a_pool(), open_with=None, now=NOON)
    assert change.events == (AccountPooled(MoveKind.RELEASED, former_owner=ANNA),)
    account = change.aggregate
    assert (account.ownership, account.pool, account.spell) == (Ownership(region=EAST), a_pool().uuid, None)


@pytest.mark.parametrize("open_with", list(Business))
def test_a_customer_with_whom_something_is_open_is_not_given_back(open_with: Business) -> None:
    with pytest.raises(AccountInUse) as refused:
        released(owned(), a_pool(), open_with=open_with, now=NOON)
    assert refused.value.by == open_with.value


@pytest.mark.parametrize(
    ("account", "pool", "refusal"),
    [
        (replace(owned(), delete_time=NOON), a_pool(), AccountArchived),
        (recycled(owned(), a_pool(), now=NOON).aggregate, a_pool(302), AccountInPool),
        (owned(), a_pool(closed=True), AccountPoolClosed),
    ],
)
def test_only_what_lives_in_no_pool_goes_into_an_open_one(
    account: Account, pool: AccountPool, refusal: type[Exception]
) -> None:
    assert refusal_of(lambda: released(account, pool, open_with=None, now=NOON)) is refusal


def test_what_leaves_a_pool_has_an_owner_whose_time_begins() -> None:
    pooled = recycled(owned(), a_pool(), now=NOON).aggregate
    later = NOON + timedelta(days=3)
    change = taken_from_pool(pooled, a_pool(), Ownership(owner=BO), kind=MoveKind.CLAIMED, now=later)
    assert change.events == (AccountAssigned(), AccountTakenFromPool(MoveKind.CLAIMED, a_pool().uuid))
    account = change.aggregate
    assert (account.ownership.owner, account.pool) == (BO, None)
    assert account.spell is not None
    assert (account.spell.clock.owner, account.spell.clock.start) == (BO, later)
    with pytest.raises(AccountNotInPool):
        taken_from_pool(account, a_pool(), Ownership(owner=ANNA), kind=MoveKind.CLAIMED, now=later)


def test_an_account_goes_from_one_pool_into_another() -> None:
    pooled = recycled(owned(), a_pool(), now=NOON).aggregate
    change = transferred(pooled, a_pool(302), now=NOON)
    assert change.events == (AccountPooled(MoveKind.TRANSFERRED, former_pool=a_pool().uuid),)
    assert refusal_of(lambda: transferred(pooled, a_pool(), now=NOON)) is AccountAlreadyThere
    assert refusal_of(lambda: transferred(owned(), a_pool(), now=NOON)) is AccountNotInPool
    assert refusal_of(lambda: transferred(pooled, a_pool(302, closed=True), now=NOON)) is AccountPoolClosed


def test_a_customer_of_a_pool_who_comes_again_is_whose_he_came_to_and_others_keep_their_owner() -> None:
    pooled = recycled(owned(), a_pool(), now=NOON).aggregate
    assert taken_on(pooled, Ownership(owner=BO), now=NOON).aggregate.ownership.owner == BO
    assert taken_on(owned(), Ownership(owner=BO), now=NOON).events == ()
    assert taken_on(pooled, Ownership(), now=NOON).events == ()


@pytest.mark.parametrize(
    ("holding", "refusal"),
    [
        (Holding(claimed_today=2, held=9), None),
        (Holding(claimed_today=3, held=9), ClaimsOfTheDayUsed),
        (Holding(claimed_today=0, held=10), HolderFull),
        (Holding(claimed_today=0, held=0, had_it_until=NOON - timedelta(days=7, seconds=-1)), AccountCoolingDown),
    ],
)
def test_caps_and_the_cool_down_bound_what_one_claims(holding: Holding, refusal: type[Exception] | None) -> None:
    pool = a_pool(daily_cap=3, holding_cap=10, cool_down_days=7)
    assert refusal_of(lambda: check_may_get(pool, holding, kind=MoveKind.CLAIMED, now=NOON)) is refusal


def test_a_pool_is_for_whom_it_names_and_the_default_one_is_never_closed() -> None:
    pool = a_pool(regions=frozenset({EAST}))
    pool.check_open_to(Standing(member=ANNA, region=EAST))
    assert refusal_of(lambda: pool.check_open_to(Standing(member=ANNA))) is AccountPoolNotYours
    default = shipped_pool()
    closed = replace(default.terms, closed=True)
    assert default.uuid == DEFAULT_POOL
    assert refusal_of(lambda: default.changed(closed, now=NOON)) is AccountPoolStaysOpen
    assert pool.changed(replace(pool.terms, closed=True), now=NOON).events == (AccountPoolUpdated(),)
    assert pool.changed(pool.terms, now=NOON).events == ()
