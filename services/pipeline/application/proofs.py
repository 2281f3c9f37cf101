"""Evidence and waivers: what opens the gates of stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.approvals import Approval, ApprovalKind, ApprovalState, ApprovalSubject, ApproverRule, ask
from chassis.files import File, discard, get_file, get_files
from chassis.files import keep as keep_file
from chassis.work import Read, UnitOfWork
from services.pipeline.application.opportunities import READ, WRITE, writable
from services.pipeline.domain.evidence import Evidence, EvidenceKind, EvidenceNotFound, Waiver, evidence_name
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.proving import (
    waiver_content,
    waiver_decided,
    waiver_requested,
    with_evidence,
    without_evidence,
)
from services.pipeline.storage.approvals import APPROVALS
from services.pipeline.storage.metadata import FILES
from services.pipeline.storage.opportunities import get_opportunity, keep, opportunity_by_itself
from trade.reasons import Reason

APPROVE = "pipeline.approve"
KIND = "waiver"
# The calendar ends a little later, in whatever zone.
_LAST_DAY = date(9999, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What somebody brings as evidence: what it shows, and the uploaded file or the object it points at."""

    kind: EvidenceKind
    linked: str = ""
    note: str = ""
    file: File | None = None


async def may_prove(read: Read, *, uuid: UUID) -> None:
    """Pass for somebody who may change the opportunity, before he uploads; raises OpportunityNotFound."""
    await get_opportunity(read, uuid, permission=WRITE)


async def add_evidence(work: UnitOfWork, *, uuid: UUID, shown: Shown) -> Evidence:
    """Evidence is added with its file, together or not at all. Raises QuoteIsNoUpload and TooMuchEvidence."""
    opportunity, _ = await writable(work, uuid=uuid, seen=None)
    evidence = Evidence(
        uuid=work.new_id(),
        kind=shown.kind,
        file=shown.file.uuid if shown.file else None,
        linked=shown.linked,
        note=shown.note,
        actor=work.principal.subject,
        time=work.now,
    )
    change = with_evidence(opportunity, evidence=evidence)
    if shown.file is not None:
        keep_file(work, FILES, shown.file)
    keep(work, change, before=opportunity)
    return evidence


async def delete_evidence(work: UnitOfWork, *, uuid: UUID, evidence: UUID) -> None:
    """Wrong evidence is taken back while the opportunity is open, and its file goes; the audit keeps what it was.

    Raises EvidenceNotFound, QuoteIsNoUpload, OpportunityCannotMove.
    """
    opportunity, _ = await writable(work, uuid=uuid, seen=None)
    gone = _evidence(opportunity, evidence)
    keep(work, without_evidence(opportunity, uuid=evidence, now=work.now), before=opportunity)
    details = {"kind": gone.kind.value, "linked": gone.linked, "brought_by": gone.actor}
    if gone.file is not None:
        file = await get_file(work, FILES, gone.file)
        details |= {"file": str(file.uuid), "sha256": file.sha256.hex()}
        await discard(work, FILES, gone.file)
    work.note(action="pipeline.evidence.delete", resource=opportunity.name, details=details)


async def list_evidence(read: Read, *, uuid: UUID) -> tuple[Opportunity, Mapping[UUID, File]]:
    """The evidence of an opportunity with what is known of its files."""
    opportunity = await get_opportunity(read, uuid, permission=READ)
    wanted = [each.file for each in opportunity.evidence if each.file]
    return opportunity, await get_files(read, FILES, wanted)


async def evidence_file(read: Read, *, uuid: UUID, evidence: UUID) -> File:
    """The file of one piece of evidence; raises EvidenceNotFound where it has none."""
    opportunity = await get_opportunity(read, uuid, permission=READ)
    found = _evidence(opportunity, evidence)
    if found.file is None:
        raise EvidenceNotFound(evidence=evidence_name(opportunity.uuid, evidence))
    return await get_file(read, FILES, found.file)


async def note_download(work: UnitOfWork, *, uuid: UUID, file: File) -> None:
    """A download is an entry of the audit log."""
    work.note(
        action="pipeline.evidence.download",
        resource=f"opportunities/{uuid}",
        details={"file": str(file.uuid), "sha256": file.sha256.hex()},
    )


async def request_waiver(
    work: UnitOfWork, *, uuid: UUID, stage: str, reason: str, end_date: date, zone: ZoneInfo
) -> Waiver:
    """Leave to pass a gate is asked for with a reason and an end; whoever has the authority is told.

    Raises OpportunityNotFound, OpportunityCannotMove, StageUnknown, WaiverEndOutOfRange.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=None)
    waiver = Waiver(
        uuid=work.new_id(),
        stage=stage,
        reason=reason,
        end_time=_after(end_date, zone),
        requester=work.principal.subject,
        create_time=work.now,
    )
    change = waiver_requested(opportunity, process=process, waiver=waiver, now=work.now)
    kept = keep(work, change, before=opportunity)
    await ask(
        work,
        APPROVALS,
        kind=KIND,
        subject=ApprovalSubject(
            name=f"{kept.name}/waivers/{waiver.uuid}",
            content_hash=waiver_content(kept, waiver.uuid),
            owner=kept.owner,
            team=kept.team,
            region=kept.region,
        ),
        approver=ApproverRule(permission=APPROVE),
        reasons=(Reason("WAIVER_REQUESTED", {"stage": stage, "reason": reason, "until": end_date.isoformat()}),),
    )
    return waiver


async def list_waivers(read: Read, *, uuid: UUID) -> Opportunity:
    """The waivers of an opportunity, whatever became of them."""
    return await get_opportunity(read, uuid, permission=READ)


async def _content(work: UnitOfWork, approval: Approval) -> bytes:
    opportunity, waiver = _subject(approval)
    return waiver_content(await opportunity_by_itself(work, opportunity), waiver)


async def _settle(work: UnitOfWork, approval: Approval) -> None:
    """A waiver opens its gate from the moment somebody grants it."""
    uuid, waiver = _subject(approval)
    opportunity = await opportunity_by_itself(work, uuid)
    granted = approval.state is ApprovalState.APPROVED
    keep(work, waiver_decided(opportunity, uuid=waiver, granted=granted, now=work.now), before=opportunity)


WAIVER_APPROVALS: Mapping[str, ApprovalKind] = {KIND: ApprovalKind(content=_content, effect=_settle)}


def _subject(approval: Approval) -> tuple[UUID, UUID]:
    _, opportunity, _, waiver = approval.subject.name.split("/")
    return UUID(opportunity), UUID(waiver)


def _evidence(opportunity: Opportunity, uuid: UUID) -> Evidence:
    found = next((each for each in opportunity.evidence if each.uuid == uuid), None)
    if found is None:
        raise EvidenceNotFound(evidence=evidence_name(opportunity.uuid, uuid))
    return found


def _after(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after a day."""
    return datetime.combine(min(day, _LAST_DAY) + timedelta(days=1), time.min, tzinfo=zone)
