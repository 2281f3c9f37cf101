"""What leads publish of saved views."""

from millrace.leads.v1 import lead_view_events_pb2 as messages
from millrace.leads.v1 import lead_view_pb2

from chassis.publication import Publication, Publications
from chassis.wire import named
from services.leads.domain import lead_views as domain
from services.leads.domain.lead_views import LeadView


def _snapshot(view: LeadView) -> messages.LeadViewSnapshot:
    content = view.content
    return messages.LeadViewSnapshot(
        name=view.name,
        owner=view.owner,
        sharing=lead_view_pb2.LeadViewSharing.Value(f"LEAD_VIEW_SHARING_{content.sharing.name}"),
        team=named("teams", content.team),
    )


VIEWS: Publications = {
    domain.LeadViewCreated: Publication(
        "lead_view.created", lambda _, after: messages.LeadViewCreated(lead_view=_snapshot(after))
    ),
    domain.LeadViewUpdated: Publication(
        "lead_view.updated", lambda _, after: messages.LeadViewUpdated(lead_view=_snapshot(after))
    ),
    domain.LeadViewDeleted: Publication(
        "lead_view.deleted", lambda _, after: messages.LeadViewDeleted(lead_view=_snapshot(after))
    ),
}
