"""LeadCollaboratorService on the wire."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from google.type.date_pb2 import Date
from millrace.leads.v1 import lead_collaborator_pb2 as messages
from millrace.leads.v1 import lead_collaborator_service_pb2 as contract

from chassis.collaborators import Collaborator, CollaboratorRole, Invitation
from chassis.organization import Organization
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import date_message, named, uuid_of
from chassis.work import Store
from kernel.errors import InvalidField
from services.leads.application.collaboration import add_collaborator, list_collaborators, remove_collaborator

_ROLES: Mapping[CollaboratorRole, Any] = {
    role: messages.LeadCollaboratorRole.Value(f"LEAD_COLLABORATOR_ROLE_{role.name}") for role in CollaboratorRole
}
_ROLE_OF = {number: role for role, number in _ROLES.items()}


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
        lead, terms = uuid_of(request.parent, field="parent"), _terms_of(request.lead_collaborator)
        answer: messages.LeadCollaborator = await self._store.write(
            call,
            request,
            lambda work: add_collaborator(
                work, lead=lead, terms=terms, organization=self._organization, zone=self._zone
            ),
            answer=lambda collaborator: to_message(collaborator, now=call.now),
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
            answer=lambda removed: to_message(removed, now=call.now),
        )
        return answer

    async def ListLeadCollaborators(
        self, request: contract.ListLeadCollaboratorsRequest, call: Call
    ) -> contract.ListLeadCollaboratorsResponse:
        """Read a page of them."""
        lead, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_collaborators(read, lead=lead, wanted=wanted))
        return contract.ListLeadCollaboratorsResponse(
            lead_collaborators=[to_message(each, now=call.now) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


def to_message(collaborator: Collaborator, *, now: datetime) -> messages.LeadCollaborator:
    """The collaborator on the wire."""
    terms = collaborator.terms
    message = messages.LeadCollaborator(
        name=f"{named('leads', collaborator.row)}/collaborators/{collaborator.uuid}",
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


def _terms_of(message: messages.LeadCollaborator) -> Invitation:
    return Invitation(
        member=uuid_of(message.member, field="lead_collaborator.member"),
        role=_ROLE_OF[message.role],
        end_date=_day_of(message.end_date),
        reason=message.reason.strip(),
    )


def _day_of(written: Date) -> date:
    try:
        return date(written.year, written.month, written.day)
    except ValueError:
        raise InvalidField(field="lead_collaborator.end_date") from None
