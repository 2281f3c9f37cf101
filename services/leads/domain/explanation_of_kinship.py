"""Which other leads may be the same customer, what was made of that, and which contacts and leads were joined."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from services.leads.domain.account_candidates import AccountCandidate
from services.leads.domain.duplicate_pairs import DuplicatePair, PairState
from services.leads.domain.explanation import Chapter, Stage, Subject
from services.leads.domain.lead import Lead
from services.leads.domain.merge_record import LeadMerge
from services.leads.domain.touches import Touch
from trade.reasons import Reason


def explain_duplicates(
    lead: Lead,
    *,
    names: Mapping[UUID, str],
    pairs: Sequence[DuplicatePair],
    touches: Sequence[Touch],
    accounts: Sequence[AccountCandidate] = (),
) -> Chapter:
    """What a lead resembles, what people said to that, and why further contacts were taken for the same customer.

    `names` are those of the companies it resembles; of pairs only those are told that somebody has judged.
    Of the `accounts` it may be of, none is named: who sees it finds it in the review.
    """
    hints = [_hinted(hint.lead, hint.score, hint.band.value, hint.reasons, names) for hint in lead.resembles]
    judged = list(_judged(lead, pairs))
    customers = [_customer(each) for each in accounts]
    attached = [_attached(touch) for touch in touches]
    counted = {"hints": str(len(lead.resembles)), "contacts": str(lead.touch_count)}
    return Chapter(
        subject=Subject.DUPLICATES,
        conclusion=Reason("EXPLAINED_DUPLICATES" if hints else "EXPLAINED_DUPLICATES_NONE", counted),
        stages=(*hints, *judged, *customers, *attached),
    )


def _hinted(lead: UUID, score: float, band: str, reasons: tuple[Reason, ...], names: Mapping[UUID, str]) -> Stage:
    told = {"lead": f"leads/{lead}", "name": names.get(lead, ""), "score": f"{score:.2f}", "band": band}
    return Stage(told=Reason("EXPLAINED_HINT", told), reasons=reasons)


def _judged(lead: Lead, pairs: Sequence[DuplicatePair]) -> Iterator[Stage]:
    for pair in pairs:
        if pair.state is PairState.OPEN or pair.judgement is None:
            continue
        is_newer = pair.lead == lead.uuid
        other, name = (pair.other, pair.other_name) if is_newer else (pair.lead, pair.lead_name)
        told = {"lead": f"leads/{other}", "name": name, "judge": pair.judgement.judge_name}
        yield Stage(told=Reason(f"EXPLAINED_PAIR_{pair.state.name}", told), time=pair.judgement.time)


def _customer(candidate: AccountCandidate) -> Stage:
    judge = candidate.judgement.judge_name if candidate.judgement else ""
    told = Reason(f"EXPLAINED_ACCOUNT_{candidate.state.name}", {"score": f"{candidate.score:.2f}", "judge": judge})
    time = candidate.judgement.time if candidate.judgement else candidate.create_time
    return Stage(told=told, time=time, reasons=candidate.reasons)


def _attached(touch: Touch) -> Stage:
    told = Reason("EXPLAINED_TOUCH", {"score": f"{touch.score:.2f}", "version": str(touch.rules)})
    return Stage(told=told, time=touch.time, reasons=touch.reasons)


def explain_merges(lead: Lead, *, merges: Sequence[LeadMerge]) -> Chapter:
    """Whether a lead stands for its customer alone, for others too, or leads to another one; and each merge of it."""
    stages = [stage for merge in merges for stage in _merged(lead, merge)]
    return Chapter(subject=Subject.MERGES, conclusion=_standing(lead, merges), stages=tuple(stages))


def _standing(lead: Lead, merges: Sequence[LeadMerge]) -> Reason:
    if lead.merged is not None:
        return Reason("EXPLAINED_MERGED_AWAY", {"lead": f"leads/{lead.merged.into}"})
    others = sum(len(merge.others) for merge in merges if merge.undone is None)
    return Reason("EXPLAINED_STANDS_FOR_OTHERS", {"count": str(others)}) if others else Reason("EXPLAINED_MERGES_NONE")


def _merged(lead: Lead, merge: LeadMerge) -> Iterator[Stage]:
    """The merge, and before it, where it was taken back, that."""
    name = f"leads/{merge.survivor}/merges/{merge.uuid}"
    if merge.undone is not None:
        yield Stage(
            told=Reason("EXPLAINED_MERGE_UNDONE", {"merge": name, "author": merge.undone.name}), time=merge.undone.time
        )
    into_this = merge.survivor == lead.uuid
    code = "EXPLAINED_MERGE_INTO_THIS" if into_this else "EXPLAINED_MERGE_INTO_OTHER"
    contradict = sum(decision.conflict for decision in merge.decisions)
    told = {
        "merge": name,
        "author": merge.done.name,
        "count": str(len(merge.others)),
        "lead": f"leads/{merge.survivor}",
        "conflicts": str(contradict),
    }
    yield Stage(told=Reason(code, told), time=merge.done.time)
