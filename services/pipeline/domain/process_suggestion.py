"""A sales process proposed from the answers to four questions: how one sells, finds, qualifies, is stuck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from services.pipeline.domain.sales_process import Ask, Requirement, SalesProcess, Stage, StageKind
from trade.reasons import Reason

_MEETING = Requirement(Ask.EVIDENCE, "meeting_record")
_NEED = Requirement(Ask.FIELD, "need")


class Prospecting(Enum):
    """How prospects are found."""

    UNTOLD = ""
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Qualification(Enum):
    """How prospects are qualified."""

    UNTOLD = ""
    CRITERIA = "criteria"
    FEELING = "feeling"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to the four questions."""

    steps: tuple[str, ...] = ()
    prospecting: Prospecting = Prospecting.UNTOLD
    qualification: Qualification = Qualification.UNTOLD
    stuck_in: StageKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A proposed process, and why it is as it is."""

    process: SalesProcess
    reasons: tuple[Reason, ...]


def suggest_process(
    answers: Answers, *, standard: SalesProcess, classic: SalesProcess, words: Mapping[str, Sequence[str]]
) -> Suggestion:
    """The standard process, in the company's own words, with what its answers ask for.

    Whoever looks for prospects gets a stage for it, whoever has no criteria one to qualify in; the stage one is stuck
    in asks for the record of a meeting and rots in half the time.
    """
    reasons = [Reason("PROCESS_FROM_STANDARD")]
    stages = list(standard.stages)
    if answers.qualification in {Qualification.FEELING, Qualification.NONE}:
        qualified = next(stage for stage in classic.stages if stage.key == "qualified")
        stages.insert(0, replace(qualified, gate=(_NEED,)))
        reasons.append(Reason("PROCESS_ADDS_QUALIFYING"))
    if answers.prospecting is Prospecting.OUTBOUND:
        stages.insert(0, classic.stages[0])
        reasons.append(Reason("PROCESS_ADDS_PROSPECTING"))
    stages = [_in_own_words(stage, stages, answers.steps, words, reasons) for stage in stages]
    stages = [_watched(stage, answers.stuck_in, reasons) for stage in stages]
    process = replace(standard, version=0, stages=tuple(stages), is_default=False)
    return Suggestion(process=process, reasons=tuple(reasons))


def kind_of_step(step: str, words: Mapping[str, Sequence[str]]) -> StageKind | None:
    """What a step is about, by the words it contains; the later kinds first, for a contract ends what a visit began."""
    told = step.lower()
    ordered = sorted(StageKind, key=lambda kind: -kind.rank)
    return next((kind for kind in ordered if any(word in told for word in words.get(kind.value, ()))), None)


def _in_own_words(
    stage: Stage,
    stages: Sequence[Stage],
    steps: Sequence[str],
    words: Mapping[str, Sequence[str]],
    reasons: list[Reason],
) -> Stage:
    """The stage under the names the company gives its steps of that kind; the first stage of a kind bears them."""
    first = next(each for each in stages if each.kind is stage.kind)
    own = [step for step in steps if kind_of_step(step, words) is stage.kind]
    if stage is not first or not own:
        return stage
    name = "、".join(own)
    reasons.append(Reason("PROCESS_NAMES_STAGE", {"step": name, "stage": stage.name_zh}))
    return replace(stage, name_zh=name, name_en=name)


def _watched(stage: Stage, stuck_in: StageKind | None, reasons: list[Reason]) -> Stage:
    if stuck_in is None or stage.kind is not stuck_in or stage.expected_days is None:
        return stage
    reasons.append(Reason("PROCESS_WATCHES_STAGE", {"stage": stage.name_zh}))
    gate = stage.gate if _MEETING in stage.gate else (_MEETING, *stage.gate)
    return replace(stage, expected_days=max(stage.expected_days // 2, 1), gate=gate)
