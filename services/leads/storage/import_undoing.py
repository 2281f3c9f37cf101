"""What imports left behind, how far their undoing is, and what tells that a lead was worked; in their tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.imports.kind import RowResult
from chassis.listing import Listing, Order, Page, PageRequest, choice, number, read_page, reference
from chassis.work import Read, UnitOfWork
from kernel.money import Money
from services.leads.domain.facts import Urgency
from services.leads.domain.import_traces import LeadTrace, Signs
from services.leads.domain.import_undoing import (
    Evidence,
    ImportUndo,
    LeadImportUndoNotFound,
    UndoOutcome,
    UndoState,
    Work,
)
from services.leads.storage.import_undo_tables import LEAD_IMPORT_TRACES as TRACES
from services.leads.storage.import_undo_tables import LEAD_IMPORT_UNDOS as UNDOS
from services.leads.storage.lead_collaborators import SHARED_LEADS
from trade.budget import Budget

Connection = AsyncConnection
LISTING = Listing(
    fields={
        "outcome": choice(
            TRACES.c.outcome, {f"LEAD_IMPORT_UNDO_OUTCOME_{each.name}": each.value for each in UndoOutcome}
        ),
        "lead": reference(TRACES.c.lead, "leads"),
        "line": number(TRACES.c.line),
    },
    orders={"line": Order(TRACES.c.line, int)},
    order_by="line",
    tie=TRACES.c["import"],
)
_EVIDENCE = text(
    "select w.lead, "
    "exists (select from lead_follow_ups f where f.lead = w.lead and not f.withdrawn) as followed_up, "
    "exists (select from lead_behaviours b where b.lead = w.lead) as behaved, "
    "exists (select from collaborators c where c.collection = :collection and c.row = w.lead and not c.removed) "
    "as shared, "
    "exists (select from duplicate_candidates p where p.lead = w.lead and p.state <> 'open') "
    "or exists (select from duplicate_candidates p where p.other = w.lead and p.state <> 'open') "
    "or exists (select from account_candidates a where a.lead = w.lead and a.state <> 'open') as judged, "
    "exists (select from leads m where m.merged_into = w.lead) as absorbed "
    "from unnest(cast(:leads as uuid[])) as w(lead)"
)
_KEEP = text(
    "update lead_import_traces t set outcome = r.outcome, work = r.work "
    "from json_to_recordset(cast(:rows as json)) as r(line integer, outcome text, work text) "
    "where t.import = :import and t.line = r.line and t.outcome is null"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRow:
    """A row of an import with what it left behind; since the undo what became of it, and for which work it stays."""

    line: int
    trace: LeadTrace
    outcome: UndoOutcome | None = None
    work: Work | None = None


def keep_trace(work: UnitOfWork, lead_import: UUID, line: int, result: RowResult) -> None:
    """Gather what a row left behind."""
    trace = result.trace
    if not isinstance(trace, LeadTrace):
        return
    work.insert(
        TRACES,
        {
            "import": lead_import,
            "line": line,
            "lead": trace.lead,
            "touch": trace.touch,
            "mark": trace.mark,
            "before": _signs_to_json(trace.before),
            "after": _signs_to_json(trace.after),
        },
    )


async def count_traces(read: Read, lead_import: UUID) -> int:
    """How many rows of an import there are to undo."""
    statement = select(func.count()).select_from(TRACES).where(TRACES.c["import"] == lead_import)
    return int(await read.connection.scalar(statement) or 0)


async def next_rows(read: Read, lead_import: UUID, *, leads: int) -> Mapping[UUID, Sequence[TracedRow]]:
    """All rows about the next so many leads that are still to be undone, in the order of the file."""
    waiting = select(TRACES.c.lead).where(TRACES.c["import"] == lead_import, TRACES.c.outcome.is_(None))
    following = waiting.distinct().order_by(TRACES.c.lead).limit(leads)
    statement = select(TRACES).where(TRACES.c["import"] == lead_import, TRACES.c.lead.in_(following))
    found: dict[UUID, list[TracedRow]] = {}
    for row in (await read.connection.execute(statement.order_by(TRACES.c.lead, TRACES.c.line))).mappings():
        found.setdefault(row["lead"], []).append(_row(row))
    return found


async def keep_outcomes(work: UnitOfWork, lead_import: UUID, rows: Sequence[TracedRow]) -> None:
    """Write what became of rows, each once."""
    told = [
        {
            "line": row.line,
            "outcome": row.outcome.value if row.outcome else None,
            "work": row.work.value if row.work else None,
        }
        for row in rows
    ]
    await work.connection.execute(_KEEP, {"import": lead_import, "rows": orjson.dumps(told).decode()})


async def evidence_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Evidence]:
    """What lies beside each lead that tells that it was worked."""
    values = {"leads": list(leads), "collection": SHARED_LEADS.collection}
    rows = (await read.connection.execute(_EVIDENCE, values)).mappings()
    return {row["lead"]: Evidence(**{name: row[name] for name in row if name != "lead"}) for row in rows}


async def find_undo(read: Read, lead_import: UUID) -> ImportUndo | None:
    """How far the undo of an import is; None where it was not undone."""
    return await _one(read, select(UNDOS).where(UNDOS.c["import"] == lead_import))


async def get_undo(read: Read, lead_import: UUID) -> ImportUndo:
    """The same; raises LeadImportUndoNotFound."""
    found = await find_undo(read, lead_import)
    if found is None:
        raise LeadImportUndoNotFound(lead_import=f"leadImports/{lead_import}")
    return found


async def waiting_undo(read: Read) -> ImportUndo | None:
    """The undo that runs and began first."""
    running = select(UNDOS).where(UNDOS.c.state == UndoState.RUNNING.value)
    return await _one(read, running.order_by(UNDOS.c.start_time, UNDOS.c["import"]).limit(1))


async def hold_undo(work: UnitOfWork, lead_import: UUID) -> ImportUndo | None:
    """An undo that runs and that nobody else carries on until this unit of work ends; None while somebody does."""
    await work.begin()
    running = select(UNDOS).where(UNDOS.c["import"] == lead_import, UNDOS.c.state == UndoState.RUNNING.value)
    return await _one(work, running.with_for_update(skip_locked=True))


def write_undo(work: UnitOfWork, undo: ImportUndo) -> None:
    """Gather an undo that begins."""
    work.insert(UNDOS, _to_row(undo))


async def keep_undo(work: UnitOfWork, undo: ImportUndo) -> None:
    """Write how far an undo is, which this unit of work holds."""
    statement = update(UNDOS).where(UNDOS.c["import"] == undo.lead_import)
    await work.connection.execute(statement.values(dict(_to_row(undo))))


async def list_rows(read: Read, wanted: PageRequest, *, lead_import: UUID) -> Page[TracedRow]:
    """A page of rows of an import with what became of each; the caller has checked that it may be seen."""
    statement = select(TRACES).where(TRACES.c["import"] == lead_import)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([_row(row) for row in page.items])


def _row(row: RowMapping) -> TracedRow:
    return TracedRow(
        line=row["line"],
        trace=LeadTrace(
            lead=row["lead"],
            mark=row["mark"],
            touch=row["touch"],
            before=_signs_from_json(row["before"]),
            after=_signs_from_json(row["after"]),
        ),
        outcome=UndoOutcome(row["outcome"]) if row["outcome"] else None,
        work=Work(row["work"]) if row["work"] else None,
    )


def _signs_to_json(signs: Signs | None) -> Mapping[str, object] | None:
    if signs is None:
        return None
    least, most = signs.budget.least, signs.budget.most
    return {
        "urgency": signs.urgency.value,
        "budget": [signs.budget.currency, least.minor if least else None, most.minor if most else None],
        "demo_request_time": signs.demo_request_time,
    }


def _signs_from_json(column: Mapping[str, Any] | None) -> Signs | None:
    if column is None:
        return None
    currency, least, most = column["budget"]
    asked = column["demo_request_time"]
    return Signs(
        urgency=Urgency(column["urgency"]),
        budget=Budget(least=_money(least, currency), most=_money(most, currency)),
        demo_request_time=datetime.fromisoformat(asked) if asked else None,
    )


def _money(minor: int | None, currency: Any) -> Money | None:
    return None if minor is None else Money(minor=minor, currency=currency)


def _to_row(undo: ImportUndo) -> Mapping[str, object]:
    return {
        "import": undo.lead_import,
        "state": undo.state.value,
        "author": undo.author,
        "author_name": undo.author_name,
        "start_time": undo.start_time,
        "end_time": undo.end_time,
        "row_count": undo.row_count,
        **{outcome.value: undo.counts.get(outcome, 0) for outcome in UndoOutcome},
    }


async def _one(read: Read, statement: Select[Any]) -> ImportUndo | None:
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        return None
    return ImportUndo(
        lead_import=row["import"],
        author=row["author"],
        author_name=row["author_name"],
        start_time=row["start_time"],
        end_time=row["end_time"],
        row_count=row["row_count"],
        state=UndoState(row["state"]),
        counts={outcome: row[outcome.value] for outcome in UndoOutcome},
    )
