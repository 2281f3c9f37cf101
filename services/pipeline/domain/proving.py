"""What happens to the evidence of an opportunity, and to the waivers of its gates."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from kernel.content import content_hash
from kernel.events import Change
from kernel.money import Money
from services.pipeline.domain.evidence import (
    Evidence,
    EvidenceKind,
    EvidenceNotFound,
    QuoteIsNoUpload,
    TooMuchEvidence,
    Waiver,
    WaiverEndOutOfRange,
    WaiverState,
    evidence_name,
)
from services.pipeline.domain.opportunity import Opportunity, OpportunityUpdated
from services.pipeline.domain.sales_process import SalesProcess

_MOST = 100
_LONGEST_WAIVER_DAYS = 366


def with_evidence(opportunity: Opportunity, *, evidence: Evidence) -> Change[Opportunity]:
    """Show that something is done; the record of a meeting is a follow-up besides.

    Raises QuoteIsNoUpload, TooMuchEvidence, EvidenceEmpty, EvidenceFileMissing, EvidenceLinkUnknown.
    """
    if evidence.kind is EvidenceKind.QUOTE:
        raise QuoteIsNoUpload
    evidence.must_show_something()
    if len(opportunity.evidence) >= _MOST:
        raise TooMuchEvidence(most=_MOST)
    met = evidence.kind is EvidenceKind.MEETING_RECORD
    following = replace(opportunity, follow_up_time=evidence.time if met else opportunity.follow_up_time)
    return _shown(following, (*opportunity.evidence, evidence), now=evidence.time)


def without_evidence(opportunity: Opportunity, *, uuid: UUID, now: datetime) -> Change[Opportunity]:
    """Take evidence back that was wrong; what it had opened becomes gate debt. What was won or lost keeps its evidence.

    Raises EvidenceNotFound, QuoteIsNoUpload, OpportunityCannotMove.
    """
    opportunity.must_be_open()
    gone = next((each for each in opportunity.evidence if each.uuid == uuid), None)
    if gone is None:
        raise EvidenceNotFound(evidence=evidence_name(opportunity.uuid, uuid))
    if gone.kind is EvidenceKind.QUOTE:
        raise QuoteIsNoUpload
    return _shown(opportunity, tuple(each for each in opportunity.evidence if each is not gone), now=now)


def quote_stands(
    opportunity: Opportunity,
    *,
    quote: str,
    stands: bool,
    uuid: UUID,
    actor: str,
    now: datetime,
    products: tuple[str, ...] = (),
    worth: Money | None = None,
) -> Change[Opportunity]:
    """A quote is evidence as long as it stands: approved, sent or accepted, and neither overtaken nor expired.

    It shows which products (产品) are offered. From a new one on the days count until somebody follows it up.
    """
    # What people link to a quote themselves is another kind of evidence, and theirs.
    known = [each for each in opportunity.evidence if each.kind is EvidenceKind.QUOTE and each.linked == quote]
    if bool(known) is stands:
        return Change(opportunity, ())
    kept = tuple(each for each in opportunity.evidence if each not in known)
    if stands:
        shown = Evidence(
            uuid=uuid, kind=EvidenceKind.QUOTE, linked=quote, products=products, worth=worth, actor=actor, time=now
        )
        kept = (*kept, shown)
    waited = opportunity
    if stands:
        waited = replace(opportunity, follow_up_time=now, first_quoted_time=opportunity.first_quoted_time or now)
    return _shown(waited, kept, now=now)


def waiver_requested(
    opportunity: Opportunity, *, process: SalesProcess, waiver: Waiver, now: datetime
) -> Change[Opportunity]:
    """Ask for leave to pass the gate of a stage; it ends within a year. Raises StageUnknown and WaiverEndOutOfRange."""
    opportunity.must_be_open()
    process.place(waiver.stage, field="waiver.stage")
    if not now < waiver.end_time <= now + timedelta(days=_LONGEST_WAIVER_DAYS):
        raise WaiverEndOutOfRange(days=_LONGEST_WAIVER_DAYS)
    kept = _kept(opportunity.waivers, waiver, now=now)
    return Change(replace(opportunity, waivers=kept, update_time=now), (OpportunityUpdated(("waivers",)),))


def _kept(waivers: tuple[Waiver, ...], asked: Waiver, *, now: datetime) -> tuple[Waiver, ...]:
    """What waits or holds stays; of refused and ended ones the newest are enough to look at."""
    over = [each for each in waivers if each.state is not WaiverState.REQUESTED and not each.holds(now=now)]
    too_many = over[: max(0, len(waivers) + 1 - _MOST)]
    return (*(each for each in waivers if each not in too_many), asked)


def waiver_decided(opportunity: Opportunity, *, uuid: UUID, granted: bool, now: datetime) -> Change[Opportunity]:
    """Whoever has the authority grants or refuses a waiver."""
    state = WaiverState.GRANTED if granted else WaiverState.REFUSED
    decided = tuple(replace(each, state=state) if each.uuid == uuid else each for each in opportunity.waivers)
    return Change(replace(opportunity, waivers=decided, update_time=now), (OpportunityUpdated(("waivers",)),))


def waiver_content(opportunity: Opportunity, uuid: UUID) -> bytes:
    """The digest of what is decided about: which gate, until when, and why."""
    told = [[each.stage, each.reason, each.end_time.isoformat()] for each in opportunity.waivers if each.uuid == uuid]
    return content_hash({"opportunity": str(opportunity.uuid), "waiver": told})


def _shown(opportunity: Opportunity, evidence: tuple[Evidence, ...], *, now: datetime) -> Change[Opportunity]:
    return Change(replace(opportunity, evidence=evidence, update_time=now), (OpportunityUpdated(("evidence",)),))
