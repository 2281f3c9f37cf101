"""What leads publish of judgements."""

from millrace.leads.v1 import lead_qualification_events_pb2 as messages

from chassis.publication import Publication, Publications
from services.leads.domain import qualifying
from services.leads.events.publications import snapshot

QUALIFICATIONS: Publications = {
    qualifying.LeadChecklistAnswered: Publication(
        "lead.checklist_answered", lambda _, state: messages.LeadChecklistAnswered(lead=state), state=snapshot
    ),
    qualifying.LeadQualified: Publication(
        "lead.qualified", lambda _, state: messages.LeadQualified(lead=state), state=snapshot
    ),
    qualifying.LeadDisqualified: Publication(
        "lead.disqualified",
        lambda event, state: messages.LeadDisqualified(lead=state, reason=event.code),
        state=snapshot,
    ),
    qualifying.LeadReopened: Publication(
        "lead.reopened",
        lambda event, state: messages.LeadReopened(lead=state, by_touch=event.by_touch),
        state=snapshot,
    ),
}
