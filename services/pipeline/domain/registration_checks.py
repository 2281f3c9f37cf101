"""The five criteria of a review (审核标准): what a machine can see of each, told with reasons. The reviewer judges."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from kernel.money import Money
from services.pipeline.domain.registration_facts import RegistrationFacts
from services.pipeline.domain.registration_rules import RegistrationRules
from trade.reasons import Reason


class Criterion(Enum):
    """What a registration is judged by."""

    CUSTOMER = "customer"
    NEED = "need"
    BUDGET = "budget"
    CLOSING = "closing"
    STATE = "state"


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionCheck:
    """What the machine found about one criterion."""

    criterion: Criterion
    passed: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionVerdict:
    """What the reviewer says about one criterion."""

    criterion: Criterion
    met: bool
    note: str = ""


def check_criteria(facts: RegistrationFacts, rules: RegistrationRules, *, today: date) -> Sequence[CriterionCheck]:
    """Each criterion once, in order: passed when nothing speaks against it."""
    found = {
        Criterion.CUSTOMER: tuple(_customer(facts, rules)),
        Criterion.NEED: tuple(_need(facts, rules)),
        Criterion.BUDGET: tuple(_budget(facts, rules)),
        Criterion.CLOSING: tuple(_closing(facts, rules, today)),
        Criterion.STATE: tuple(_state(facts, rules)),
    }
    return tuple(
        CriterionCheck(
            criterion=criterion, passed=not doubts, reasons=doubts or (Reason(f"CHECK_{criterion.name}_FINE"),)
        )
        for criterion, doubts in found.items()
    )


def _customer(facts: RegistrationFacts, rules: RegistrationRules) -> Iterator[Reason]:
    customer, rule = facts.customer, rules.customer
    if customer.account is None and customer.company_name and len(customer.company_name) < rule.name_least:
        yield Reason("CHECK_CUSTOMER_NAME_SHORT", {"least": str(rule.name_least)})
    if rule.person and not customer.contact_name:
        yield Reason("CHECK_CUSTOMER_NO_PERSON")
    if not facts.contact.phone:
        yield Reason("CHECK_CUSTOMER_NO_PHONE")


def _need(facts: RegistrationFacts, rules: RegistrationRules) -> Iterator[Reason]:
    written = len("".join(facts.need.split()))
    if written < rules.need.least:
        yield Reason("CHECK_NEED_SHORT", {"letters": str(written), "least": str(rules.need.least)})
    folded = facts.need.casefold()
    for word in rules.need.vague:
        if word.casefold() in folded:
            yield Reason("CHECK_NEED_VAGUE", {"word": word})


def _budget(facts: RegistrationFacts, rules: RegistrationRules) -> Iterator[Reason]:
    # No amount stands in a reason: who may not see the budget reads the reasons too.
    bounds = [_units(bound) for bound in (facts.budget.least, facts.budget.most) if bound is not None]
    if not bounds:
        return
    if max(bounds) < rules.budget.least:
        yield Reason("CHECK_BUDGET_LOW")
    if max(bounds) > rules.budget.most:
        yield Reason("CHECK_BUDGET_HIGH")
    if max(bounds) > min(bounds) * rules.budget.widest:
        yield Reason("CHECK_BUDGET_WIDE", {"widest": str(rules.budget.widest)})


def _closing(facts: RegistrationFacts, rules: RegistrationRules, today: date) -> Iterator[Reason]:
    due = facts.closing.due(today=today)
    if due is None:
        return
    days = (due - today).days
    if days < rules.closing.soonest:
        yield Reason("CHECK_CLOSING_SOON", {"days": str(days), "soonest": str(rules.closing.soonest)})
    if days > rules.closing.latest:
        yield Reason("CHECK_CLOSING_LATE", {"days": str(days), "latest": str(rules.closing.latest)})


def _state(facts: RegistrationFacts, rules: RegistrationRules) -> Iterator[Reason]:
    if facts.follow_up is None or facts.follow_up.value not in rules.state.evidence_in:
        return
    if len(facts.follow_up_evidence.strip()) < rules.state.least:
        yield Reason("CHECK_STATE_NOT_SHOWN", {"state": facts.follow_up.value})


def _units(money: Money) -> Decimal:
    return money.decimal()


def told_to_owner(conflicts: Sequence[Reason]) -> tuple[Reason, ...]:
    """The conflicts without that by which the customer is the same: that he is known, until when, whom to ask.

    By what he is known is for those who judge; else a draft that is changed field by field would tell of each.
    """
    return tuple(_without_ground(each) for each in conflicts)


def _without_ground(conflict: Reason) -> Reason:
    if "by" not in conflict.parameters:
        return conflict
    told = {name: value for name, value in conflict.parameters.items() if name != "by"}
    return Reason(f"{conflict.code}_ELSEWHERE", told)
