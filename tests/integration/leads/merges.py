"""Leads of one customer, and everything that is told, shared and decided about them."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from millrace.leads.v1 import lead_behaviour_service_pb2 as behaviour
from millrace.leads.v1 import lead_collaborator_pb2, lead_pb2
from millrace.leads.v1 import lead_duplicate_service_pb2 as pairs
from millrace.leads.v1 import lead_merge_service_pb2 as contract
from millrace.leads.v1.lead_assignment_service_pb2 import ListLeadAssignmentsRequest
from millrace.leads.v1.lead_assignment_service_pb2_grpc import LeadAssignmentServiceStub
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub
from millrace.leads.v1.lead_collaborator_service_pb2 import AddLeadCollaboratorRequest, ListLeadCollaboratorsRequest
from millrace.leads.v1.lead_collaborator_service_pb2_grpc import LeadCollaboratorServiceStub
from millrace.leads.v1.lead_duplicate_service_pb2_grpc import LeadDuplicateServiceStub
from millrace.leads.v1.lead_merge_service_pb2_grpc import LeadMergeServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest, ListLeadsRequest, UpdateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.leads.v1.lead_touch_service_pb2 import ListLeadTouchesRequest
from millrace.leads.v1.lead_touch_service_pb2_grpc import LeadTouchServiceStub
from sqlalchemy import func, select, text

from chassis.principal import service_principal
from chassis.work import Read
from services.leads.storage.behaviours import tallies
from services.leads.storage.tables import MEMBER_LOADS
from tests.integration.leads.conftest import LeadsHouse
from tests.support.serving import Caller

YUNFAN = "杭州云帆科技有限公司"
# What a lead cannot be again: when it last changed, and how often.
PASSING = ("update_time", "etag")


class Merging:
    """Whoever merges leads, by default somebody who may do everything everywhere."""

    def __init__(self, house: LeadsHouse) -> None:
        self.house = house
        self.leads: Any = LeadServiceStub(house.channel)
        self.merges: Any = LeadMergeServiceStub(house.channel)
        self.pairs: Any = LeadDuplicateServiceStub(house.channel)
        self.collaborators: Any = LeadCollaboratorServiceStub(house.channel)

    async def create(self, **fields: Any) -> lead_pb2.Lead:
        told = {"company_name": YUNFAN, **fields}
        made: lead_pb2.Lead = await self.leads.CreateLead(
            CreateLeadRequest(lead=lead_pb2.Lead(**told)), **self.house.boss
        )
        return made

    async def read(self, lead: lead_pb2.Lead, caller: Caller | None = None) -> lead_pb2.Lead:
        found: lead_pb2.Lead = await self.leads.GetLead(GetLeadRequest(name=lead.name), **(caller or self.house.boss))
        found.ClearField("intent")
        return found

    async def listed(self, **wanted: Any) -> set[str]:
        page = await self.leads.ListLeads(ListLeadsRequest(**wanted), **self.house.boss)
        assert page.total_size == len(page.leads)
        return {lead.name for lead in page.leads}

    async def update(self, lead: lead_pb2.Lead, **changed: Any) -> lead_pb2.Lead:
        seen = await self.read(lead)
        message = lead_pb2.Lead(name=seen.name, etag=seen.etag, **changed)
        request = UpdateLeadRequest(lead=message, update_mask=FieldMask(paths=list(changed)))
        changed_lead: lead_pb2.Lead = await self.leads.UpdateLead(request, **self.house.boss)
        return changed_lead

    async def preview(
        self, survivor: lead_pb2.Lead, *others: lead_pb2.Lead, caller: Caller | None = None, **wishes: Any
    ) -> contract.PreviewLeadMergeResponse:
        request = contract.PreviewLeadMergeRequest(name=survivor.name, others=_to_merge(others), **wishes)
        seen: contract.PreviewLeadMergeResponse = await self.merges.PreviewLeadMerge(
            request, **(caller or self.house.boss)
        )
        return seen

    async def merge(
        self, survivor: lead_pb2.Lead, *others: lead_pb2.Lead, caller: Caller | None = None, **wishes: Any
    ) -> contract.LeadMerge:
        request = contract.MergeLeadsRequest(name=survivor.name, others=_to_merge(others), **wishes)
        done: contract.LeadMerge = await self.merges.MergeLeads(request, **(caller or self.house.boss))
        return done

    async def undo(self, merge: contract.LeadMerge, caller: Caller | None = None, **more: Any) -> contract.LeadMerge:
        request = contract.UndoLeadMergeRequest(name=merge.name, **more)
        undone: contract.LeadMerge = await self.merges.UndoLeadMerge(request, **(caller or self.house.boss))
        return undone

    async def merges_of(self, lead: lead_pb2.Lead, **wanted: Any) -> list[contract.LeadMerge]:
        request = contract.ListLeadMergesRequest(parent=lead.name, **wanted)
        return list((await self.merges.ListLeadMerges(request, **self.house.boss)).lead_merges)

    async def open_pairs(self, condition: str = "state = DUPLICATE_PAIR_STATE_OPEN") -> list[pairs.DuplicatePair]:
        request = pairs.ListDuplicateCandidatesRequest(filter=condition)
        return list((await self.pairs.ListDuplicateCandidates(request, **self.house.boss)).duplicate_candidates)

    async def share(self, lead: lead_pb2.Lead, member: UUID, *, until: Date, role: Any = None) -> None:
        terms = lead_collaborator_pb2.LeadCollaborator(
            member=f"members/{member}",
            role=role or lead_collaborator_pb2.LEAD_COLLABORATOR_ROLE_READ,
            end_date=until,
            reason="售前支持",
        )
        request = AddLeadCollaboratorRequest(parent=lead.name, lead_collaborator=terms)
        await self.collaborators.AddLeadCollaborator(request, **self.house.boss)

    async def shared(self, lead: lead_pb2.Lead) -> list[tuple[str, Any, int]]:
        request = ListLeadCollaboratorsRequest(parent=lead.name)
        page = await self.collaborators.ListLeadCollaborators(request, **self.house.boss)
        return sorted((each.member, each.role, each.end_date.day) for each in page.lead_collaborators)

    async def behave(self, lead: lead_pb2.Lead, event_id: str, *, time: datetime) -> None:
        stamp = Timestamp()
        stamp.FromDatetime(time)
        act = behaviour.LeadBehaviour(
            lead=lead.name, kind=behaviour.LEAD_BEHAVIOUR_KIND_DOWNLOAD, event_id=event_id, time=stamp
        )
        stub: Any = LeadBehaviourServiceStub(self.house.channel)
        await stub.BatchCreateLeadBehaviours(
            behaviour.BatchCreateLeadBehavioursRequest(behaviours=[act]), **self.house.boss
        )

    async def history(self, lead: lead_pb2.Lead) -> tuple[list[str], int, int]:
        """The needs told at further contacts, and how many decisions and acts there are."""
        touches: Any = LeadTouchServiceStub(self.house.channel)
        told = await touches.ListLeadTouches(ListLeadTouchesRequest(parent=lead.name), **self.house.boss)
        decisions: Any = LeadAssignmentServiceStub(self.house.channel)
        request = ListLeadAssignmentsRequest(parent=lead.name)
        decided = await decisions.ListLeadAssignments(request, **self.house.boss)
        acts: Any = LeadBehaviourServiceStub(self.house.channel)
        done = await acts.ListLeadBehaviours(behaviour.ListLeadBehavioursRequest(parent=lead.name), **self.house.boss)
        return (
            [touch.told.need for touch in told.lead_touches],
            decided.total_size,
            done.total_size,
        )

    async def downloads(self, lead: lead_pb2.Lead, *, at: datetime) -> int:
        """How many there are by what a lead is scored by."""
        uuid, principal = UUID(lead.name.partition("/")[2]), service_principal("leads", {})
        async with self.house.engine.connect() as connection:
            found = await tallies(Read(connection, at, principal), [(uuid, at)])
        return found[uuid].downloads

    async def loads(self) -> dict[UUID, int]:
        async with self.house.engine.connect() as connection:
            total = func.sum(MEMBER_LOADS.c.open_leads)
            rows = await connection.execute(select(MEMBER_LOADS.c.member, total).group_by(MEMBER_LOADS.c.member))
            return {member: number for member, number in rows if number}

    async def events(self, lead: lead_pb2.Lead) -> list[str]:
        """What happened to a lead, in order, without the noun."""
        async with self.house.engine.connect() as connection:
            statement = text("select subject from outbox where aggregate_id = :lead order by version")
            found = await connection.scalars(statement, {"lead": UUID(lead.name.partition("/")[2])})
            return [re.sub(r".*\.lead\.", "", subject) for subject in found]


def lasting(lead: lead_pb2.Lead) -> lead_pb2.Lead:
    """The lead without what every change of it moves on."""
    kept = lead_pb2.Lead()
    kept.CopyFrom(lead)
    for field in PASSING:
        kept.ClearField(field)  # type: ignore[arg-type]  # names of fields
    return kept


def _to_merge(others: tuple[lead_pb2.Lead, ...]) -> list[contract.LeadToMerge]:
    return [contract.LeadToMerge(lead=other.name) for other in others]
