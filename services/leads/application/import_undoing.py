"""Undoing whole imports (撤销导入): begun by somebody, carried on by a few leads, each row once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.imports.kind import ImportKind
from chassis.imports.lifecycle import Import, ImportState
from chassis.imports.storage import get_import
from chassis.listing import Page, PageRequest
from chassis.principal import Principal
from chassis.rounds import Rounds
from chassis.work import Read, Store, UnitOfWork
from kernel.errors import StaleVersion
from services.leads.application.capture import kept_graded
from services.leads.application.finding import forget_identity
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.domain.companies import without_fill
from services.leads.domain.import_traces import LeadTrace
from services.leads.domain.import_undoing import (
    ImportUndo,
    LeadImportLeftNoTrace,
    LeadImportNotEnded,
    LeadImportTooOld,
    LeadImportUndone,
    UndoOutcome,
    Work,
    facts_without_rows,
    work_on_known,
    work_on_made,
)
from services.leads.domain.lead import Lead
from services.leads.domain.touches import Touch
from services.leads.domain.withdrawing import touches_withdrawn, withdrawn
from services.leads.storage import import_undoing as undos
from services.leads.storage.companies import companies_of
from services.leads.storage.first_contacts import forget_keys
from services.leads.storage.identities import identities_of
from services.leads.storage.import_undoing import Connection, TracedRow
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_taken_back
from services.leads.storage.stock import known_leads
from services.leads.storage.touches import standing_touches, withdraw_touches

UNDO_IMPORTS = "undo imports"
AT_ONCE = 100
_ENDED = frozenset({ImportState.FINISHED, ImportState.FAILED, ImportState.CANCELLED})


async def undo_import(work: UnitOfWork, *, uuid: UUID, seen: str, kind: ImportKind[Any], days: int) -> ImportUndo:
    """Whoever may import and sees an import has it undone for some days after its end; once.

    Raises NotFound, StaleVersion, LeadImportUndone, LeadImportNotEnded, LeadImportTooOld, LeadImportLeftNoTrace.
    """
    record = await get_import(work, kind=kind, uuid=uuid)
    if seen and seen != str(record.version):
        raise StaleVersion(resource=f"leadImports/{uuid}")
    rows = await undos.count_traces(work, uuid)
    _check_undoable(record, await undos.find_undo(work, uuid), rows=rows, days=days, work=work)
    who = work.principal
    undo = ImportUndo(
        lead_import=uuid,
        author=who.subject,
        author_name=who.display_name or who.subject,
        start_time=work.now,
        row_count=rows,
    )
    undos.write_undo(work, undo)
    work.note(action="undo import", resource=f"leadImports/{uuid}", details={"rows": rows})
    return undo


def _check_undoable(record: Import, known: ImportUndo | None, *, rows: int, days: int, work: UnitOfWork) -> None:
    if known is not None:
        raise LeadImportUndone(actor=known.author_name)
    if record.state not in _ENDED or record.start_time is None or record.end_time is None:
        raise LeadImportNotEnded(state=record.state.value)
    until = record.end_time + timedelta(days=days)
    if work.now > until:
        raise LeadImportTooOld(until=until.isoformat())
    progress = record.progress
    if rows < progress.created + progress.touched + progress.in_review:
        raise LeadImportLeftNoTrace(lead_import=f"leadImports/{record.uuid}")


async def get_undo(read: Read, *, uuid: UUID, kind: ImportKind[Any]) -> ImportUndo:
    """How far an undo is, for whoever sees the import. Raises NotFound, LeadImportUndoNotFound."""
    await get_import(read, kind=kind, uuid=uuid)
    return await undos.get_undo(read, uuid)


async def list_undone_rows(read: Read, *, uuid: UUID, kind: ImportKind[Any], wanted: PageRequest) -> Page[TracedRow]:
    """What became of each row that had taken something in. Raises NotFound, LeadImportUndoNotFound."""
    await get_undo(read, uuid=uuid, kind=kind)
    return await undos.list_rows(read, wanted, lead_import=uuid)


class ImportUndoing:
    """Carries undos on, the one that began first before the others."""

    def __init__(self, desk: IntakeDesk, *, store: Store, account: Principal) -> None:
        """`account` is the service's own; what it does here is on behalf of whoever began an undo."""
        self._desk = desk
        self._store = store
        self._account = account

    async def sweep(self, connection: Connection, now: datetime) -> int:
        """Go on for a few seconds, or until nothing is left; how many leads were looked at."""
        undo = await undos.waiting_undo(Read(connection, now, self._account))
        if undo is None:
            return 0
        carried = Rounds(
            UNDO_IMPORTS,
            lambda work: undo_on(work, uuid=undo.lead_import, desk=self._desk),
            store=self._store,
            principal=replace(self._account, on_behalf_of=undo.author),
        )
        return await carried.sweep(connection, now)


async def undo_on(work: UnitOfWork, *, uuid: UUID, desk: IntakeDesk, at_once: int = AT_ONCE) -> int:
    """An undo goes on by all rows about a few leads; how many leads were looked at.

    Leads, outcomes of rows and how far it is stand in one transaction: a kill loses nothing and does nothing twice.
    """
    undo = await undos.hold_undo(work, uuid)
    if undo is None:
        return 0
    rows = await undos.next_rows(work, uuid, leads=at_once)
    done = await _undo_rows(work, await desk.brief(work), rows) if rows else []
    await undos.keep_outcomes(work, uuid, done)
    undo = undo.went_on([row.outcome for row in done if row.outcome])
    if len(rows) < at_once:
        undo = undo.finished(now=work.now)
    await undos.keep_undo(work, undo)
    return len(rows)


async def _undo_rows(work: UnitOfWork, briefing: Briefing, rows: Mapping[UUID, Sequence[TracedRow]]) -> list[TracedRow]:
    """Undo all rows about each lead, and say of each row what became of it."""
    known, touches = await known_leads(work, rows), await standing_touches(work, rows)
    evidence, checks = await undos.evidence_of(work, rows), await companies_of(work, rows)
    done: list[TracedRow] = []
    detached: list[UUID] = []
    for lead, of_lead in rows.items():
        traces = [row.trace for row in of_lead]
        if any(trace.touch is None for trace in traces):
            as_told = replace(known[lead], facts=without_fill(known[lead].facts, checks.get(lead)))
            kept_for = work_on_made(as_told, traces=traces, touches=touches[lead], evidence=evidence[lead])
            if kept_for is None:
                _take_back(work, briefing, known[lead])
            outcome = UndoOutcome.TAKEN_BACK
        else:
            kept_for = _detach(work, briefing, known[lead], traces, touches[lead])
            outcome = UndoOutcome.DETACHED
        if kept_for is None:
            detached += [trace.touch for trace in traces if trace.touch]
        done += [replace(row, outcome=UndoOutcome.KEPT if kept_for else outcome, work=kept_for) for row in of_lead]
    await withdraw_touches(work, detached)
    gone = [row.trace.lead for row in done if row.outcome is UndoOutcome.TAKEN_BACK]
    await forget_keys(work, await _keys_of(work, gone))
    return done


async def _keys_of(work: UnitOfWork, leads: Collection[UUID]) -> frozenset[str]:
    """What leads were found by until now; whoever tells of such a customer in this moment is a newcomer."""
    return frozenset(key for each in (await identities_of(work, leads)).values() for key in each.keys)


def _take_back(work: UnitOfWork, briefing: Briefing, lead: Lead) -> None:
    """A lead that the import made goes: nobody finds it, and its owner has one less."""
    forget_identity(work, work.save(RECORD, withdrawn(lead, now=work.now)))
    INTENTS.mark(work, lead.uuid)
    if lead.owner is not None and lead.response is not None:
        write_taken_back(work, owner=lead.owner, day=lead.response.start.astimezone(briefing.zone).date())


def _detach(
    work: UnitOfWork, briefing: Briefing, lead: Lead, traces: Sequence[LeadTrace], touches: Sequence[Touch]
) -> Work | None:
    """A known lead is what it was before rows were attached to it, but for what was made of it since."""
    kept_for = work_on_known(lead)
    if kept_for is not None:
        return kept_for
    facts = facts_without_rows(lead, traces=traces, touches=touches)
    withdrawing = [trace.touch for trace in traces if trace.touch]
    change = touches_withdrawn(lead, touches=withdrawing, facts=facts, now=work.now)
    kind = briefing.rules.kind_of(facts.channel)
    keep(work, change.then(lambda lead: kept_graded(briefing, lead, kind)))
    INTENTS.mark(work, lead.uuid)
    return None
