"""LeadBulkChangeService on the wire."""

from collections.abc import Awaitable, Callable

from millrace.leads.v1 import lead_bulk_change_pb2
from millrace.leads.v1 import lead_bulk_change_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import list_request, page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.leads.application.bulk_changing import (
    NamedLead,
    cancel_bulk_change,
    get_bulk_change,
    list_bulk_changes,
    list_bulk_rows,
    start_with_found,
    start_with_named,
)
from services.leads.application.intake import IntakeDesk
from services.leads.domain.bulk_changes import BulkChange
from services.leads.rpc.bulk_messages import action_of, row_message, to_message


class LeadBulkChangeServicer:
    """Bulk changes of leads (批量操作)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._page_key = page_key

    async def StartLeadBulkChange(
        self, request: contract.StartLeadBulkChangeRequest, call: Call
    ) -> lead_bulk_change_pb2.LeadBulkChange:
        """Begin one."""
        answer: lead_bulk_change_pb2.LeadBulkChange = await self._store.write(
            call, request, self._starting(request, call), answer=to_message
        )
        return answer

    async def GetLeadBulkChange(
        self, request: contract.GetLeadBulkChangeRequest, call: Call
    ) -> lead_bulk_change_pb2.LeadBulkChange:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_bulk_change(read, uuid=uuid)))

    async def ListLeadBulkChanges(
        self, request: contract.ListLeadBulkChangesRequest, call: Call
    ) -> contract.ListLeadBulkChangesResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_bulk_changes(read, wanted=wanted))
        return contract.ListLeadBulkChangesResponse(
            lead_bulk_changes=[to_message(change) for change in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ListLeadBulkChangeRows(
        self, request: contract.ListLeadBulkChangeRowsRequest, call: Call
    ) -> contract.ListLeadBulkChangeRowsResponse:
        """Read a page of the leads of one."""
        uuid, wanted = uuid_of(request.parent, field="parent"), page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_bulk_rows(read, uuid=uuid, wanted=wanted))
        wording = Wording(self._texts, call.locale)
        return contract.ListLeadBulkChangeRowsResponse(
            rows=[row_message(row, wording) for row in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CancelLeadBulkChange(
        self, request: contract.CancelLeadBulkChangeRequest, call: Call
    ) -> lead_bulk_change_pb2.LeadBulkChange:
        """End one."""
        uuid = uuid_of(request.name)
        answer: lead_bulk_change_pb2.LeadBulkChange = await self._store.write(
            call, request, lambda work: cancel_bulk_change(work, uuid=uuid), answer=to_message
        )
        return answer

    def _starting(
        self, request: contract.StartLeadBulkChangeRequest, call: Call
    ) -> Callable[[UnitOfWork], Awaitable[BulkChange]]:
        """The use case that is meant: leads that are named, or those of a list."""
        action = action_of(request.action)
        if request.WhichOneof("meant") == "found":
            wanted = list_request(request.found, call)
            return lambda work: start_with_found(work, action=action, wanted=wanted, desk=self._desk)
        leads = [
            NamedLead(
                lead=uuid_of(each.lead, field=f"leads.leads[{place}].lead"),
                seen=seen_version(each.etag, field=f"leads.leads[{place}].etag"),
            )
            for place, each in enumerate(request.leads.leads)
        ]
        return lambda work: start_with_named(work, action=action, leads=leads, desk=self._desk)
