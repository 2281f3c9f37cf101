"""A row of a list travels between two processes, with what the lead is found and compared by."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import orjson
import pytest

from chassis.organization import Snapshot
from deploy.local.demo.leads import demo_leads
from kernel.money import Money
from services.leads.application.identities import traits_of
from services.leads.application.intake import Briefing, Newcomer
from services.leads.application.lead_row import LeadRow, pack_row, prepared, unpack_row
from services.leads.application.rule_kinds import QUALIFICATION, RECYCLING, RESPONSE
from services.leads.application.rulebook import RulesInForce
from services.leads.domain.board import Board
from services.leads.domain.facts import Address, LeadFacts, Urgency
from services.leads.domain.grading import GradeRules
from services.leads.rpc.lead_messages import facts_of
from tests.unit.leads.builders import NOON, RULES, TIMETABLE, facts
from trade.budget import Budget
from trade.duplicates import CustomField, DuplicateRules
from trade.look_up import LookUpRules

SHIPPED = DuplicateRules()
EDITED = DuplicateRules(custom_fields=(CustomField(name="membership"),))
FULL = LeadFacts(
    company_name="杭州云帆科技有限公司",
    credit_code="91330100MA27XF6R2R",
    contact_name="王小明",
    job_title="总经理",
    phone="138 0013 8000",
    email="wang@yunfan.example",
    address=Address(city="杭州", country="CN"),
    industry="software",
    employee_count=20,
    urgency=Urgency.HIGH,
    budget=Budget(least=Money(minor=0, currency="USD"), most=Money(minor=500, currency="USD")),
    need="crm",
    received_time=datetime(2026, 3, 1, tzinfo=UTC),
    demo_request_time=datetime(2026, 3, 2, 8, 30, tzinfo=UTC),
    tags=("展会", "vip"),
    custom={"membership": "M-1"},
)


def briefing(rules: DuplicateRules) -> Briefing:
    in_force = RulesInForce(
        look_up=LookUpRules(daily=1),
        versions={},
        grade=GradeRules(rules=()),
        conditions={},
        assignment=RULES,
        duplicates=rules,
        response=RESPONSE.read(RESPONSE.shipped_body()),
        qualification=QUALIFICATION.read(QUALIFICATION.shipped_body()),
        checklist={},
        recycling=RECYCLING.read(RECYCLING.shipped_body()),
        channels={},
        campaigns={},
    )
    return Briefing(
        rules=in_force,
        organization=Snapshot(),
        board=Board([], RULES),
        now=NOON,
        today=NOON.date(),
        zone=ZoneInfo("Asia/Shanghai"),
        timetable=TIMETABLE,
    )


def identity_of(newcomer: Newcomer) -> object:
    return newcomer.match, newcomer.keys, newcomer.written_prints


@pytest.mark.parametrize(
    "row",
    [
        LeadRow(facts=FULL, channel="官网", campaign="春季展会", region="华东"),
        LeadRow(facts=facts(budget=Budget(most=Money(minor=1)))),
        LeadRow(facts=facts()),
    ],
)
def test_a_row_arrives_as_it_was_sent(row: LeadRow) -> None:
    for each in (row, prepared(row, EDITED)):
        assert unpack_row(orjson.loads(orjson.dumps(pack_row(each)))) == each


def test_what_was_worked_out_beforehand_is_what_the_desk_would_find() -> None:
    for message in islice(demo_leads(300, day=date(2026, 1, 1), channels=[], campaigns=[]), 300):
        told = facts_of(message)
        alone = briefing(SHIPPED).prepare(told)
        helped = briefing(SHIPPED).prepare(told, traits=traits_of(told, SHIPPED))
        assert helped.traits is not None
        assert identity_of(helped) == identity_of(alone)


def test_a_row_is_not_worked_out_twice() -> None:
    marked = replace(traits_of(FULL, SHIPPED), match=frozenset({"c1"}))
    assert briefing(SHIPPED).prepare(FULL, traits=marked).match == {"c1"}


def test_what_was_worked_out_under_other_rules_is_worked_out_anew() -> None:
    newcomer = briefing(EDITED).prepare(FULL, traits=traits_of(FULL, SHIPPED))
    assert identity_of(newcomer) == identity_of(briefing(EDITED).prepare(FULL))
    assert identity_of(newcomer) != identity_of(briefing(SHIPPED).prepare(FULL))
