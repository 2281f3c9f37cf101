"""Leads and salespeople that say only what matters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.money import Money
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.board import Salesperson
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import FindingKeys, Grade, Lead, create_lead
from services.leads.domain.recycling import LeadLimits, RecyclePlan, RecycleRule
from services.leads.domain.resemblance import Resemblance
from services.leads.domain.response import Terms, Timetable
from trade.budget import Budget
from trade.pools.clock import Limits
from trade.work_calendar import Hours, WorkCalendar

NOON = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)  # Tuesday noon in Shanghai
EAST, WEST = UUID(int=201), UUID(int=202)
ANNA, BO, CHEN = UUID(int=1), UUID(int=2), UUID(int=3)
RULES = AssignmentRules(
    region_weight=100,
    skill_weight=50,
    fairness_weight=20,
    room_weight=10,
    recent_days=7,
    only_own_region=False,
    senior_first=frozenset({Grade.A}),
    roles=frozenset({"sales"}),
)

OFFICE = tuple(
    Hours(weekday=day, start_minute=start * 60, end_minute=end * 60)
    for day in range(1, 6)
    for start, end in ((9, 12), (13, 18))
)
CALENDAR = WorkCalendar(zone=ZoneInfo("Asia/Shanghai"), hours=OFFICE)
TERMS = {"A": Terms(due=60, warn=30, escalate=120, reassign=480), "B": Terms(due=240)}


def limits(*, idle: int | None = None, unconverted: int | None = None, warn: int = 0) -> LeadLimits:
    """How long leads of a grade stay with an owner who does not work them; None is for ever."""
    told = {RecycleRule.IDLE: idle, RecycleRule.UNCONVERTED: unconverted}
    return Limits(days={rule: days for rule, days in told.items() if days is not None}, warn=warn)


LIMITS = {"A": limits(idle=5, unconverted=40, warn=2), "B": limits(idle=10), "C": limits(unconverted=60, warn=5)}


def plan(by_grade: Mapping[str, LeadLimits] = LIMITS, calendar: WorkCalendar = CALENDAR) -> RecyclePlan:
    """When leads fall back, in the same office."""
    return RecyclePlan(limits=by_grade, version=1, calendar_of=lambda _: calendar)


def timetable(
    now: datetime = NOON, terms: Mapping[str, Terms] = TERMS, recycling: RecyclePlan | None = None
) -> Timetable:
    """How clocks run at an instant, in an office that works from 9 to 12 and from 13 to 18."""
    return Timetable(terms=terms, version=1, calendar_of=lambda _: CALENDAR, now=now, recycling=recycling or plan())


TIMETABLE = timetable()


def facts(**told: Any) -> LeadFacts:
    values: dict[str, Any] = {"company_name": "杭州云帆科技有限公司"} | told
    return LeadFacts(**values)


def a_lead(*, resembles: Sequence[Resemblance] = (), **told: Any) -> Lead:
    created = create_lead(
        uuid=UUID(int=9),
        facts=facts(**told),
        keys=FindingKeys(),
        resembles=resembles,
        rules_version=0,
        timetable=TIMETABLE,
    )
    return replace(created.aggregate, version=1)


def a_budget(minor: int) -> Budget:
    return Budget(least=Money(minor=minor), most=Money(minor=minor))


def person(member: UUID, **known: Any) -> Salesperson:
    values: dict[str, Any] = {"member": member, "region": EAST, "capacity": 10} | known
    return Salesperson(**values)
