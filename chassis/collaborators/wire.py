"""Collaborators on the wire: each service has messages of its own, all of one shape."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from chassis.collaborators.collaborator import Collaborator, CollaboratorRole, Invitation
from chassis.wire import date_message, date_of, named, uuid_of

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollaboratorWire(Generic[M]):
    """How collaborators of a `collection` are written: as which message, under which field of a request.

    The names of its `roles`, an enum of the contract, begin with `role_prefix`.
    """

    message: type[M]
    field: str
    collection: str
    roles: Any
    role_prefix: str

    def to_message(self, collaborator: Collaborator, *, now: datetime) -> M:
        """The collaborator as it stands."""
        terms = collaborator.terms
        message: Any = self.message(
            name=f"{named(self.collection, collaborator.row)}/collaborators/{collaborator.uuid}",
            member=named("members", terms.member),
            role=self.roles.Value(f"{self.role_prefix}{terms.role.name}"),
            end_date=date_message(terms.end_date),
            reason=terms.reason,
            ended=not collaborator.holds(now=now),
            creator=collaborator.creator,
        )
        message.create_time.FromDatetime(collaborator.create_time)
        message.update_time.FromDatetime(collaborator.update_time)
        written: M = message
        return written

    def terms_of(self, message: Any, *, path: str = "") -> Invitation:
        """Whom a message invites, to do what, until when, and why; raises InvalidField with the field's path."""
        path = path or self.field
        return Invitation(
            member=uuid_of(message.member, field=f"{path}.member"),
            role=CollaboratorRole[self.roles.Name(message.role).removeprefix(self.role_prefix)],
            end_date=date_of(message.end_date, field=f"{path}.end_date"),
            reason=message.reason.strip(),
        )
