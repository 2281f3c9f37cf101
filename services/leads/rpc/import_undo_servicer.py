"""LeadImportUndoService on the wire."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from millrace.leads.v1 import lead_import_undo_service_pb2 as contract

from chassis.imports.kind import ImportKind
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.settings import Environment
from chassis.texts import Texts
from chassis.wire import named, put_instant, uuid_of
from chassis.work import Store
from services.leads.application.import_undoing import get_undo, list_undone_rows, undo_import
from services.leads.domain.import_undoing import ImportUndo, UndoOutcome, UndoState
from services.leads.storage.import_undoing import TracedRow
from trade.reasons import Reason

_STATES: Mapping[UndoState, Any] = {
    state: contract.LeadImportUndoState.Value(f"LEAD_IMPORT_UNDO_STATE_{state.name}") for state in UndoState
}
_OUTCOMES: Mapping[UndoOutcome, Any] = {
    outcome: contract.LeadImportUndoOutcome.Value(f"LEAD_IMPORT_UNDO_OUTCOME_{outcome.name}") for outcome in UndoOutcome
}


def import_undo_days(env: Environment) -> int:
    """For how many days after its end an import can be undone."""
    return env.whole(
        "MILLRACE_LEADS_IMPORT_UNDO_DAYS",
        30,
        least=0,
        most=3650,
        means="for how many days after its end an import of leads can be undone",
    )


class LeadImportUndoServicer:
    """Undoing imports (撤销导入)."""

    def __init__(self, store: Store, texts: Texts, *, kind: ImportKind[Any], days: int, page_key: bytes) -> None:
        """`kind` is how leads are imported; an import can be undone for so many `days`; `page_key` seals pages."""
        self._store = store
        self._texts = texts
        self._kind = kind
        self._days = days
        self._page_key = page_key

    async def UndoLeadImport(self, request: contract.UndoLeadImportRequest, call: Call) -> contract.LeadImportUndo:
        """Begin."""
        uuid, seen = uuid_of(request.name), request.etag
        answer: contract.LeadImportUndo = await self._store.write(
            call,
            request,
            lambda work: undo_import(work, uuid=uuid, seen=seen, kind=self._kind, days=self._days),
            answer=_message,
        )
        return answer

    async def GetLeadImportUndo(
        self, request: contract.GetLeadImportUndoRequest, call: Call
    ) -> contract.LeadImportUndo:
        """Read one."""
        uuid = _import_of(request.name)
        return _message(await self._store.read(call, lambda read: get_undo(read, uuid=uuid, kind=self._kind)))

    async def ListLeadImportUndoRows(
        self, request: contract.ListLeadImportUndoRowsRequest, call: Call
    ) -> contract.ListLeadImportUndoRowsResponse:
        """Read a page of the rows of one."""
        uuid, wanted = _import_of(request.parent), page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_undone_rows(read, uuid=uuid, kind=self._kind, wanted=wanted)
        )
        wording = Wording(self._texts, call.locale)
        return contract.ListLeadImportUndoRowsResponse(
            rows=[_row(uuid, row, wording) for row in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )


def _import_of(name: str) -> UUID:
    return uuid_of(name.removesuffix("/undo"))


def _message(undo: ImportUndo) -> contract.LeadImportUndo:
    message = contract.LeadImportUndo(
        name=f"{named('leadImports', undo.lead_import)}/undo",
        state=_STATES[undo.state],
        author=undo.author,
        author_display_name=undo.author_name,
        row_count=undo.row_count,
        done_count=undo.done,
        taken_back_count=undo.counts.get(UndoOutcome.TAKEN_BACK, 0),
        detached_count=undo.counts.get(UndoOutcome.DETACHED, 0),
        kept_count=undo.counts.get(UndoOutcome.KEPT, 0),
    )
    put_instant(message.start_time, undo.start_time)
    if undo.end_time is not None:
        put_instant(message.end_time, undo.end_time)
    return message


def _row(lead_import: UUID, row: TracedRow, wording: Wording) -> contract.LeadImportUndoRow:
    message = contract.LeadImportUndoRow(
        row=f"{named('leadImports', lead_import)}/rows/{row.line}",
        line=row.line,
        lead=named("leads", row.trace.lead),
    )
    if row.outcome is not None:
        message.outcome = _OUTCOMES[row.outcome]
    if row.work is not None:
        (why,) = wording.reasons([Reason("IMPORT_ROW_KEPT", {"why": row.work.value})])
        message.kept_reason.CopyFrom(why)
    return message
