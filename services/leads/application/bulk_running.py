"""Carrying bulk changes out (批量操作): each lead by the use case that would change it alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.leads.application.assigning import hand_over
from services.leads.application.changing import update_lead
from services.leads.application.intake import IntakeDesk
from services.leads.application.qualifying import disqualify_lead
from services.leads.application.reviewing import dismiss_pairs_of
from services.leads.domain.bulk_actions import (
    AssignAction,
    BulkAction,
    DismissAction,
    DisqualifyAction,
    IndustryAction,
    RegionAction,
    TagAction,
)
from services.leads.domain.bulk_changes import BulkChange, BulkRow, BulkState, RowOutcome
from services.leads.domain.tagging import tagged
from services.leads.storage import bulk_changes as changes
from trade.reasons import Reason


@dataclass(slots=True)
class Turn:
    """Whose turn it is among rows that are taken together: what is raised meanwhile is that row's; 0 for nobody's."""

    place: int = 0


async def next_change(read: Read) -> BulkChange | None:
    """Of those that run the one that waits longest."""
    return await changes.next_change(read)


async def take_rows(work: UnitOfWork, *, uuid: UUID, most: int, desk: IntakeDesk, turn: Turn) -> int:
    """The next leads of a bulk change are changed, and how far it is stands with them; how many.

    None while another worker carries it on, and when it has ended. Raises what changing one of them raises: then
    nothing is kept of any.
    """
    change = await changes.hold_running(work, uuid)
    if change is None:
        return 0
    rows, ended = await changes.next_rows(work, change, most=most), []
    for row in rows:
        turn.place = row.place
        ended.append(await _changed(work, change.action, row, desk))
    turn.place = 0
    await changes.keep_change(work, change.went_on(ended, now=work.now), ended)
    return len(rows)


async def refuse_row(work: UnitOfWork, *, uuid: UUID, place: int, reason: Reason) -> None:
    """A lead that cannot be changed says why, unless another worker has done it meanwhile."""
    change = await changes.hold_running(work, uuid)
    if change is None or change.done != place - 1:
        return
    rows: Sequence[BulkRow] = await changes.next_rows(work, change, most=1)
    ended = [row.ended(RowOutcome.REFUSED, reason) for row in rows]
    await changes.keep_change(work, change.went_on(ended, now=work.now), ended)


async def halt(work: UnitOfWork, *, uuid: UUID) -> None:
    """What was begun by somebody who is gone, or may change leads no more, ends where it is."""
    change = await changes.hold_running(work, uuid)
    if change is not None:
        await changes.keep_change(work, change.ended(BulkState.HALTED, now=work.now))
        work.note(action="halt bulk change", resource=change.name, details={"done": change.done})


async def _changed(work: UnitOfWork, action: BulkAction, row: BulkRow, desk: IntakeDesk) -> BulkRow:
    written = len(work.written)
    await _change(work, action, row, desk)
    return row.ended(RowOutcome.CHANGED if len(work.written) > written else RowOutcome.UNCHANGED)


async def _change(work: UnitOfWork, action: BulkAction, row: BulkRow, desk: IntakeDesk) -> None:
    """One lead, as whoever asks for it alone would have it changed."""
    lead, seen = row.lead, row.seen
    match action:
        case AssignAction(owner=owner, words=words):
            await hand_over(work, uuid=lead, seen=seen, owner=owner, words=words, desk=desk)
        case DisqualifyAction(code=code, note=note):
            await disqualify_lead(work, uuid=lead, seen=seen, code=code, note=note, desk=desk)
        case DismissAction():
            await dismiss_pairs_of(work, uuid=lead, seen=seen)
        case TagAction(add=add, remove=remove):
            await update_lead(
                work, uuid=lead, seen=seen, edit=lambda facts: tagged(facts, add=add, remove=remove), desk=desk
            )
        case RegionAction(region=region):
            await update_lead(work, uuid=lead, seen=seen, edit=lambda facts: replace(facts, region=region), desk=desk)
        case IndustryAction(industry=industry):
            await update_lead(
                work, uuid=lead, seen=seen, edit=lambda facts: replace(facts, industry=industry), desk=desk
            )
