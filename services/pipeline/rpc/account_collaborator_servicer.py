"""AccountCollaboratorService on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from millrace.pipeline.v1 import account_collaborator_pb2 as messages
from millrace.pipeline.v1 import account_collaborator_service_pb2 as contract

from chassis.collaborators import Collaborator, CollaboratorRole, Invitation
from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import date_message, date_of, named, uuid_of
from chassis.work import Store
from services.pipeline.application.account_collaboration import (
    add_collaborator,
    list_collaborators,
    remove_collaborator,
)

_ROLES: Mapping[CollaboratorRole, Any] = {
    role: messages.AccountCollaboratorRole.Value(f"ACCOUNT_COLLABORATOR_ROLE_{role.name}") for role in CollaboratorRole
}
_ROLE_OF = {number: role for role, number in _ROLES.items()}


class AccountCollaboratorServicer:
    """Collaborators of accounts (协作人)."""

    def __init__(self, store: Store, organization: Organization, *, zone: ZoneInfo, page_key: bytes) -> None:
        """Last days are days of `zone`; `page_key` seals page tokens."""
        self._store = store
        self._organization = organization
        self._zone = zone
        self._page_key = page_key

    async def AddAccountCollaborator(
        self, request: contract.AddAccountCollaboratorRequest, call: Call
    ) -> messages.AccountCollaborator:
        """Share one."""
        account, terms = uuid_of(request.parent, field="parent"), terms_of(request.account_collaborator)
        answer: messages.AccountCollaborator = await self._store.write(
            call,
            request,
            lambda work: add_collaborator(
                work, account=account, terms=terms, organization=self._organization, zone=self._zone
            ),
            answer=lambda collaborator: to_message(collaborator, now=call.now),
        )
        return answer

    async def RemoveAccountCollaborator(
        self, request: contract.RemoveAccountCollaboratorRequest, call: Call
    ) -> messages.AccountCollaborator:
        """End one collaboration."""
        parent, _, _ = request.name.partition("/collaborators/")
        account, collaborator = uuid_of(parent), uuid_of(request.name)
        answer: messages.AccountCollaborator = await self._store.write(
            call,
            request,
            lambda work: remove_collaborator(work, account=account, collaborator=collaborator),
            answer=lambda removed: to_message(removed, now=call.now),
        )
        return answer

    async def ListAccountCollaborators(
        self, request: contract.ListAccountCollaboratorsRequest, call: Call
    ) -> contract.ListAccountCollaboratorsResponse:
        """Read a page of them."""
        account, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_collaborators(read, account=account, wanted=wanted))
        return contract.ListAccountCollaboratorsResponse(
            account_collaborators=[to_message(each, now=call.now) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


def to_message(collaborator: Collaborator, *, now: datetime) -> messages.AccountCollaborator:
    """The collaborator on the wire."""
    terms = collaborator.terms
    message = messages.AccountCollaborator(
        name=f"{named('accounts', collaborator.row)}/collaborators/{collaborator.uuid}",
        member=named("members", terms.member),
        role=_ROLES[terms.role],
        end_date=date_message(terms.end_date),
        reason=terms.reason,
        ended=not collaborator.holds(now=now),
        creator=collaborator.creator,
    )
    message.create_time.FromDatetime(collaborator.create_time)
    message.update_time.FromDatetime(collaborator.update_time)
    return message


def terms_of(message: messages.AccountCollaborator, *, path: str = "account_collaborator") -> Invitation:
    """Whom the message invites, to do what, until when, and why; raises InvalidField with the field's path."""
    return Invitation(
        member=uuid_of(message.member, field=f"{path}.member"),
        role=_ROLE_OF[message.role],
        end_date=date_of(message.end_date, field=f"{path}.end_date"),
        reason=message.reason.strip(),
    )
