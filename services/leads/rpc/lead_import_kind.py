"""How leads are imported: which columns a list may have, how its rows are read, and what becomes of them."""

from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from chassis.imports.kind import ImportKind
from chassis.imports.row_reading import ImportField, RowReading
from chassis.work import Read
from services.leads.application.intake import IntakeDesk
from services.leads.application.lead_import import IMPORT, take_lead_rows
from services.leads.application.lead_row import LeadRow, pack_row, unpack_row
from services.leads.domain.lead_import.columns import COLUMNS
from services.leads.rpc.lead_import_lengths import longest_cell, longest_custom_value
from services.leads.rpc.lead_import_reading import read_lead_row, read_prepared_row
from services.leads.storage.import_undoing import keep_trace


def lead_import_kind(desk: IntakeDesk, *, zone: ZoneInfo) -> ImportKind[LeadRow]:
    """How leads are imported; dates without a time zone are dates of `zone`."""
    fields = [
        ImportField(
            path=each.path,
            chinese=each.chinese,
            english=each.english,
            exact=each.exact,
            longest=longest_cell(each.path),
        )
        for each in COLUMNS
    ]
    reading = RowReading(read=partial(read_lead_row, zone=zone), pack=pack_row, unpack=unpack_row)

    async def prepare(read: Read) -> RowReading[LeadRow]:
        rules = (await desk.brief(read)).rules.duplicates
        return replace(reading, read=partial(read_prepared_row, zone=zone, now=read.now, rules=rules))

    return ImportKind(
        record="lead_import",
        collection="leadImports",
        permission=IMPORT,
        fields=tuple(fields),
        reading=reading,
        take_rows=partial(take_lead_rows, desk=desk),
        prepare=prepare,
        keep_trace=keep_trace,
        allows_custom=True,
        longest_custom=longest_custom_value(),
    )
