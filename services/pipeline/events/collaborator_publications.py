"""What pipeline publishes of collaborators of accounts."""

from millrace.pipeline.v1 import account_collaborator_events_pb2 as messages
from millrace.pipeline.v1 import account_collaborator_pb2

from chassis.collaborators import Collaborator, CollaboratorAdded, CollaboratorRemoved
from chassis.publication import Publication, Publications
from chassis.wire import date_message, named


def snapshot(collaborator: Collaborator) -> messages.AccountCollaboratorSnapshot:
    """Who may do what with which account until when; not why."""
    terms = collaborator.terms
    account = named("accounts", collaborator.row)
    return messages.AccountCollaboratorSnapshot(
        name=f"{account}/collaborators/{collaborator.uuid}",
        account=account,
        member=named("members", terms.member),
        role=account_collaborator_pb2.AccountCollaboratorRole.Value(f"ACCOUNT_COLLABORATOR_ROLE_{terms.role.name}"),
        end_date=date_message(terms.end_date),
        removed=collaborator.removed,
    )


COLLABORATORS: Publications = {
    CollaboratorAdded: Publication(
        "account_collaborator.added",
        lambda _, after: messages.AccountCollaboratorAdded(account_collaborator=snapshot(after)),
    ),
    CollaboratorRemoved: Publication(
        "account_collaborator.removed",
        lambda _, after: messages.AccountCollaboratorRemoved(account_collaborator=snapshot(after)),
    ),
}
