"""What leads publish of collaborators."""

from millrace.leads.v1 import lead_collaborator_events_pb2 as messages
from millrace.leads.v1 import lead_collaborator_pb2

from chassis.collaborators import Collaborator, CollaboratorAdded, CollaboratorRemoved
from chassis.publication import Publication, Publications
from chassis.wire import date_message, named


def snapshot(collaborator: Collaborator) -> messages.LeadCollaboratorSnapshot:
    """Who may do what with which lead until when; not why."""
    terms = collaborator.terms
    lead = named("leads", collaborator.row)
    return messages.LeadCollaboratorSnapshot(
        name=f"{lead}/collaborators/{collaborator.uuid}",
        lead=lead,
        member=named("members", terms.member),
        role=lead_collaborator_pb2.LeadCollaboratorRole.Value(f"LEAD_COLLABORATOR_ROLE_{terms.role.name}"),
        end_date=date_message(terms.end_date),
        removed=collaborator.removed,
    )


COLLABORATORS: Publications = {
    CollaboratorAdded: Publication(
        "lead_collaborator.added", lambda _, after: messages.LeadCollaboratorAdded(lead_collaborator=snapshot(after))
    ),
    CollaboratorRemoved: Publication(
        "lead_collaborator.removed",
        lambda _, after: messages.LeadCollaboratorRemoved(lead_collaborator=snapshot(after)),
    ),
}
