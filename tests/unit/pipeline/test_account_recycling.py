"""How long an owner keeps an account he does not work (回收): by tier, phase and what is done with the customer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.pipeline.domain.account import Account, AccountFacts, FindingKeys, Ownership, create_account
from services.pipeline.domain.account_pooling import (
    AccountRecyclingRescheduled,
    forewarned,
    recycled,
    refitted,
    released,
    taken_from_pool,
    transferred,
)
from services.pipeline.domain.account_pools import AccountPool
from services.pipeline.domain.account_profile import Phase, Profile
from services.pipeline.domain.account_recycling import AccountPlan, Business, Done, Happening, RecycleRule, Spell
from services.pipeline.domain.account_recycling_reasons import RecyclingState, reasons_of_spell, recycling_state
from services.pipeline.domain.account_recycling_rules import AccountRecyclingRules, kind_of
from services.pipeline.storage.account_clocks import clock_to_row, spell_from_json, spell_to_json
from trade.pools.claiming import MoveKind
from trade.pools.clock import Plan, RecycleStep, Rest
from trade.pools.pool import PoolTerms
from trade.rule_body import RuleBodyInvalid
from trade.work_calendar import Hours, WorkCalendar

NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)  # Tuesday noon in Shanghai
ANNA, BO = UUID(int=1), UUID(int=2)
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = WorkCalendar(
    zone=SHANGHAI, hours=tuple(Hours(weekday=day, start_minute=540, end_minute=1080) for day in range(1, 6))
)
RULES: dict[str, Any] = {
    "counts": ["call"],
    "stays": ["key"],
    "phases": {"prospect": {"idle": 5, "no_opportunity": 10, "warn": 2}, "customer": {"no_order": 8}},
    "tiers": {"growing": {"customer": {"no_order": 20}}},
}
POOL = AccountPool(uuid=UUID(int=301), terms=PoolTerms(display_name="池"), create_time=NOON, update_time=NOON)


def plan(body: dict[str, Any] = RULES) -> AccountPlan:
    rules = AccountRecyclingRules.from_mapping(body)
    return Plan(limits=rules.limits, version=1, calendar_of=lambda _: OFFICE)


def an_account(owner: UUID | None = ANNA) -> Account:
    facts = AccountFacts(display_name="杭州云帆科技有限公司")
    made = create_account(uuid=UUID(int=9), facts=facts, keys=FindingKeys(), ownership=Ownership(owner=owner), now=NOON)
    return made.aggregate


def fit(account: Account, *told: Happening, now: datetime = NOON, body: dict[str, Any] = RULES) -> Account:
    kind = kind_of(account.tier, account.profile.phase)
    return refitted(account, told, kind=kind, plan=plan(body), now=now).aggregate


def spell_of(account: Account) -> Spell:
    assert account.spell is not None
    return account.spell


def ends(account: Account) -> tuple[RecycleRule, date] | None:
    """By which rule the account falls back, and its last day."""
    falls = spell_of(account).clock.falls
    return (falls.rule, (falls.due - timedelta(minutes=1)).astimezone(SHANGHAI).date()) if falls else None


def happened(what: Business | Done, *, begin: int, end: int | None = None) -> Happening:
    """Something so many days after the spell began."""
    last = NOON + timedelta(days=end) if end is not None else None
    return Happening(what=what, source=UUID(int=50 + begin), begin=NOON + timedelta(days=begin), end=last)


def test_whoever_gets_an_account_has_his_time_from_then() -> None:
    account = fit(an_account())
    # Wednesday to Friday, Monday and Tuesday.
    assert ends(account) == (RecycleRule.IDLE, date(2026, 4, 7))
    later = NOON + timedelta(days=2)
    given = account.assigned(Ownership(owner=BO), now=later).aggregate
    assert (spell_of(given).clock.owner, spell_of(given).clock.start, spell_of(given).fitted) == (BO, later, False)
    assert ends(fit(given, now=later)) == (RecycleRule.IDLE, date(2026, 4, 9))


def test_whoever_has_an_account_already_gains_nothing_by_getting_it_again() -> None:
    account = fit(an_account())
    again = account.assigned(Ownership(owner=ANNA, team=UUID(int=7)), now=NOON + timedelta(days=3)).aggregate
    assert again.spell == account.spell


def test_what_is_done_extends_the_idle_time_and_an_opportunity_both() -> None:
    cared = fit(an_account(), happened(Done.CARE, begin=2), now=NOON + timedelta(days=3))
    assert ends(cared) == (RecycleRule.IDLE, date(2026, 4, 9))
    often = [happened(Done.CARE, begin=day) for day in range(1, 14)]
    assert ends(fit(an_account(), *often, now=NOON + timedelta(days=13))) == (
        RecycleRule.NO_OPPORTUNITY,
        date(2026, 4, 14),
    )
    lost = happened(Business.OPPORTUNITY, begin=1, end=1)
    found = fit(an_account(), lost, *often, now=NOON + timedelta(days=13))
    assert ends(found) == (RecycleRule.NO_OPPORTUNITY, date(2026, 4, 15))


def test_what_happened_before_the_spell_and_on_its_first_day_extends_nothing() -> None:
    told = (happened(Done.CARE, begin=-3), happened(Done.CARE, begin=0))
    assert ends(fit(an_account(), *told)) == ends(fit(an_account()))


def test_an_account_never_ordered_from_counts_from_when_its_owner_got_it() -> None:
    customer = replace(an_account(), profile=Profile(phase=Phase.CUSTOMER))
    assert ends(fit(customer)) == (RecycleRule.NO_ORDER, date(2026, 4, 10))
    ordered = fit(customer, happened(Done.ORDER, begin=2), now=NOON + timedelta(days=3))
    assert ends(ordered) == (RecycleRule.NO_ORDER, date(2026, 4, 14))


@pytest.mark.parametrize(("tier", "days"), [("", 8), ("growing", 20), ("key", None), ("other", 8)])
def test_limits_are_those_of_the_tier_else_of_the_phase_and_some_tiers_stay(tier: str, days: int | None) -> None:
    customer = replace(an_account(), profile=Profile(phase=Phase.CUSTOMER, tier=tier))
    falls = spell_of(fit(customer)).clock.falls
    assert (falls.days if falls else None) == days


def test_a_phase_without_limits_stays_for_ever() -> None:
    account = fit(replace(an_account(), profile=Profile(phase=Phase.OPPORTUNITY)))
    assert (ends(account), recycling_state(account)) == (None, RecyclingState.NONE)
    assert clock_to_row(account)["recycle_next"] is None


@pytest.mark.parametrize("what", list(Business))
def test_while_something_is_open_nothing_comes_of_the_clock(what: Business) -> None:
    account = fit(an_account(), happened(what, begin=1), now=NOON + timedelta(days=90))
    assert spell_of(account).held is what
    assert spell_of(account).step_due(NOON + timedelta(days=90)) is None
    assert (recycling_state(account), clock_to_row(account)["recycle_next"]) == (RecyclingState.PAUSED, None)


def test_a_protection_holds_until_its_end_and_no_longer() -> None:
    protection = happened(Business.PROTECTION, begin=1, end=30)
    assert spell_of(fit(an_account(), protection, now=NOON + timedelta(days=29))).held is Business.PROTECTION
    assert spell_of(fit(an_account(), protection, now=NOON + timedelta(days=30))).held is None


def test_days_on_which_something_was_open_do_not_count_and_overlaps_count_once() -> None:
    told = (
        happened(Business.REVIEW, begin=1, end=4),
        happened(Business.COLLISION, begin=2, end=6),
        happened(Business.CONTRACT, begin=-9, end=-2),
    )
    account = fit(an_account(), *told, now=NOON + timedelta(days=7))
    assert spell_of(account).clock.rests == (Rest(begin=date(2026, 4, 1), end=date(2026, 4, 6)),)
    # Idle counts from the end of the last of them, which was done with the customer, too.
    assert ends(account) == (RecycleRule.IDLE, date(2026, 4, 13))


def test_the_owner_is_warned_once_of_each_end_and_then_the_account_falls_back() -> None:
    account = fit(an_account())
    eve = datetime(2026, 4, 3, 16, tzinfo=UTC)
    assert spell_of(account).step_due(eve - timedelta(seconds=1)) is None
    assert spell_of(account).step_due(eve) is RecycleStep.WARN
    account = forewarned(account, told=(ANNA,), now=eve).aggregate
    assert recycling_state(account) is RecyclingState.WARNED
    assert spell_of(account).step_due(eve) is None
    assert spell_of(account).step_due(datetime(2026, 4, 7, 16, tzinfo=UTC)) is RecycleStep.RECYCLE
    extended = fit(account, happened(Done.CARE, begin=6), now=NOON + timedelta(days=6))
    assert recycling_state(extended) is RecyclingState.RUNNING


def test_nothing_new_is_no_event_and_an_account_of_before_gets_its_clock() -> None:
    account = fit(an_account())
    kind = kind_of("", Phase.PROSPECT)
    assert refitted(account, (), kind=kind, plan=plan(), now=NOON + timedelta(days=1)).events == ()
    later = NOON + timedelta(days=30)
    change = refitted(replace(account, spell=None), (), kind=kind, plan=plan(), now=later)
    assert change.events == (AccountRecyclingRescheduled(),)
    assert spell_of(change.aggregate).clock.start == later


def test_it_is_told_why_an_account_falls_back_and_what_extends_it() -> None:
    account = fit(an_account(), happened(Business.REVIEW, begin=1, end=3), now=NOON + timedelta(days=4))
    told = reasons_of_spell(spell_of(account), SHANGHAI)
    assert [each.code for each in told] == ["ACCOUNT_RECYCLING_LIMIT", "ACCOUNT_RECYCLING_EXTENDED"]
    assert told[0].parameters == {
        "tier": "none",
        "phase": "prospect",
        "rule": "idle",
        "days": "5",
        "since": "2026-04-03",
    }


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"phases": {"prospect": {"idle": 5, "warn": 5}}}, "phases.prospect.warn"),
        ({"phases": {"prospect": {}}}, "phases.prospect.idle"),
        ({"phases": {"lead": {"idle": 5}}}, "phases.lead"),
        ({"phases": {}, "tiers": {"key": {"customer": {"weeks": 5}}}}, "tiers.key.customer.weeks"),
        ({"phases": {}, "counts": ["mail"]}, "counts"),
    ],
)
def test_rules_that_nobody_could_keep_are_refused_by_their_place(body: dict[str, Any], place: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refused:
        AccountRecyclingRules.from_mapping(body)
    assert refused.value.field == place


Step = Callable[[Account, datetime, int], Account]
OWNERS = (Ownership(owner=ANNA), Ownership(owner=BO, team=UUID(int=7)))
POOLS = (POOL, replace(POOL, uuid=UUID(int=302)))
TOLD: Sequence[Sequence[Happening]] = (
    (),
    (happened(Done.CARE, begin=3),),
    (happened(Business.REVIEW, begin=2, end=5), happened(Done.ORDER, begin=4)),
    (happened(Business.OPPORTUNITY, begin=1),),
)


def _live(step: Step) -> Step:
    return lambda account, now, number: step(account, now, number) if account.delete_time is None else account


def _swept(account: Account, now: datetime, number: int) -> Account:
    account = fit(account, *TOLD[number % 4], now=now)
    step = account.spell.step_due(now) if account.spell else None
    if step is RecycleStep.WARN:
        return forewarned(account, told=(), now=now).aggregate
    return recycled(account, POOLS[number % 2], now=now).aggregate if step is RecycleStep.RECYCLE else account


PATHS: dict[str, Step] = {
    "assigned": _live(lambda account, now, n: account.assigned(OWNERS[n % 2], now=now).aggregate),
    "nobody's": _live(lambda account, now, _: account.assigned(Ownership(), now=now).aggregate),
    "archived": _live(lambda account, now, _: account.archived(now=now).aggregate),
    "brought back": lambda account, now, _: account.brought_back(now=now).aggregate if account.delete_time else account,
    "renamed": _live(
        lambda account, now, n: (
            account.updated(
                facts=replace(account.facts, display_name=str(n), tier="key" if n % 2 else ""),
                keys=account.keys,
                now=now,
            ).aggregate
        )
    ),
    "tagged": _live(lambda account, now, n: account.tagged((f"size/{n}",), now=now).aggregate),
    "profiled": lambda account, now, n: account.profiled(Profile(phase=list(Phase)[n % 3]), now=now).aggregate,
    "released": _live(
        lambda account, now, n: (
            account if account.pool else released(account, POOLS[n % 2], open_with=None, now=now).aggregate
        )
    ),
    "claimed": _live(
        lambda account, now, n: (
            taken_from_pool(
                account, replace(POOL, uuid=account.pool), OWNERS[n % 2], kind=MoveKind.CLAIMED, now=now
            ).aggregate
            if account.pool
            else account
        )
    ),
    "transferred": _live(
        lambda account, now, _: (
            transferred(account, next(pool for pool in POOLS if pool.uuid != account.pool), now=now).aggregate
            if account.pool
            else account
        )
    ),
    "swept": _live(_swept),
}


@settings(max_examples=150)
@given(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(sorted(PATHS)), st.integers(0, 7), st.integers(0, 9)), max_size=12),
)
def test_on_every_path_the_row_tells_when_the_clock_of_its_owner_is_looked_at(
    owned: bool, walk: list[tuple[str, int, int]]
) -> None:
    account, now = an_account(ANNA if owned else None), NOON
    for name, number, days in walk:
        now += timedelta(days=days)
        account = PATHS[name](account, now, number)
        row, owner = clock_to_row(account), account.ownership.owner
        spell = spell_from_json(orjson.loads(orjson.dumps(spell_to_json(account.spell))))
        assert spell == account.spell, name
        assert (account.spell is None) == (owner is None), name
        assert owner is None or account.pool is None, name
        if spell is None or account.delete_time is not None:
            assert row["recycle_next"] is None, name
            continue
        assert spell.clock.owner == owner, name
        assert spell.clock.start <= now, name
        comes = spell.held is None and spell.clock.falls is not None
        assert (row["recycle_next"] is not None) == (comes or not spell.fitted), name
