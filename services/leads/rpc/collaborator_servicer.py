"""LeadCollaboratorService on the wire."""

from zoneinfo import ZoneInfo

from millrace.leads.v1 import lead_collaborator_pb2 as messages
from millrace.leads.v1 import lead_collaborator_service_pb2 as contract

from chassis.collaborators import CollaboratorWire
from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import uuid_of
from chassis.work import Store
from services.leads.application.collaboration import add_collaborator, list_collaborators, remove_collaborator

LEAD_COLLABORATORS = CollaboratorWire(
    message=messages.LeadCollaborator,
    field="lead_collaborator",
    collection="leads",
    roles=messages.LeadCollaboratorRole,
    role_prefix="LEAD_COLLABORATOR_ROLE_",
)


class LeadCollaboratorServicer:
    """Collaborators of leads (协作人)."""

    def __init__(self, store: Store, organization: Organization, *, zone: ZoneInfo, page_key: bytes) -> None:
        """Last days are days of `zone`; `page_key` seals page tokens."""
        self._store = store
        self._organization = organization
        self._zone = zone
        self._page_key = page_key

    async def AddLeadCollaborator(
        self, request: contract.AddLeadCollaboratorRequest, call: Call
    ) -> messages.LeadCollaborator:
        """Share one."""
        lead, terms = uuid_of(request.parent, field="parent"), LEAD_COLLABORATORS.terms_of(request.lead_collaborator)
        answer: messages.LeadCollaborator = await self._store.write(
            call,
            request,
            lambda work: add_collaborator(
                work, lead=lead, terms=terms, organization=self._organization, zone=self._zone
            ),
            answer=lambda collaborator: LEAD_COLLABORATORS.to_message(collaborator, now=call.now),
        )
        return answer

    async def RemoveLeadCollaborator(
        self, request: contract.RemoveLeadCollaboratorRequest, call: Call
    ) -> messages.LeadCollaborator:
        """End one collaboration."""
        parent, _, _ = request.name.partition("/collaborators/")
        lead, collaborator = uuid_of(parent), uuid_of(request.name)
        answer: messages.LeadCollaborator = await self._store.write(
            call,
            request,
            lambda work: remove_collaborator(work, lead=lead, collaborator=collaborator),
            answer=lambda removed: LEAD_COLLABORATORS.to_message(removed, now=call.now),
        )
        return answer

    async def ListLeadCollaborators(
        self, request: contract.ListLeadCollaboratorsRequest, call: Call
    ) -> contract.ListLeadCollaboratorsResponse:
        """Read a page of them."""
        lead, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_collaborators(read, lead=lead, wanted=wanted))
        return contract.ListLeadCollaboratorsResponse(
            lead_collaborators=[LEAD_COLLABORATORS.to_message(each, now=call.now) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )
