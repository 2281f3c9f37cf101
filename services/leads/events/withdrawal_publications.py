"""What leads publish of leads and contacts that were taken back."""

from millrace.leads.v1 import lead_withdrawal_events_pb2 as messages

from chassis.publication import Publication, Publications
from services.leads.domain import withdrawing
from services.leads.events.publications import snapshot

WITHDRAWALS: Publications = {
    withdrawing.LeadWithdrawn: Publication(
        "lead.withdrawn", lambda _, state: messages.LeadWithdrawn(lead=state), state=snapshot
    ),
    withdrawing.LeadTouchesWithdrawn: Publication(
        "lead.touches_withdrawn",
        lambda event, state: messages.LeadTouchesWithdrawn(
            lead=state,
            touches=[f"{state.name}/touches/{touch}" for touch in event.touches],
            changed_fields=event.changed_fields,
        ),
        state=snapshot,
    ),
}
