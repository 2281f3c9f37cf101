"""OpportunityService on the wire."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from millrace.pipeline.v1 import opportunity_pb2
from millrace.pipeline.v1 import opportunity_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import changed_paths, reference, required_version, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application import opportunities as use_cases
from services.pipeline.application.conflicts import close_conflict, list_conflicts
from services.pipeline.application.opportunities import Followed, OpportunityDesk
from services.pipeline.application.opportunity_assignment import assign_opportunity
from services.pipeline.application.opportunity_ending import lose_opportunity, note_win, reopen_opportunity
from services.pipeline.application.opportunity_reading import (
    ShownOpportunity,
    list_opportunities,
    read_opportunity,
    shown,
)
from services.pipeline.domain.opportunity_facts import Facts
from services.pipeline.rpc.opportunity_messages import (
    conflict_message,
    facts_message,
    facts_of,
    gap_messages,
    member_of,
    opening_of,
    sum_message,
    to_message,
    visit_message,
)


class OpportunityServicer:
    """Opportunities (商机)."""

    def __init__(self, store: Store, desk: OpportunityDesk, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._page_key = page_key

    async def CreateOpportunity(
        self, request: contract.CreateOpportunityRequest, call: Call
    ) -> opportunity_pb2.Opportunity:
        """Open one."""
        opening, caller = opening_of(request.opportunity), call.principal
        owned = replace(opening, owner=caller.member, team=caller.team, region=caller.region)
        return await self._write(
            call, request, lambda work: use_cases.create_opportunity(work, opening=owned, desk=self._desk)
        )

    async def GetOpportunity(self, request: contract.GetOpportunityRequest, call: Call) -> opportunity_pb2.Opportunity:
        """Read one."""
        uuid = uuid_of(request.name)

        found = await self._store.read(call, lambda read: read_opportunity(read, uuid=uuid, desk=self._desk))
        return to_message(found, self._wording(call))

    async def ListOpportunities(
        self, request: contract.ListOpportunitiesRequest, call: Call
    ) -> contract.ListOpportunitiesResponse:
        """Read a page."""
        wanted, wording = page_request(request, call, key=self._page_key), self._wording(call)
        explained = request.view == contract.OPPORTUNITY_VIEW_FULL
        page = await self._store.read(
            call, lambda read: list_opportunities(read, wanted=wanted, desk=self._desk, explained=explained)
        )
        return contract.ListOpportunitiesResponse(
            opportunities=[to_message(each, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateOpportunity(
        self, request: contract.UpdateOpportunityRequest, call: Call
    ) -> opportunity_pb2.Opportunity:
        """Change the masked fields of one."""
        uuid = uuid_of(request.opportunity.name, field="opportunity.name")
        seen = required_version(request.opportunity.etag, field="opportunity.etag")
        edit = _edit(request.opportunity, request.update_mask)
        return await self._write(
            call,
            request,
            lambda work: use_cases.update_opportunity(work, uuid=uuid, seen=seen, edit=edit, desk=self._desk),
        )

    async def AssignOpportunity(
        self, request: contract.AssignOpportunityRequest, call: Call
    ) -> opportunity_pb2.Opportunity:
        """Give it another owner."""
        uuid, seen, owner = uuid_of(request.name), seen_version(request.etag), uuid_of(request.owner, field="owner")
        return await self._write(
            call,
            request,
            lambda work: assign_opportunity(work, uuid=uuid, seen=seen, owner=owner, desk=self._desk),
        )

    async def MoveOpportunity(
        self, request: contract.MoveOpportunityRequest, call: Call
    ) -> opportunity_pb2.Opportunity:
        """Enter another stage."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            call,
            request,
            lambda work: use_cases.move_opportunity(work, uuid=uuid, seen=seen, stage=request.stage),
        )

    async def LoseOpportunity(
        self, request: contract.LoseOpportunityRequest, call: Call
    ) -> opportunity_pb2.Opportunity:
        """Close it as lost."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            call,
            request,
            lambda work: lose_opportunity(
                work,
                uuid=uuid,
                seen=seen,
                loss_reason=request.loss_reason,
                competitor=request.competitor.strip(),
                tactics=request.tactics.strip(),
                desk=self._desk,
            ),
        )

    async def NoteWin(self, request: contract.NoteWinRequest, call: Call) -> opportunity_pb2.Opportunity:
        """Note why it was won."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            call,
            request,
            lambda work: note_win(
                work,
                uuid=uuid,
                seen=seen,
                win_reason=request.win_reason,
                competitor=request.competitor.strip(),
                tactics=request.tactics.strip(),
                desk=self._desk,
            ),
        )

    async def ReopenOpportunity(
        self, request: contract.ReopenOpportunityRequest, call: Call
    ) -> opportunity_pb2.Opportunity:
        """Work on a lost one again."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            call, request, lambda work: reopen_opportunity(work, uuid=uuid, seen=seen, desk=self._desk)
        )

    async def CheckOpportunityGate(
        self, request: contract.CheckOpportunityGateRequest, call: Call
    ) -> contract.CheckOpportunityGateResponse:
        """Tell what is missing."""
        uuid = uuid_of(request.name)
        gaps = await self._store.read(call, lambda read: use_cases.check_gate(read, uuid=uuid, stage=request.stage))
        return contract.CheckOpportunityGateResponse(
            open=all(gap.waived for gap in gaps), gaps=gap_messages(gaps, self._wording(call))
        )

    async def ListStageVisits(
        self, request: contract.ListStageVisitsRequest, call: Call
    ) -> contract.ListStageVisitsResponse:
        """Read its stays."""
        uuid = uuid_of(request.parent, field="parent")
        visits = await self._store.read(call, lambda read: use_cases.list_visits(read, uuid=uuid))
        return contract.ListStageVisitsResponse(stage_visits=[visit_message(each, now=call.now) for each in visits])

    async def SummarizeOpportunities(
        self, request: contract.SummarizeOpportunitiesRequest, call: Call
    ) -> contract.SummarizeOpportunitiesResponse:
        """Sum a board up."""
        owner, process = member_of(request.owner), reference(request.sales_process, field="sales_process")
        sums = await self._store.read(
            call, lambda read: use_cases.summarize_board(read, owner=owner, sales_process=process)
        )
        return contract.SummarizeOpportunitiesResponse(sums=[sum_message(each) for each in sums])

    async def ListOpportunityConflicts(
        self, request: contract.ListOpportunityConflictsRequest, call: Call
    ) -> contract.ListOpportunityConflictsResponse:
        """Read a page of what does not fit."""
        wanted, wording = page_request(request, call, key=self._page_key), self._wording(call)
        page = await self._store.read(call, lambda read: list_conflicts(read, wanted=wanted))
        return contract.ListOpportunityConflictsResponse(
            opportunity_conflicts=[conflict_message(each, wording) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CloseOpportunityConflict(
        self, request: contract.CloseOpportunityConflictRequest, call: Call
    ) -> opportunity_pb2.OpportunityConflict:
        """Be done with one."""
        uuid, comment, wording = uuid_of(request.name), request.comment.strip(), self._wording(call)
        answer: opportunity_pb2.OpportunityConflict = await self._store.write(
            call,
            request,
            lambda work: close_conflict(work, uuid=uuid, comment=comment),
            answer=lambda closed: conflict_message(closed, wording),
        )
        return answer

    async def _write(
        self, call: Call, request: Message, use_case: Callable[[UnitOfWork], Awaitable[Followed]]
    ) -> opportunity_pb2.Opportunity:
        async def run(work: UnitOfWork) -> ShownOpportunity:
            return await shown(work, await use_case(work), desk=self._desk)

        wording = self._wording(call)
        answer: opportunity_pb2.Opportunity = await self._store.write(
            call, request, run, answer=lambda changed: to_message(changed, wording)
        )
        return answer

    def _wording(self, call: Call) -> Wording:
        return Wording(self._texts, call.locale)


def _edit(message: opportunity_pb2.Opportunity, mask: FieldMask) -> Callable[[Facts], Facts]:
    """What puts the masked fields of the message over the facts that stand.

    Raises InvalidField for an empty mask, `*`, an unknown field, and one the service fills itself.
    """
    changed_paths(mask, opportunity_pb2.Opportunity)

    def apply(facts: Facts) -> Facts:
        merged = facts_message(facts)
        mask.MergeMessage(message, merged, replace_message_field=True, replace_repeated_field=True)
        return facts_of(merged)

    return apply
