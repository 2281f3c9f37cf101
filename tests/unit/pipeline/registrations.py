"""Registrations for tests: complete unless a test says otherwise."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from kernel.money import Money
from services.pipeline.domain.registration import (
    Registration,
    RegistrationOwner,
    Review,
    begin_registration,
)
from services.pipeline.domain.registration_checks import Criterion, CriterionVerdict, check_criteria
from services.pipeline.domain.registration_facts import (
    NO_ORIGIN,
    Closing,
    ContactMeans,
    Customer,
    FollowUpState,
    RegistrationFacts,
)
from services.pipeline.domain.registration_rules import RegistrationRules
from trade.budget import Budget

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ZHANG_WEI = UUID(int=1)
SHIPPED = Path(__file__).parent.parent.parent.parent / "services" / "pipeline" / "rules"
RULES = RegistrationRules.from_mapping(tomllib.loads((SHIPPED / "registration.toml").read_text(encoding="utf-8")))
NEED = "为 300 名销售上线分销管理系统，替换现有表格，需与金蝶对接"


def yuan(units: int) -> Money:
    return Money(minor=units * 100, currency="CNY")


def complete_facts(**changes: Any) -> RegistrationFacts:
    facts = RegistrationFacts(
        customer=Customer(company_name="杭州云帆科技有限公司", contact_name="王小明"),
        contact=ContactMeans(phone="13857112233"),
        need=NEED,
        budget=Budget(least=yuan(400_000), most=yuan(600_000)),
        closing=Closing(day=date(2026, 6, 30)),
        follow_up=FollowUpState.NEED_CONFIRMED,
    )
    return replace(facts, **changes)


def a_draft(facts: RegistrationFacts | None = None) -> Registration:
    owner = RegistrationOwner(member=ZHANG_WEI, team=UUID(int=101), region=UUID(int=201))
    change = begin_registration(
        uuid=UUID(int=7), facts=facts or complete_facts(), origin=NO_ORIGIN, owner=owner, by="members/1", now=NOON
    )
    return change.aggregate


def submitted(draft: Registration | None = None, *, now: datetime = NOON) -> Registration:
    draft = draft or a_draft()
    checks = check_criteria(draft.facts, RULES, today=TODAY)
    return draft.submit(checks=checks, conflicts=(), rules_version=0, today=TODAY, now=now).aggregate


def verdicts(*, unmet: Criterion | None = None) -> tuple[CriterionVerdict, ...]:
    return tuple(CriterionVerdict(criterion=each, met=each is not unmet) for each in Criterion)


def a_review(*, unmet: Criterion | None = None) -> Review:
    return Review(verdicts=verdicts(unmet=unmet), reviewer="members/2", time=NOON)


def approved(registration: Registration | None = None, *, now: datetime = NOON) -> Registration:
    return (registration or submitted()).approve(review=a_review(), rules=RULES, rules_version=0, now=now).aggregate
