"""What becomes of collaborators (协作人) when leads are merged, and when that is undone."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.collaborators import Collaborator, CollaboratorRole, Invitation, every_collaborator, save_invited
from chassis.work import UnitOfWork
from services.leads.domain.lead import Lead
from services.leads.domain.merge_record import LeadMerge, Lent, Terms
from services.leads.storage.lead_collaborators import RECORD, SHARED_LEADS


async def lend(work: UnitOfWork, *, survivor: Lead, others: Sequence[Lead], zone: ZoneInfo) -> tuple[Lent, ...]:
    """Whoever collaborates on a lead that is merged away collaborates on the survivor, on the widest of his terms."""
    rows = [survivor.uuid, *(other.uuid for other in others)]
    everybody = await every_collaborator(work, SHARED_LEADS, rows=rows)
    known = {each.terms.member: each for each in everybody if each.row == survivor.uuid}
    wanted: dict[UUID, Invitation] = {}
    for each in sorted(everybody, key=lambda each: each.row != survivor.uuid):  # his own reason comes first
        if each.holds(now=work.now) and each.terms.member != survivor.owner:
            wanted[each.terms.member] = _widest(wanted.get(each.terms.member), each.terms)
    return tuple(_lent(work, survivor, known, wanted, zone))


async def take_back(work: UnitOfWork, merge: LeadMerge, *, zone: ZoneInfo) -> None:
    """Collaborators whom the survivor got by a merge leave it, or get back their terms; changed since, they stay."""
    known = {each.uuid: each for each in await every_collaborator(work, SHARED_LEADS, rows=[merge.survivor])}
    today = work.now.astimezone(zone).date()
    for lent in merge.lent:
        each = known.get(lent.collaborator)
        if each is None or each.version != lent.version:
            continue
        if lent.before is None or lent.before.end_date < today:
            work.save(RECORD, each.remove(now=work.now))
        else:
            terms = _invitation(each, lent.before)
            work.save(RECORD, each.invited(terms=terms, by=each.creator, zone=zone, now=work.now))


def _lent(
    work: UnitOfWork,
    survivor: Lead,
    known: Mapping[UUID, Collaborator],
    wanted: Mapping[UUID, Invitation],
    zone: ZoneInfo,
) -> Iterator[Lent]:
    by = work.principal.subject
    for member, terms in wanted.items():
        own = known.get(member)
        holds = own is not None and own.holds(now=work.now)
        if own is not None and holds and own.terms == terms:
            continue
        saved = save_invited(work, SHARED_LEADS, RECORD, own, row=survivor.uuid, terms=terms, by=by, zone=zone)
        before = _terms(own.terms) if own is not None and holds else None
        yield Lent(collaborator=saved.uuid, version=saved.version, before=before)


def _widest(known: Invitation | None, more: Invitation) -> Invitation:
    """Together: to write where either says so, until the later day, for the reason given first."""
    if known is None:
        return more
    writes = CollaboratorRole.WRITE in (known.role, more.role)
    role = CollaboratorRole.WRITE if writes else CollaboratorRole.READ
    end = max(known.end_date, more.end_date)
    return Invitation(member=known.member, role=role, end_date=end, reason=known.reason)


def _terms(invitation: Invitation) -> Terms:
    return Terms(role=invitation.role.value, end_date=invitation.end_date, reason=invitation.reason)


def _invitation(collaborator: Collaborator, terms: Terms) -> Invitation:
    role = CollaboratorRole(terms.role)
    return Invitation(member=collaborator.terms.member, role=role, end_date=terms.end_date, reason=terms.reason)
