"""Inviting (邀请协作): whoever collaborates already, or once did, gets the new terms; others begin."""

from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.collaborators.collaborator import Collaborator, CollaboratorUnknown, Invitation, invite
from chassis.collaborators.sharing import Sharing
from chassis.collaborators.storage import find_collaborator
from chassis.organization import Snapshot
from chassis.work import Record, UnitOfWork


def check_member(snapshot: Snapshot, member: UUID) -> None:
    """Only somebody who works here collaborates; raises CollaboratorUnknown."""
    known = snapshot.members.get(member)
    if known is None or not known.active:
        raise CollaboratorUnknown(member=f"members/{member}")


async def keep_invited(
    work: UnitOfWork,
    sharing: Sharing,
    record: Record[Collaborator],
    *,
    row: UUID,
    terms: Invitation,
    by: str,
    zone: ZoneInfo,
) -> Collaborator:
    """Share the row on these terms until the end of their last day in `zone`; raises CollaborationEndOutOfRange."""
    known = await find_collaborator(work, sharing, row=row, member=terms.member)
    return save_invited(work, sharing, record, known, row=row, terms=terms, by=by, zone=zone)


def save_invited(
    work: UnitOfWork,
    sharing: Sharing,
    record: Record[Collaborator],
    known: Collaborator | None,
    *,
    row: UUID,
    terms: Invitation,
    by: str,
    zone: ZoneInfo,
) -> Collaborator:
    """The same where it is `known` already who collaborated, or that the member never did."""
    if known is not None:
        return work.save(record, known.invited(terms=terms, by=by, zone=zone, now=work.now))
    begun = invite(
        uuid=work.new_id(),
        collection=sharing.collection,
        row=row,
        terms=terms,
        by=by,
        zone=zone,
        now=work.now,
    )
    return work.save(record, begun)
