"""What a lead keeps of its being merged away (线索合并), and what is kept of the merge itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead_state import LeadState
from services.leads.domain.resemblance import Resemblance
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Into which lead a lead was merged, and by which merge."""

    into: UUID
    merge: UUID


class MergeRule(Enum):
    """Why a field has the value it gets."""

    SURVIVOR = "survivor"  # the survivor's own
    FILLED = "filled"  # the survivor had none
    NEWEST = "newest"  # of the newest lead that has one
    CHOSEN = "chosen"  # somebody chose it
    EARLIEST = "earliest"
    LATEST = "latest"
    UNITED = "united"  # of all together
    CONTACT = "contact"  # of the contact person who stays, not of another


class Preference(Enum):
    """Whose value stays where nothing else is said of a field."""

    SURVIVOR = "survivor"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDecision:
    """The lead whose value a field gets (None: nobody's, or everybody's), why, and whether the leads contradict."""

    field: str
    source: UUID | None
    rule: MergeRule
    conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """The part of a lead that a merge may write over."""

    facts: LeadFacts
    resembles: tuple[Resemblance, ...] = ()
    owner: UUID | None = None
    team: UUID | None = None
    owner_reasons: tuple[Reason, ...] = ()
    pool: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did something, and when."""

    actor: str
    name: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms a member collaborates: his role, his last day, and why."""

    role: str
    end_date: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A collaborator whom the survivor got by a merge: his version since, and his terms there before, if he had any."""

    collaborator: UUID
    version: int
    before: Terms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMerge:
    """One merge (合并): all that is needed to explain it and to undo it.

    `version` is the survivor's after it. `others` are the leads that were merged away, with the states they go back
    to; `settled` are the pairs that waited for a look until then.
    """

    uuid: UUID
    survivor: UUID
    version: int
    others: Mapping[UUID, LeadState]
    done: Act
    undo_until: datetime
    before: Portrait
    after: Portrait
    decisions: tuple[FieldDecision, ...]
    lent: tuple[Lent, ...] = ()
    settled: tuple[UUID, ...] = ()
    undone: Act | None = None
