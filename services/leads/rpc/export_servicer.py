"""LeadExportService on the wire."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty
from google.protobuf.wrappers_pb2 import StringValue
from millrace.leads.v1 import lead_export_service_pb2 as contract

from chassis.exports import Cell, FileKind, Making, choose_columns, pieces_of
from chassis.listing import PageRequest
from chassis.rpc.call import Call
from chassis.rpc.paging import list_request
from chassis.texts import Texts
from chassis.work import Read, Store
from chassis.work.moment import at_one_moment
from services.leads.application.exporting import ExportedList, leads_to_export, names_of, note_export
from services.leads.application.intake import IntakeDesk
from services.leads.domain.exporting import COLUMNS, CUSTOM, USUAL
from services.leads.rpc.export_cells import Sheet

_KINDS: Mapping[int, FileKind] = {
    contract.LEAD_EXPORT_FORMAT_UNSPECIFIED: FileKind.CSV,
    contract.LEAD_EXPORT_FORMAT_CSV: FileKind.CSV,
    contract.LEAD_EXPORT_FORMAT_XLSX: FileKind.XLSX,
}


class LeadExportServicer:
    """Exports of leads (线索导出)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts) -> None:
        self._store = store
        self._desk = desk
        self._texts = texts
        self._making = Making()

    async def ExportLeads(self, request: contract.ExportLeadsRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Make the file whole, note it, send it: a file that cannot be made is a refusal and no half of one."""
        columns = choose_columns(request.fields, usual=USUAL, known=frozenset(COLUMNS), custom=CUSTOM)
        kind = _KINDS[request.format]
        with self._making.place() as path:
            rows = await self._make(path, kind, request, call, columns)
            exported = ExportedList(
                filter=request.filter, order_by=request.order_by, columns=columns, kind=kind.value, rows=rows
            )
            await self._store.write(
                call, request, lambda work: note_export(work, exported=exported), answer=lambda _: Empty()
            )
            told = [self._name(kind, call)]
            async with aclosing(pieces_of(path)) as pieces:
                async for piece in pieces:
                    yield HttpBody(content_type=kind.media_type, data=piece, extensions=told)
                    told = []

    async def ListLeadExportColumns(
        self, _request: contract.ListLeadExportColumnsRequest, call: Call
    ) -> contract.ListLeadExportColumnsResponse:
        """Read the columns there are."""
        return contract.ListLeadExportColumnsResponse(
            columns=[
                contract.LeadExportColumn(
                    field=column,
                    display_name=self._texts.render("LEAD_COLUMN", {"value": column}, call.locale),
                    usual=column in USUAL,
                )
                for column in COLUMNS
            ]
        )

    async def _make(
        self, path: Path, kind: FileKind, request: contract.ExportLeadsRequest, call: Call, columns: Sequence[str]
    ) -> int:
        briefing = await self._store.read(call, self._desk.brief)
        sheet = Sheet(columns, call=call, texts=self._texts, names=names_of(briefing), zone=self._desk.zone)
        wanted = list_request(request, call)
        async with (
            at_one_moment(self._store, call) as read,
            aclosing(_rows(read, wanted, sheet, intents="intent" in columns)) as rows,
        ):
            return await self._making.make(path, kind, headings=sheet.headings, rows=rows)

    def _name(self, kind: FileKind, call: Call) -> AnyMessage:
        """What the file is called; the gateway puts it, escaped, into `content-disposition`."""
        day = call.now.astimezone(self._desk.zone).date().isoformat()
        stem = self._texts.render("LEAD_EXPORT_FILE", {"day": day}, call.locale)
        named = AnyMessage()
        named.Pack(StringValue(value=f"{stem}.{kind.value}"))
        return named


async def _rows(
    read: Read, wanted: PageRequest, sheet: Sheet, *, intents: bool
) -> AsyncGenerator[Sequence[Sequence[Cell]], None]:
    """Rows of cells, worded off the loop."""
    async with aclosing(leads_to_export(read, wanted=wanted, intents=intents)) as parts:
        async for leads in parts:
            yield await asyncio.to_thread(sheet.rows, leads)
