"""What was decided about a lead, one row each: its grades here, its owners in the ledger."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from chassis.work import Read, UnitOfWork
from kernel.events import Change
from services.leads.domain.lead import Grade, Lead, LeadGraded
from services.leads.domain.lead_history import MOST, Happening, HistoryEntry
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import newest_assignments
from services.leads.storage.reasons import reasons_from_json, reasons_to_json
from services.leads.storage.tables import GRADE_CHANGES


def keep(work: UnitOfWork, change: Change[Lead]) -> Lead:
    """Save a change that may have graded the lead anew, with the new grade and its reasons in the history."""
    if any(isinstance(event, LeadGraded) for event in change.events):
        lead = change.aggregate
        work.insert(
            GRADE_CHANGES,
            {
                "uuid": work.new_id(),
                "lead": lead.uuid,
                "time": work.now,
                "actor": work.principal.subject,
                "grade": lead.grade.value,
                "reasons": reasons_to_json(lead.grade_reasons),
            },
        )
    return work.save(RECORD, change)


async def read_decisions(read: Read, leads: Collection[UUID]) -> Sequence[HistoryEntry]:
    """The newest decisions about grade and owner of a customer's leads, in no order.

    The caller has checked that they may be seen.
    """
    return [*await newest_gradings(read, leads, most=MOST), *await _assignments(read, leads)]


async def newest_gradings(read: Read, leads: Collection[UUID], *, most: int) -> Sequence[HistoryEntry]:
    """So many of the grades that a customer's leads got; the caller has checked that they may be seen."""
    of_leads = select(GRADE_CHANGES).where(GRADE_CHANGES.c.lead.in_(leads))
    newest = of_leads.order_by(GRADE_CHANGES.c.time.desc()).limit(most)
    return [
        HistoryEntry(
            happening=Happening.GRADED,
            time=row["time"],
            actor=row["actor"],
            grade=Grade(row["grade"]),
            reasons=reasons_from_json(row["reasons"]),
        )
        for row in (await read.connection.execute(newest)).mappings()
    ]


async def _assignments(read: Read, leads: Collection[UUID]) -> Sequence[HistoryEntry]:
    return [
        HistoryEntry(
            happening=Happening.ASSIGNED,
            time=entry.time,
            owner=entry.member,
            grade=entry.grade,
            reasons=entry.reasons,
        )
        for entry in await newest_assignments(read, leads, most=MOST)
    ]
