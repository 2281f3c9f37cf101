"""The job that asks pipeline to take a lead over."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
from google.rpc import error_details_pb2, status_pb2
from millrace.pipeline.v1 import lead_conversion_service_pb2 as pipeline
from millrace.pipeline.v1 import registration_events_pb2
from millrace.pipeline.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from millrace.pipeline.v1.lead_history_pb2 import ToldLeadHistory

from chassis.jobs import JobContext, JobKind, carry_out
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Scope, service_principal
from chassis.wire import date_message, instant, money_message, named, reference, uuid_of
from kernel.errors import Unauthenticated
from services.leads.application.conversion import CONVERT_LEAD, LeadToTell, keep_outcome, keep_refusal, lead_to_tell
from services.leads.application.intake import IntakeDesk
from services.leads.domain.conversion_record import Choices, Conversion, FollowUp, Outcome, Target
from services.leads.domain.facts import Address
from services.leads.domain.lead import Lead
from services.leads.rpc.told_history import collaborator_message, digest_of, history_messages
from trade.reasons import Reason

_DEADLINE_SECONDS = 10.0
# Longer than the deadline: whoever died is followed by another before the person who waits gives up.
_LEASE = timedelta(seconds=20)
# A person waits for it: while pipeline comes and goes, as in a roll-out, it is asked twice a minute.
_SOON = (1, 2, 5, 10, 15, 20, *[30] * 10)
_RETRIES = tuple(timedelta(seconds=seconds) for seconds in (*_SOON, 300, 1800, 7200, 18000, 36000, 86400))
# What pipeline says no by, for ever; everything else may be otherwise soon.
_REFUSALS = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.FAILED_PRECONDITION,
    }
)
# What it says no by from its copy of the organization, which may be behind ours: no more than a moment's answer then.
_BY_COPY = frozenset({"NOT_ALLOWED", "OWNER_UNKNOWN", "REGISTRATION_OWNER_UNKNOWN"})
_WRITING = "pipeline.write"
_GAVE_UP = "UNAVAILABLE"
_ASKED_TWICE = "REQUEST_ID_REUSED"
_MEANINGS: Mapping[str, str] = {
    "NOT_ALLOWED": "CONVERSION_NOT_ALLOWED",
    "OWNER_UNKNOWN": "CONVERSION_OWNER_UNKNOWN",
    "REGISTRATION_OWNER_UNKNOWN": "CONVERSION_OWNER_UNKNOWN",
    "ACCOUNT_NOT_FOUND": "CONVERSION_ACCOUNT_NOT_FOUND",
    "ACCOUNT_ARCHIVED": "CONVERSION_ACCOUNT_ARCHIVED",
    "REGISTRATION_NEEDED": "CONVERSION_REGISTRATION_NEEDED",
    "CUSTOMER_PROTECTED": "CONVERSION_CUSTOMER_PROTECTED",
    _GAVE_UP: "CONVERSION_UNAVAILABLE",
    "REGISTRATION_CLOSING_PAST": "CONVERSION_CLOSING_PAST",
}
_TARGETS: Mapping[Target, Any] = {
    target: pipeline.ConversionTarget.Value(f"CONVERSION_TARGET_{target.name}") for target in Target
}
_FOLLOW_UPS: Mapping[FollowUp, Any] = {
    state: registration_events_pb2.FollowUpState.Value(f"FOLLOW_UP_STATE_{state.name}") for state in FollowUp
}


def converting(parts: Parts, desk: IntakeDesk, organization: Organization) -> JobKind:
    """The kind of job that converts leads."""
    return JobKind(CONVERT_LEAD, ConversionJob(parts, desk, organization).run, lease=_LEASE, retries=_RETRIES)


class ConversionJob:
    """Asks pipeline and keeps its answer; killed at any point, it starts again and changes nothing twice.

    Pipeline takes a lead over once, whatever it is asked, so a change of the lead between two tries does no harm; the
    request id names the version, the history and the collaborators that were told: one id may not stand for two
    contents.
    """

    def __init__(self, parts: Parts, desk: IntakeDesk, organization: Organization) -> None:
        self._parts = parts
        self._desk = desk
        self._organization = organization
        self._account = service_principal("leads", {"leads.write": Scope.ALL})

    async def run(self, context: JobContext, payload: Mapping[str, Any]) -> None:
        """Convert the lead, or give it back with pipeline's reason, or after the last try without an answer."""
        told = await self._wanted(UUID(payload["lead"]), context.id)
        if told is None:
            return
        lead = told.lead
        if lead.conversion is None:
            return
        try:
            answer = await self._ask(told, lead.conversion)
        except grpc.aio.AioRpcError as error:
            reason = _reason_of(error)
            if error.code() not in _REFUSALS or reason == _ASKED_TWICE:
                if context.attempt <= len(_RETRIES):
                    raise
                # Given back, people can work it and try again: what pipeline took over, it tells then.
                reason = _GAVE_UP
            elif reason in _BY_COPY and context.attempt <= len(_SOON) and await self._know_better(lead):
                raise
            await self._refuse(lead.uuid, context.id, reason)
            return
        await self._keep(lead.uuid, context.id, answer)

    async def _know_better(self, lead: Lead) -> bool:
        """Whether by our own copy of the organization the owner is there, and whoever converts may write there."""
        if lead.conversion is None:
            return False
        snapshot, actor = await self._organization.current(), lead.conversion.actor
        owner = snapshot.members.get(lead.owner or actor)
        try:
            acting = snapshot.principal(subject=named("members", actor))
        except Unauthenticated:
            return False
        return owner is not None and owner.active and acting.may(_WRITING)

    async def _wanted(self, lead: UUID, job: UUID) -> LeadToTell | None:
        return await carry_out(
            self._parts.background_store,
            self._account,
            action=CONVERT_LEAD,
            use_case=lambda work: lead_to_tell(work, uuid=lead, job=job),
        )

    async def _ask(self, told: LeadToTell, conversion: Conversion) -> pipeline.AcceptLeadResponse:
        stub: Any = LeadConversionServiceStub(self._parts.channel("pipeline"))
        credentials = self._parts.definition.credentials
        metadata = await credentials(self._parts)() if credentials else ()
        request = accept_request(told, conversion, history_messages(told.history, self._parts.texts))
        answer: pipeline.AcceptLeadResponse = await stub.AcceptLead(
            request, metadata=metadata, timeout=_DEADLINE_SECONDS
        )
        return answer

    async def _keep(self, lead: UUID, job: UUID, answer: pipeline.AcceptLeadResponse) -> None:
        outcome = Outcome(
            account=uuid_of(answer.account, field="account"),
            contact=reference(answer.contact, field="contact"),
            registration=reference(answer.registration, field="registration"),
            opportunity=reference(answer.opportunity, field="opportunity"),
            time=datetime.fromtimestamp(0, UTC),
        )
        await carry_out(
            self._parts.background_store,
            self._account,
            action=CONVERT_LEAD,
            use_case=lambda work: keep_outcome(work, uuid=lead, job=job, outcome=outcome, desk=self._desk),
        )

    async def _refuse(self, lead: UUID, job: UUID, reason: str) -> None:
        known = _MEANINGS.get(reason)
        error = Reason(known) if known else Reason("CONVERSION_REFUSED", {"reason": reason})
        await carry_out(
            self._parts.background_store,
            self._account,
            action=CONVERT_LEAD,
            use_case=lambda work: keep_refusal(work, uuid=lead, job=job, error=error, desk=self._desk),
        )


def accept_request(
    told: LeadToTell, conversion: Conversion, history: Sequence[ToldLeadHistory]
) -> pipeline.AcceptLeadRequest:
    """What pipeline is told: the lead as it is now, for whom, by whom, with whom, what was chosen and was before."""
    lead, collaborators = told.lead, [collaborator_message(each) for each in told.collaborators]
    facts, choices = lead.facts, conversion.choices
    return pipeline.AcceptLeadRequest(
        lead=named("leads", lead.uuid),
        owner=named("members", lead.owner or conversion.actor),
        actor=named("members", conversion.actor),
        company_name=facts.company_name,
        credit_code=facts.credit_code,
        contact_name=facts.contact_name,
        job_title=facts.job_title,
        phone=facts.phone,
        email=facts.email,
        address=in_one_line(facts.address),
        industry=facts.industry,
        employee_count=facts.employee_count,
        need=facts.need,
        budget_min=money_message(facts.budget.least),
        budget_max=money_message(facts.budget.most),
        first_contact_time=instant(facts.received_time),
        channel=named("channels", facts.channel),
        campaign=named("campaigns", facts.campaign),
        history=history,
        collaborators=collaborators,
        linked_account=named("accounts", told.linked),
        request_id=f"{conversion.job}/{lead.version}/{digest_of([*history, *collaborators])}",
        **_chosen(choices),
    )


def _chosen(choices: Choices) -> dict[str, Any]:
    return {
        "target": _TARGETS[choices.target],
        "account": named("accounts", choices.account),
        "expected_close_date": date_message(choices.expected_close_date),
        "follow_up_state": _FOLLOW_UPS[choices.follow_up],
    }


def in_one_line(address: Address) -> str:
    """An address as people write it here: from the largest part to the smallest."""
    parts = (address.province, address.city, address.district, address.line_1, address.line_2, address.street_number)
    return " ".join(part for part in parts if part)


def _reason_of(error: grpc.aio.AioRpcError) -> str:
    """The reason pipeline gave; the status where it gave none."""
    told = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    info = error_details_pb2.ErrorInfo()
    if isinstance(told, bytes):
        for detail in status_pb2.Status.FromString(told).details:
            if detail.Unpack(info):
                return str(info.reason)
    return str(error.code().name)
