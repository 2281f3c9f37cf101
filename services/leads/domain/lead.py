"""The lead and what can happen to it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.clocks import begin_clocks, reset_clocks
from services.leads.domain.conversion_record import Conversion
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.merge_record import Merged
from services.leads.domain.qualification_record import Qualification
from services.leads.domain.recycling import RecycleClock
from services.leads.domain.resemblance import LeadDuplicateConfirmed, LeadDuplicateDismissed, Resemblance
from services.leads.domain.response import ResponseClock, Timetable
from trade.reasons import Reason


class Grade(Enum):
    """How promising a lead is, A (A类) the most; the value is the letter people say."""

    UNGRADED = ""
    A = "A"
    B = "B"
    C = "C"
    D = "D"


# What a rule may give; that a lead is not graded yet is no grade of a rule.
GRADE_LETTERS = tuple(grade.value for grade in Grade if grade is not Grade.UNGRADED)


@dataclass(eq=False, kw_only=True)
class LeadNotFound(Refusal):
    """There is no such lead, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "LEAD_NOT_FOUND"

    lead: str


@dataclass(eq=False, kw_only=True)
class LeadExistsElsewhere(Refusal):
    """The customer is a lead that the caller may not see; only whose team to ask is told (empty: no team has it)."""

    kind = Kind.ALREADY_EXISTS
    reason = "LEAD_EXISTS_ELSEWHERE"

    team: str


@dataclass(frozen=True, slots=True)
class LeadCreated:
    """A lead was taken in."""


@dataclass(frozen=True, slots=True)
class LeadTouched:
    """The customer of a known lead made contact again."""


@dataclass(frozen=True, slots=True)
class LeadUpdated:
    """Fields of a lead changed."""

    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeadGraded:
    """A lead was graded, or graded anew."""


@dataclass(frozen=True, slots=True)
class LeadAssigned:
    """A lead got an owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKeys:
    """What a lead is looked up and sorted by, derived from its facts: sort key, phone (E.164) and mail address."""

    sort: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesUsed:
    """The versions of the rule sets that decided about the lead; 0 is what the product ships with."""

    grade: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """A grade, why, and the version of the rules that gave it."""

    grade: Grade = Grade.UNGRADED
    reasons: tuple[Reason, ...] = ()
    rules_version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Who is to work a lead and why; without an owner, why nobody."""

    owner: UUID | None = None
    team: UUID | None = None
    region: UUID | None = None
    reasons: tuple[Reason, ...] = ()


_UNGRADED, _UNOWNED = Grading(), Ownership()


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeOverride:
    """A person's grade against the rules (人工评级), who gave it and why; `rules_grade` is what the rules would say."""

    grade: Grade
    reason: str
    author: str
    author_name: str
    time: datetime
    rules_grade: Grade = Grade.UNGRADED

    def to_reason(self) -> Reason:
        """What explains the grade before anything the rules say."""
        told = {
            "grade": self.grade.value,
            "author": self.author_name,
            "reason": self.reason,
            "rules_grade": self.rules_grade.value,
        }
        return Reason("GRADE_OVERRIDDEN", told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A company or person that may become a customer (线索)."""

    uuid: UUID
    version: int = 0
    facts: LeadFacts
    state: LeadState = LeadState.NEW
    grade: Grade = Grade.UNGRADED
    grade_reasons: tuple[Reason, ...] = ()
    grade_override: GradeOverride | None = None
    owner: UUID | None = None
    team: UUID | None = None
    owner_reasons: tuple[Reason, ...] = ()
    resembles: tuple[Resemblance, ...] = ()
    create_time: datetime
    update_time: datetime
    touch_count: int = 1
    keys: FindingKeys = FindingKeys()
    rules: RulesUsed = RulesUsed()
    conversion: Conversion | None = None
    qualification: Qualification | None = None
    merged: Merged | None = None
    response: ResponseClock | None = None
    recycling: RecycleClock | None = None
    pool: UUID | None = None

    @property
    def running_clock(self) -> ResponseClock | None:
        """The clock that waits for an answer; None once there is one, and when nobody works the lead any more."""
        waits = self.response is not None and self.response.answer is None
        return self.response if waits and self.state in OPEN_STATES else None

    @property
    def region(self) -> UUID | None:
        """The organization's region it belongs to."""
        return self.facts.region

    def graded(
        self, *, grade: Grade, reasons: Sequence[Reason], rules_version: int, timetable: Timetable
    ) -> Change["Lead"]:
        """Grade the lead as the rules say; the same grade for the same reasons is no event.

        Where a person has overridden the grade, his stays, and the reasons tell what the rules would say. The clocks go
        on by the terms of the grade.
        """
        override, kept = self.grade_override, tuple(reasons)
        if override is not None:
            override = replace(override, rules_grade=grade)
            grade, kept = override.grade, (override.to_reason(), *kept)
        if grade is self.grade and kept == self.grade_reasons:
            return Change(self, ())
        rules = replace(self.rules, grade=rules_version)
        clocks = reset_clocks(self.response, self.recycling, team=self.team, grade=grade.value, timetable=timetable)
        following = replace(self, grade=grade, grade_reasons=kept, grade_override=override, rules=rules)
        return Change(replace(following, update_time=timetable.now, **clocks), (LeadGraded(),))

    def unassigned(self, *, reasons: Sequence[Reason]) -> "Lead":
        """Keep why nobody could take the lead; told together with the event before."""
        return replace(self, owner_reasons=tuple(reasons))

    def assigned(self, ownership: Ownership, *, timetable: Timetable) -> Change["Lead"]:
        """Give the lead an owner, whose clocks begin; it keeps the team and region he has now, and is in no pool."""
        owner, team, grade = ownership.owner, ownership.team, self.grade.value
        following = replace(
            self,
            facts=replace(self.facts, region=self.region or ownership.region),
            owner=owner,
            team=team,
            owner_reasons=ownership.reasons,
            pool=None,
            update_time=timetable.now,
            **begin_clocks(self.response, self.recycling, owner=owner, team=team, grade=grade, timetable=timetable),
        )
        return Change(following, (LeadAssigned(),))

    def touched(self, *, facts: LeadFacts, now: datetime) -> Change["Lead"]:
        """Count another contact of the same customer; signs of wanting to buy that were unknown are taken over.

        The lead was received when the first contact was made, so its received time stays.
        """
        known = self.facts.with_signs_of(facts)
        return Change(replace(self, facts=known, touch_count=self.touch_count + 1, update_time=now), (LeadTouched(),))

    def confirmed_duplicate(self, *, other: UUID, now: datetime) -> Change["Lead"]:
        """Hold the lead and another one for one customer; both stay until they are merged."""
        return Change(replace(self, update_time=now), (LeadDuplicateConfirmed(other),))

    def dismissed_duplicate(self, *, other: UUID, now: datetime, found_as: UUID | None = None) -> Change["Lead"]:
        """Hold the lead and another one for two customers: it is no longer a hint, nor what it was `found_as`."""
        kept = tuple(hint for hint in self.resembles if hint.lead not in {other, found_as})
        return Change(replace(self, resembles=kept, update_time=now), (LeadDuplicateDismissed(other),))

    def updated(self, *, facts: LeadFacts, keys: FindingKeys, now: datetime) -> Change["Lead"]:
        """Change what is known of the lead; nothing changed is no event.

        Without a received time the lead was received when its record was made.
        """
        facts = facts.dated(by_default=self.create_time)
        changed = changed_fields(self.facts, facts)
        if not changed:
            return Change(self, ())
        return Change(replace(self, facts=facts, keys=keys, update_time=now), (LeadUpdated(changed),))


def create_lead(
    *,
    uuid: UUID,
    facts: LeadFacts,
    keys: FindingKeys,
    resembles: Sequence[Resemblance],
    rules_version: int,
    timetable: Timetable,
    grading: Grading = _UNGRADED,
    ownership: Ownership = _UNOWNED,
) -> Change[Lead]:
    """Take a lead in, graded and given to somebody at once: nobody has known it without its grade and owner.

    `rules_version` is that of the duplicate rules that found what it resembles. A missing region is the owner's, a
    missing received time is now.
    """
    now = timetable.now
    facts, region = facts.dated(by_default=now), facts.region or ownership.region
    lead = Lead(
        uuid=uuid,
        facts=facts if region == facts.region else replace(facts, region=region),
        grade=grading.grade,
        grade_reasons=grading.reasons,
        owner=ownership.owner,
        team=ownership.team,
        owner_reasons=ownership.reasons,
        keys=keys,
        resembles=tuple(resembles),
        rules=RulesUsed(grade=grading.rules_version, duplicates=rules_version),
        create_time=now,
        update_time=now,
        **begin_clocks(
            None, None, owner=ownership.owner, team=ownership.team, grade=grading.grade.value, timetable=timetable
        ),
    )
    return Change(lead, (LeadCreated(),))


def changed_fields(before: LeadFacts, after: LeadFacts) -> tuple[str, ...]:
    """The names of the facts that differ, in the order of their declaration."""
    return tuple(field.name for field in fields(LeadFacts) if getattr(before, field.name) != getattr(after, field.name))
