"""The sales process (销售流程): its stages, what each asks before it is left, and where one may go from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import FieldTwice, InvalidField, Kind, Refusal
from kernel.events import Change


class StageKind(Enum):
    """What a stage of any process is about, in the order in which business goes forward."""

    PROSPECT = "prospect"
    NEED = "need"
    QUOTE = "quote"
    NEGOTIATION = "negotiation"
    SIGNING = "signing"

    @property
    def rank(self) -> int:
        """The place in that order, from 0."""
        return _ORDER.index(self)


_ORDER = tuple(StageKind)


class Ask(Enum):
    """What kind of thing a gate asks for."""

    EVIDENCE = "evidence"
    FIELD = "field"
    LINKED = "linked"


# What a gate may ask for: types of evidence, fields of the opportunity, states of linked objects.
ASKABLE: Mapping[Ask, frozenset[str]] = {
    Ask.EVIDENCE: frozenset({"requirement_document", "quote", "meeting_record", "signed_file", "other"}),
    Ask.FIELD: frozenset({"amount", "expected_close_date", "need", "next_step", "competitor"}),
    Ask.LINKED: frozenset({"quote_approved", "contract_signed", "registration_approved"}),
}


@dataclass(frozen=True, slots=True, order=True)
class Requirement:
    """One thing that must be there before a stage is left."""

    ask: Ask
    key: str

    @property
    def code(self) -> str:
        """How it is called in reasons: "evidence.requirement_document"."""
        return f"{self.ask.value}.{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage (阶段). Without `moves` one may go anywhere from it; without `expected_days` it never rots."""

    key: str
    name_zh: str
    name_en: str
    kind: StageKind
    probability: int
    guidance_zh: str = ""
    guidance_en: str = ""
    expected_days: int | None = None
    moves: frozenset[str] = frozenset()
    gate: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class SalesProcessCreated:
    """A process was set up."""


@dataclass(frozen=True, slots=True)
class SalesProcessUpdated:
    """A process changed; who is in one of its stages stays there."""


@dataclass(eq=False, kw_only=True)
class StageUnknown(InvalidField):
    """The process has no such stage."""

    reason = "STAGE_UNKNOWN"

    stage: str
    field: str = "stage"


@dataclass(eq=False, kw_only=True)
class StageInUse(Refusal):
    """Opportunities stand in a stage that would be gone."""

    kind = Kind.RULE_VIOLATION
    reason = "STAGE_IN_USE"

    stage: str


@dataclass(eq=False, kw_only=True)
class SalesProcessNotFound(Refusal):
    """There is no such process."""

    kind = Kind.NOT_FOUND
    reason = "SALES_PROCESS_NOT_FOUND"

    sales_process: str


@dataclass(eq=False, kw_only=True)
class StageBeforeItsTime(InvalidField):
    """A stage stands after one of a later kind; a process goes forward."""

    reason = "STAGE_BEFORE_ITS_TIME"

    stage: str


@dataclass(eq=False, kw_only=True)
class MoveUnknown(InvalidField):
    """A move leads to no other stage of the process."""

    reason = "MOVE_UNKNOWN"

    stage: str
    move: str


@dataclass(eq=False, kw_only=True)
class GateUnknown(InvalidField):
    """A gate asks for what opportunities do not have."""

    reason = "GATE_UNKNOWN"

    stage: str
    key: str


@dataclass(eq=False, kw_only=True)
class SigningMissing(InvalidField):
    """The last stage is not the one in which the contract is signed and paid."""

    reason = "SIGNING_MISSING"


@dataclass(eq=False, kw_only=True)
class SalesProcessClosed(Refusal):
    """New opportunities do not follow a closed process, and the default one cannot be closed."""

    kind = Kind.RULE_VIOLATION
    reason = "SALES_PROCESS_CLOSED"

    sales_process: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesProcess:
    """The way a kind of business is won, stage by stage; version 0 is as the product ships it."""

    uuid: UUID
    version: int = 0
    name_zh: str
    name_en: str
    stages: tuple[Stage, ...]
    # The trades whose opportunities follow it where nothing else is said.
    industries: frozenset[str] = frozenset()
    is_default: bool = False
    closed: bool = False
    create_time: datetime | None = None
    update_time: datetime | None = None
    places: Mapping[str, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {stage.key: place for place, stage in enumerate(self.stages)})

    def place(self, key: str, *, field: str = "stage") -> int:
        """The place of a stage, from 0; raises StageUnknown for what stands in the field of a request."""
        if key not in self.places:
            raise StageUnknown(stage=key, field=field)
        return self.places[key]

    def stage(self, key: str) -> Stage:
        """The stage; raises StageUnknown."""
        return self.stages[self.place(key)]

    def latest_of(self, kind: StageKind) -> int:
        """The place of the first stage of a kind; without one, of the last stage before that kind."""
        of_kind = [place for place, stage in enumerate(self.stages) if stage.kind is kind]
        before = [place for place, stage in enumerate(self.stages) if stage.kind.rank < kind.rank]
        return of_kind[0] if of_kind else (before[-1] if before else 0)

    def changed(self, edited: "SalesProcess", *, now: datetime) -> Change["SalesProcess"]:
        """Take over what was edited; nothing changed is no event. Raises SalesProcessClosed for the default one."""
        if edited.is_default and edited.closed:
            raise SalesProcessClosed(sales_process=f"salesProcesses/{self.uuid}")
        if edited == self:
            return Change(self, ())
        return Change(replace(edited, update_time=now, create_time=self.create_time or now), (SalesProcessUpdated(),))


def create_process(process: SalesProcess, *, now: datetime) -> Change[SalesProcess]:
    """Set a process up; raises SalesProcessClosed for a default one that nobody could follow."""
    if process.is_default and process.closed:
        raise SalesProcessClosed(sales_process=f"salesProcesses/{process.uuid}")
    return Change(replace(process, create_time=now, update_time=now), (SalesProcessCreated(),))


def check_stages(stages: Sequence[Stage], *, field: str = "sales_process.stages") -> None:
    """Pass stages that make a process: it goes forward by kinds and ends with the signing.

    Raises FieldTwice for a key that is given twice, StageBeforeItsTime, MoveUnknown, GateUnknown, and
    SigningMissing.
    """
    keys = [stage.key for stage in stages]
    for place, stage in enumerate(stages):
        at = f"{field}[{place}]"
        if keys.index(stage.key) != place:
            raise FieldTwice(field=f"{at}.key")
        if place and stages[place - 1].kind.rank > stage.kind.rank:
            raise StageBeforeItsTime(field=f"{at}.kind", stage=stage.key)
        for move in sorted(stage.moves - (set(keys) - {stage.key})):
            raise MoveUnknown(field=f"{at}.moves", stage=stage.key, move=move)
        for each in stage.gate:
            if each.key not in ASKABLE[each.ask]:
                raise GateUnknown(field=f"{at}.gate", stage=stage.key, key=each.key)
    if not stages or stages[-1].kind is not StageKind.SIGNING:
        raise SigningMissing(field=field)
