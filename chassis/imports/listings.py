"""Lists of imports and of what became of their rows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.imports import storage
from chassis.imports.kind import ImportKind, Outcome, RowResult
from chassis.imports.lifecycle import Import, ImportState
from chassis.imports.tables import import_rows, imports
from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, number, read_page, text
from chassis.work import Read


async def list_imports(read: Read, *, kind: ImportKind[Any], wanted: PageRequest) -> Page[Import]:
    """The imports within the reader's scope, the newest first. Raises the refusals of lists."""
    page = await read_page(read.connection, storage.select_imports(kind, read), _imports_of(kind), wanted)
    return page.of([storage.import_of(row) for row in page.items])


async def list_rows(
    read: Read, *, kind: ImportKind[Any], uuid: UUID, wanted: PageRequest
) -> tuple[Import, Page[tuple[int, RowResult]]]:
    """The import, and its lines in the order of the file, each with what became of it.

    Raises NotFound for an import outside the reader's scope, and the refusals of lists.
    """
    record = await storage.get_import(read, kind=kind, uuid=uuid)
    page = await read_page(read.connection, storage.select_rows(uuid), _rows_of(kind), wanted)
    return record, page.of([storage.result_of(row) for row in page.items])


def _imports_of(kind: ImportKind[Any]) -> Listing:
    states = {f"{kind.record.upper()}_STATE_{state.name}": state.value for state in ImportState}
    return Listing(
        fields={
            "state": choice(imports.c.state, states),
            "file_name": text(imports.c.file_name),
            "creator": text(imports.c.creator),
            "create_time": instant(imports.c.create_time),
        },
        orders={"create_time": Order(imports.c.create_time, datetime.fromisoformat)},
        order_by="create_time desc",
        tie=imports.c.uuid,
    )


def _rows_of(kind: ImportKind[Any]) -> Listing:
    outcomes = {f"{kind.record.upper()}_ROW_OUTCOME_{outcome.name}": int(outcome) for outcome in Outcome}
    return Listing(
        fields={"outcome": choice(import_rows.c.outcome, outcomes), "line": number(import_rows.c.line)},
        orders={"line": Order(import_rows.c.line, int)},
        order_by="line",
        tie=import_rows.c["import"],
    )
