"""Collaborators with an end date (协作人): members who see somebody else's row as if it were their own, for a while.

A service declares the table, says which of its permissions are shared, and reads its rows through `scope`:

    COLLABORATORS = collaborators_table(METADATA)
    SHARED_LEADS = Sharing(collection="leads", table=COLLABORATORS, reading="leads.read", writing="leads.write")
    scope(select(LEADS), LEADS, principal=read.principal, permission="leads.read", shared=SHARED_LEADS.at(read.now))
"""

from chassis.collaborators.collaborator import (
    CollaborationEndOutOfRange,
    Collaborator,
    CollaboratorAdded,
    CollaboratorRemoved,
    CollaboratorRole,
    CollaboratorUnknown,
    Invitation,
    invite,
)
from chassis.collaborators.inviting import check_member, keep_invited, save_invited
from chassis.collaborators.sharing import Shared, Sharing
from chassis.collaborators.storage import (
    collaborator_record,
    every_collaborator,
    find_collaborator,
    get_collaborator,
    list_collaborators,
    present_collaborators,
    shared_among,
)
from chassis.collaborators.tables import collaborators_table
from chassis.collaborators.wire import CollaboratorWire

__all__ = [
    "CollaborationEndOutOfRange",
    "Collaborator",
    "CollaboratorAdded",
    "CollaboratorRemoved",
    "CollaboratorRole",
    "CollaboratorUnknown",
    "CollaboratorWire",
    "Invitation",
    "Shared",
    "Sharing",
    "check_member",
    "collaborator_record",
    "collaborators_table",
    "every_collaborator",
    "find_collaborator",
    "get_collaborator",
    "invite",
    "keep_invited",
    "list_collaborators",
    "present_collaborators",
    "save_invited",
    "shared_among",
]
