"""What leads publish: each event of the domain, its subject and its message."""

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.money_pb2 import Money as MoneyMessage
from millrace.leads.v1 import lead_events_pb2 as messages
from millrace.leads.v1 import lead_pb2

from chassis.publication import Publication, Publications
from kernel.money import Money, minor_digits
from services.leads.domain import lead as domain
from services.leads.domain.facts import Urgency
from services.leads.domain.lead import Grade, Lead, LeadState

_NANOS_DIGITS = 9
_STATES: dict[LeadState, Any] = {state: lead_pb2.LeadState.Value(f"LEAD_STATE_{state.name}") for state in LeadState}
_GRADES: dict[Grade, Any] = {grade: lead_pb2.Grade.Value(f"GRADE_{grade.value or 'UNSPECIFIED'}") for grade in Grade}
_URGENCIES: dict[Urgency, Any] = {
    urgency: lead_pb2.Urgency.Value(f"URGENCY_{(urgency.value or 'unspecified').upper()}") for urgency in Urgency
}


def snapshot(lead: Lead) -> messages.LeadSnapshot:
    """The lead's public state: ids, classes and amounts, nothing personal."""
    facts = lead.facts
    created = Timestamp()
    created.FromDatetime(lead.create_time)
    return messages.LeadSnapshot(
        name=f"leads/{lead.uuid}",
        state=_STATES[lead.state],
        grade=_GRADES[lead.grade],
        owner=_name("members", lead.owner),
        team=_name("teams", lead.team),
        region=_name("regions", lead.region),
        channel=_name("channels", facts.channel),
        campaign=_name("campaigns", facts.campaign),
        industry=facts.industry,
        budget_min=_money(facts.budget.least),
        budget_max=_money(facts.budget.most),
        urgency=_URGENCIES[facts.urgency],
        create_time=created,
        touch_count=lead.touch_count,
    )


def _name(collection: str, uuid: object) -> str:
    return f"{collection}/{uuid}" if uuid else ""


def _money(money: Money | None) -> MoneyMessage | None:
    if money is None:
        return None
    digits = minor_digits(money.currency)
    units, fraction = divmod(money.minor, 10**digits)
    return MoneyMessage(currency_code=money.currency, units=units, nanos=fraction * 10 ** (_NANOS_DIGITS - digits))


PUBLICATIONS: Publications = {
    domain.LeadCreated: Publication("lead.created", lambda _, lead: messages.LeadCreated(lead=snapshot(lead))),
    domain.LeadTouched: Publication("lead.touched", lambda _, lead: messages.LeadTouched(lead=snapshot(lead))),
    domain.LeadUpdated: Publication(
        "lead.updated",
        lambda event, lead: messages.LeadUpdated(lead=snapshot(lead), changed_fields=event.changed_fields),
    ),
    domain.LeadGraded: Publication("lead.graded", lambda _, lead: messages.LeadGraded(lead=snapshot(lead))),
    domain.LeadAssigned: Publication("lead.assigned", lambda _, lead: messages.LeadAssigned(lead=snapshot(lead))),
}
