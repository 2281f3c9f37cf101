"""AccountCollaboratorService on the wire."""

from zoneinfo import ZoneInfo

from millrace.pipeline.v1 import account_collaborator_pb2 as messages
from millrace.pipeline.v1 import account_collaborator_service_pb2 as contract

from chassis.collaborators import CollaboratorWire
from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import uuid_of
from chassis.work import Store
from services.pipeline.application.account_collaboration import (
    add_collaborator,
    list_collaborators,
    remove_collaborator,
)

ACCOUNT_COLLABORATORS = CollaboratorWire(
    message=messages.AccountCollaborator,
    field="account_collaborator",
    collection="accounts",
    roles=messages.AccountCollaboratorRole,
    role_prefix="ACCOUNT_COLLABORATOR_ROLE_",
)


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
        account, terms = (
            uuid_of(request.parent, field="parent"),
            ACCOUNT_COLLABORATORS.terms_of(request.account_collaborator),
        )
        answer: messages.AccountCollaborator = await self._store.write(
            call,
            request,
            lambda work: add_collaborator(
                work, account=account, terms=terms, organization=self._organization, zone=self._zone
            ),
            answer=lambda collaborator: ACCOUNT_COLLABORATORS.to_message(collaborator, now=call.now),
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
            answer=lambda removed: ACCOUNT_COLLABORATORS.to_message(removed, now=call.now),
        )
        return answer

    async def ListAccountCollaborators(
        self, request: contract.ListAccountCollaboratorsRequest, call: Call
    ) -> contract.ListAccountCollaboratorsResponse:
        """Read a page of them."""
        account, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_collaborators(read, account=account, wanted=wanted))
        return contract.ListAccountCollaboratorsResponse(
            account_collaborators=[ACCOUNT_COLLABORATORS.to_message(each, now=call.now) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )
