"""Why a lead was held for worth selling to or not, and until when its owner keeps it."""

from collections.abc import Iterator

from services.leads.domain.explanation import Chapter, Stage, Subject, Telling
from services.leads.domain.lead import Lead
from services.leads.domain.recycling_leads import RecyclingState, recycling_state, running_spell
from services.leads.domain.recycling_reasons import reasons_of_spell
from trade.reasons import Reason


def explain_verdict(lead: Lead) -> Chapter:
    """Who held the lead for worth selling to or not, and why; nobody where it was not judged, or reopened since."""
    verdict = lead.qualification.verdict if lead.qualification else None
    if verdict is None:
        return Chapter(subject=Subject.VERDICT, conclusion=Reason("EXPLAINED_VERDICT_NONE"))
    code = "EXPLAINED_QUALIFIED" if verdict.qualified else "EXPLAINED_DISQUALIFIED"
    by = Reason(code, {"author": verdict.author_name})
    reasons = () if verdict.qualified else (verdict.to_reason(),)
    return Chapter(subject=Subject.VERDICT, conclusion=by, stages=(Stage(told=by, time=verdict.time, reasons=reasons),))


def explain_recycling(lead: Lead, *, telling: Telling) -> Chapter:
    """Until when the owner keeps the lead if he does not work it, by which limit; then what is to come."""
    clock, state = lead.recycling, recycling_state(lead)
    told: dict[str, str] = {}
    if clock is not None and clock.falls is not None:
        told = {"member": telling.member(clock.owner), "due": telling.instant(clock.falls.due)}
    reasons: tuple[Reason, ...] = ()
    if clock is not None and state is not RecyclingState.POOLED:
        reasons = reasons_of_spell(clock, state, telling.zone)
    if clock is not None and clock.falls is not None:
        reasons = (*reasons, Reason("EXPLAINED_RECYCLING_RULES", {"version": str(clock.rules)}))
    return Chapter(
        subject=Subject.RECYCLING,
        conclusion=Reason(f"EXPLAINED_RECYCLING_{state.name}", told),
        reasons=reasons,
        stages=tuple(_to_come(lead)),
    )


def _to_come(lead: Lead) -> Iterator[Stage]:
    clock = running_spell(lead)
    coming = clock.next_step if clock else None
    if coming is not None:
        step, time = coming
        yield Stage(told=Reason("EXPLAINED_RECYCLING_TO_COME", {"step": step.value}), time=time)
