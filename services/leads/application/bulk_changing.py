"""Changing many leads at once (批量操作): begun by somebody, carried out lead by lead, looked at, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.leads.application.capture import WRITE
from services.leads.application.erasing import ADMIN
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ, unless_asked
from services.leads.domain.bulk_actions import AssignAction, BulkAction, DisqualifyAction, RegionAction
from services.leads.domain.bulk_changes import (
    MOST_FOUND,
    BulkChange,
    BulkChangeEmpty,
    BulkChangeTooLarge,
    BulkRow,
    BulkState,
    Starter,
)
from services.leads.domain.channels import RegionUnknown
from services.leads.domain.handing_over import LeadOwnerUnknown
from services.leads.storage import bulk_changes as changes


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLead:
    """A lead somebody names, and the version he saw; None means the present one."""

    lead: UUID
    seen: int | None


async def start_with_named(
    work: UnitOfWork, *, action: BulkAction, leads: Sequence[NamedLead], desk: IntakeDesk
) -> BulkChange:
    """Whoever may change leads names those that are to be changed; of one named twice the first counts.

    Raises LeadOwnerUnknown, RegionUnknown, DisqualifyReasonUnknown.
    """
    named: dict[UUID, int | None] = {}
    for each in leads:
        named.setdefault(each.lead, each.seen)
    rows = [BulkRow(place=place, lead=lead, seen=seen) for place, (lead, seen) in enumerate(named.items(), start=1)]
    return await _start(work, action, rows, desk, text="")


async def start_with_found(
    work: UnitOfWork, *, action: BulkAction, wanted: PageRequest, desk: IntakeDesk
) -> BulkChange:
    """Whoever may change leads means those of a list that he may change, as it is when he begins.

    Raises FilterInvalid, OrderInvalid, BulkChangeTooLarge, and what naming them raises.
    """
    found = await changes.leads_found(work, unless_asked(wanted), permission=WRITE)
    if len(found) > MOST_FOUND:
        raise BulkChangeTooLarge
    rows = [BulkRow(place=place, lead=lead) for place, lead in enumerate(found, start=1)]
    return await _start(work, action, rows, desk, text=wanted.filter)


async def cancel_bulk_change(work: UnitOfWork, *, uuid: UUID) -> BulkChange:
    """Whoever began it, or administers leads, ends it where it is; what was changed stays.

    Raises BulkChangeNotFound, BulkChangeEnded.
    """
    held = await changes.hold_change(work, uuid, everybodys=_administers(work))
    change = held.ended(BulkState.CANCELLED, now=work.now)
    await changes.keep_change(work, change)
    work.note(action="cancel bulk change", resource=change.name, details={"done": change.done})
    return change


async def get_bulk_change(read: Read, *, uuid: UUID) -> BulkChange:
    """How far it is shows itself to whoever began it, and to who administers leads. Raises BulkChangeNotFound."""
    return await changes.get_change(read, uuid, everybodys=_administers(read))


async def list_bulk_changes(read: Read, *, wanted: PageRequest) -> Page[BulkChange]:
    """The bulk changes the caller began; everybody's to who administers leads."""
    return await changes.list_page(read, wanted, everybodys=_administers(read))


async def list_bulk_rows(read: Read, *, uuid: UUID, wanted: PageRequest) -> Page[BulkRow]:
    """What became of each lead, and why it was refused. Raises BulkChangeNotFound."""
    change = await get_bulk_change(read, uuid=uuid)
    return await changes.list_rows(read, wanted, change=change.uuid, permission=READ)


async def _start(
    work: UnitOfWork, action: BulkAction, rows: Sequence[BulkRow], desk: IntakeDesk, *, text: str
) -> BulkChange:
    if not rows:
        raise BulkChangeEmpty
    _check_action(await desk.brief(work), action)
    who = work.principal
    change = BulkChange(
        uuid=work.new_id(),
        action=action,
        starter=Starter(
            subject=who.subject,
            name=who.display_name or who.subject,
            roles=who.roles,
            permissions=frozenset(who.grants),
        ),
        start_time=work.now,
        step_time=work.now,
        lead_count=len(rows),
        filter=text,
    )
    await changes.write_change(work, change, rows)
    details = {"action": type(action).__name__, "leads": len(rows), "filter": text}
    work.note(action="start bulk change", resource=change.name, details=details)
    return change


def _check_action(briefing: Briefing, action: BulkAction) -> None:
    """What no lead could be changed by is told at once, and not a thousand times."""
    match action:
        case AssignAction(owner=owner):
            member = briefing.organization.members.get(owner)
            if member is None or not member.active:
                raise LeadOwnerUnknown
        case RegionAction(region=region):
            if region not in briefing.organization.regions:
                raise RegionUnknown(region=f"regions/{region}")
        case DisqualifyAction(code=code):
            briefing.rules.qualification.reason_of(code)
        case _:
            pass


def _administers(read: Read) -> bool:
    return read.principal.may(ADMIN)
