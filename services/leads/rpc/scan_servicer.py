"""LeadDuplicateScanService on the wire."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from millrace.leads.v1 import lead_duplicate_scan_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.settings import Environment
from chassis.wire import named, put_instant, uuid_of
from chassis.work import Store
from services.leads.application.scanning import cancel_scan, get_scan, list_scans, start_scan
from services.leads.domain.duplicate_scans import DuplicateScan, ScanState

_STATES: Mapping[ScanState, Any] = {
    state: contract.LeadDuplicateScanState.Value(f"LEAD_DUPLICATE_SCAN_STATE_{state.name}") for state in ScanState
}


def scan_pause(env: Environment) -> timedelta:
    """How long after a scan the next one begins by itself; nothing for never."""
    days = env.whole(
        "MILLRACE_LEADS_DUPLICATE_SCAN_DAYS",
        7,
        least=0,
        most=365,
        means="every how many days the stock of leads is scanned for duplicates; 0 for only when asked for",
    )
    return timedelta(days=days)


class LeadDuplicateScanServicer:
    """The scan of the stock (查重扫描)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def StartLeadDuplicateScan(
        self, request: contract.StartLeadDuplicateScanRequest, call: Call
    ) -> contract.LeadDuplicateScan:
        """Begin one."""
        answer: contract.LeadDuplicateScan = await self._store.write(call, request, start_scan, answer=to_message)
        return answer

    async def GetLeadDuplicateScan(
        self, request: contract.GetLeadDuplicateScanRequest, call: Call
    ) -> contract.LeadDuplicateScan:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_scan(read, uuid=uuid)))

    async def ListLeadDuplicateScans(
        self, request: contract.ListLeadDuplicateScansRequest, call: Call
    ) -> contract.ListLeadDuplicateScansResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_scans(read, wanted=wanted))
        return contract.ListLeadDuplicateScansResponse(
            lead_duplicate_scans=[to_message(scan) for scan in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CancelLeadDuplicateScan(
        self, request: contract.CancelLeadDuplicateScanRequest, call: Call
    ) -> contract.LeadDuplicateScan:
        """End one."""
        uuid = uuid_of(request.name)
        answer: contract.LeadDuplicateScan = await self._store.write(
            call, request, lambda work: cancel_scan(work, uuid=uuid), answer=to_message
        )
        return answer


def to_message(scan: DuplicateScan) -> contract.LeadDuplicateScan:
    """The scan on the wire."""
    message = contract.LeadDuplicateScan(
        name=named("leadDuplicateScans", scan.uuid),
        state=_STATES[scan.state],
        author=scan.author,
        author_display_name=scan.author_name,
        lead_count=scan.lead_count,
        scanned_count=scan.scanned_count,
        pair_count=scan.pair_count,
    )
    put_instant(message.start_time, scan.start_time)
    if scan.end_time:
        put_instant(message.end_time, scan.end_time)
    return message
