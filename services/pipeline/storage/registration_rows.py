"""A registration in its row."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from kernel.money import Money
from services.pipeline.domain.registration import (
    Registration,
    RegistrationOwner,
    RegistrationState,
    Review,
)
from services.pipeline.domain.registration_checks import Criterion, CriterionCheck, CriterionVerdict
from services.pipeline.domain.registration_facts import (
    Closing,
    ContactMeans,
    Customer,
    FollowUpState,
    Protection,
    RegistrationFacts,
    RegistrationOrigin,
)
from trade.budget import Budget
from trade.reasons import Reason


def from_row(row: Mapping[str, Any] | RowMapping) -> Registration:
    """The registration in a row."""
    return Registration(
        uuid=row["uuid"],
        version=row["version"],
        facts=_facts(row),
        origin=RegistrationOrigin(
            lead=row["lead"],
            channel=row["channel"],
            campaign=row["campaign"],
            first_contact_time=row["first_contact_time"],
        ),
        owner=RegistrationOwner(member=row["owner"], team=row["team"], region=row["region"]),
        state=RegistrationState(row["state"]),
        review=_review(row["review"], row["review_time"]),
        protection=Protection(
            end_time=row["protection_end_time"],
            renewals=row["renewals"],
            rules_version=row["protection_rules_version"],
        ),
        approval=row["approval"],
        submit_time=row["submit_time"],
        authors=frozenset(row["authors"] or ()),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def review_to_json(review: Review) -> Mapping[str, object]:
    """The review as plain data; its time has a column of its own."""
    return {
        "rules_version": review.rules_version,
        "conflicts": [reason.to_mapping() for reason in review.conflicts],
        "checks": [
            {
                "criterion": check.criterion.value,
                "passed": check.passed,
                "reasons": [reason.to_mapping() for reason in check.reasons],
            }
            for check in review.checks
        ],
        "verdicts": [
            {"criterion": verdict.criterion.value, "met": verdict.met, "note": verdict.note}
            for verdict in review.verdicts
        ],
        "reviewer": review.reviewer,
        "comment": review.comment,
    }


def _facts(row: Mapping[str, Any] | RowMapping) -> RegistrationFacts:
    return RegistrationFacts(
        customer=Customer(
            account=row["account"],
            company_name=row["company_name"],
            contact_name=row["contact_name"],
            credit_code=row["credit_code"],
            industry=row["industry"],
        ),
        contact=ContactMeans(phone=row["phone"], email=row["email"], wechat=row["wechat"]),
        need=row["need"],
        budget=Budget(
            least=_money(row["budget_min_minor"], row["budget_currency"]),
            most=_money(row["budget_max_minor"], row["budget_currency"]),
        ),
        closing=Closing(day=row["expected_close_date"], cycle_days=row["decision_cycle_days"]),
        follow_up=FollowUpState(row["follow_up_state"]) if row["follow_up_state"] else None,
        follow_up_evidence=row["follow_up_evidence"],
        opportunity=row["opportunity"],
    )


def _review(kept: Mapping[str, Any], time: datetime | None) -> Review:
    return Review(
        rules_version=kept["rules_version"],
        conflicts=_reasons(kept["conflicts"]),
        checks=tuple(
            CriterionCheck(
                criterion=Criterion(each["criterion"]), passed=each["passed"], reasons=_reasons(each["reasons"])
            )
            for each in kept["checks"]
        ),
        verdicts=tuple(
            CriterionVerdict(criterion=Criterion(each["criterion"]), met=each["met"], note=each["note"])
            for each in kept["verdicts"]
        ),
        reviewer=kept["reviewer"],
        comment=kept["comment"],
        time=time,
    )


def _reasons(kept: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(each["code"], each["parameters"]) for each in kept)


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor=minor, currency=currency)
