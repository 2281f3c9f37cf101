"""Registrations between messages and the domain."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.pipeline.v1 import registration_events_pb2 as states
from millrace.pipeline.v1 import registration_pb2 as messages

from chassis.principal import Principal
from chassis.reach import grounds
from chassis.rpc.wording import Wording
from chassis.wire import changed_fields, date_message, date_of, instant, money_message, money_of, named, reference
from services.pipeline.application.registration_desk import REVIEW
from services.pipeline.domain.registration import Registration, RegistrationState
from services.pipeline.domain.registration_checks import (
    Criterion,
    CriterionCheck,
    CriterionVerdict,
    told_to_owner,
)
from services.pipeline.domain.registration_facts import (
    Closing,
    ContactMeans,
    Customer,
    FollowUpState,
    RegistrationFacts,
)
from trade.budget import Budget
from trade.industries import industry_code
from trade.reasons import Reason

STATE_NUMBERS: Mapping[RegistrationState, Any] = {
    state: states.RegistrationState.Value(f"REGISTRATION_STATE_{state.name}") for state in RegistrationState
}
FOLLOW_UPS: Mapping[int, FollowUpState | None] = {
    states.FOLLOW_UP_STATE_UNSPECIFIED: None,
    **{states.FollowUpState.Value(f"FOLLOW_UP_STATE_{state.name}"): state for state in FollowUpState},
}
FOLLOW_UP_NUMBERS: Mapping[FollowUpState | None, Any] = {state: number for number, state in FOLLOW_UPS.items()}
CRITERIA: Mapping[int, Criterion] = {
    messages.RegistrationCriterion.Value(f"REGISTRATION_CRITERION_{each.name}"): each for each in Criterion
}
CRITERION_NUMBERS: Mapping[Criterion, Any] = {each: number for number, each in CRITERIA.items()}


def facts_of(message: messages.Registration) -> RegistrationFacts:
    """What the message registers; raises InvalidField with the field's path."""
    return RegistrationFacts(
        customer=Customer(
            account=reference(message.account, field="registration.account"),
            company_name=message.company_name.strip(),
            contact_name=message.contact_name.strip(),
            credit_code=message.credit_code.strip(),
            industry=industry_code(message.industry),
        ),
        contact=ContactMeans(phone=message.phone.strip(), email=message.email.strip(), wechat=message.wechat.strip()),
        need=message.need.strip(),
        budget=Budget(least=_money(message, "budget_min"), most=_money(message, "budget_max")),
        closing=Closing(
            day=date_of(message.expected_close_date, field="registration.expected_close_date")
            if message.HasField("expected_close_date")
            else None,
            cycle_days=message.decision_cycle_days,
        ),
        follow_up=FOLLOW_UPS[message.follow_up_state],
        follow_up_evidence=message.follow_up_evidence.strip(),
        opportunity=reference(message.opportunity, field="registration.opportunity"),
    )


def edit_of(message: messages.Registration, mask: FieldMask) -> Callable[[RegistrationFacts], RegistrationFacts]:
    """What changes the masked fields; raises InvalidField for a mask with other fields, or none."""
    paths = changed_fields(mask, messages.Registration)

    def edit(facts: RegistrationFacts) -> RegistrationFacts:
        edited = messages.Registration()
        put_facts(edited, facts)
        for path in paths:
            edited.ClearField(path)  # type: ignore[arg-type]  # one of the entered fields, as just checked
        partial = messages.Registration()
        partial.CopyFrom(message)
        for each in partial.DESCRIPTOR.fields:
            if each.name not in paths:
                partial.ClearField(each.name)  # type: ignore[arg-type]  # a field of the message itself
        edited.MergeFrom(partial)
        return facts_of(edited)

    return edit


def put_facts(message: messages.Registration, facts: RegistrationFacts) -> None:
    """Write the six fields into a message."""
    customer, contact = facts.customer, facts.contact
    message.MergeFrom(
        messages.Registration(
            account=named("accounts", customer.account),
            company_name=customer.company_name,
            contact_name=customer.contact_name,
            credit_code=customer.credit_code,
            industry=customer.industry,
            phone=contact.phone,
            email=contact.email,
            wechat=contact.wechat,
            need=facts.need,
            budget_min=money_message(facts.budget.least),
            budget_max=money_message(facts.budget.most),
            expected_close_date=date_message(facts.closing.day),
            decision_cycle_days=facts.closing.cycle_days,
            follow_up_state=FOLLOW_UP_NUMBERS[facts.follow_up],
            follow_up_evidence=facts.follow_up_evidence,
            opportunity=named("opportunities", facts.opportunity),
        )
    )


def to_message(registration: Registration, wording: Wording, *, reader: Principal) -> messages.Registration:
    """The registration on the wire; by what it is known to others, only whoever judges it is told."""
    owner, origin, review = registration.owner, registration.origin, registration.review
    message = messages.Registration(
        name=registration.name,
        owner=named("members", owner.member),
        team=named("teams", owner.team),
        region=named("regions", owner.region),
        state=STATE_NUMBERS[registration.state],
        lead=named("leads", origin.lead),
        channel=named("channels", origin.channel),
        campaign=named("campaigns", origin.campaign),
        first_contact_time=instant(origin.first_contact_time),
        checks=check_messages(review.checks, wording),
        conflicts=wording.reasons(conflicts_for(reader, registration, review.conflicts)),
        rules_version=review.rules_version,
        verdicts=[_verdict_message(each) for each in review.verdicts],
        reviewer=review.reviewer,
        review_comment=review.comment,
        approval=named("pipelineApprovals", registration.approval),
        content_hash=registration.content_hash,
        submit_time=instant(registration.submit_time),
        review_time=instant(review.time),
        protection_end_time=instant(registration.protection.end_time),
        renewals=registration.protection.renewals,
        protection_rules_version=registration.protection.rules_version or 0,
        create_time=instant(registration.create_time),
        update_time=instant(registration.update_time),
        etag=str(registration.version),
    )
    put_facts(message, registration.facts)
    return message


def conflicts_for(reader: Principal, registration: Registration, conflicts: Sequence[Reason]) -> Sequence[Reason]:
    """The conflicts as the reader may know them."""
    owner = registration.owner
    judges = grounds(reader, REVIEW, owner=owner.member, team=owner.team, region=owner.region) is not None
    return conflicts if judges else told_to_owner(conflicts)


def check_messages(checks: Iterable[CriterionCheck], wording: Wording) -> list[messages.CriterionCheck]:
    """What the machine found, on the wire."""
    return [
        messages.CriterionCheck(
            criterion=CRITERION_NUMBERS[check.criterion], passed=check.passed, reasons=wording.reasons(check.reasons)
        )
        for check in checks
    ]


def verdicts_of(told: Iterable[messages.CriterionVerdict]) -> tuple[CriterionVerdict, ...]:
    """What the reviewer says."""
    return tuple(
        CriterionVerdict(criterion=CRITERIA[each.criterion], met=each.met, note=each.note.strip()) for each in told
    )


def _verdict_message(verdict: CriterionVerdict) -> messages.CriterionVerdict:
    return messages.CriterionVerdict(criterion=CRITERION_NUMBERS[verdict.criterion], met=verdict.met, note=verdict.note)


def _money(message: messages.Registration, field: Any) -> Any:
    return money_of(getattr(message, field), field=f"registration.{field}") if message.HasField(field) else None
