"""Follow-ups (跟进记录): what somebody did about a lead, with whom he got through, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.leads.domain.follow_up_kinds import FollowUpKind, FollowUpOutcome
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.pooling import check_not_pooled
from services.leads.domain.response_rules import ResponseRules

# Clocks differ by so much.
_LEEWAY = timedelta(minutes=1)
_LONGEST_AGO = timedelta(days=366)


@dataclass(eq=False, kw_only=True)
class FollowUpNotFound(Refusal):
    """There is no such follow-up, or the caller may not see its lead."""

    kind = Kind.NOT_FOUND
    reason = "FOLLOW_UP_NOT_FOUND"

    follow_up: str


@dataclass(eq=False, kw_only=True)
class FollowUpWithdrawn(Refusal):
    """The follow-up was withdrawn; it is not changed any more."""

    kind = Kind.RULE_VIOLATION
    reason = "FOLLOW_UP_WITHDRAWN"

    follow_up: str


@dataclass(eq=False, kw_only=True)
class FollowUpInFuture(InvalidField):
    """What is to come has not been done; it is a next step."""

    reason = "FOLLOW_UP_IN_FUTURE"

    field: str = "lead_follow_up.time"


@dataclass(eq=False, kw_only=True)
class FollowUpTooEarly(InvalidField):
    """Nobody remembers for certain what was more than a year ago."""

    reason = "FOLLOW_UP_TOO_EARLY"

    field: str = "lead_follow_up.time"


@dataclass(eq=False, kw_only=True)
class NextStepBefore(InvalidField):
    """The next step comes after what it follows."""

    reason = "NEXT_STEP_BEFORE"

    field: str = "lead_follow_up.next_step_time"


@dataclass(eq=False, kw_only=True)
class LeadCannotBeFollowedUp(Refusal):
    """Nobody works the lead any more: it is converted, is being converted, or was judged not worth selling to."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_BE_FOLLOWED_UP"

    state: str


@dataclass(frozen=True, slots=True)
class FollowUpCreated:
    """Somebody did something about a lead."""


@dataclass(frozen=True, slots=True)
class FollowUpCorrected:
    """What was told of it was wrong; what stood before is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFacts:
    """What was done, as told."""

    kind: FollowUpKind
    outcome: FollowUpOutcome
    time: datetime
    note: str = ""
    next_step: str = ""
    next_step_time: datetime | None = None

    def check(self, *, now: datetime) -> None:
        """It happened within a year, and what is next comes later.

        Raises FollowUpInFuture, FollowUpTooEarly, NextStepBefore.
        """
        if self.time > now + _LEEWAY:
            raise FollowUpInFuture
        if self.time < now - _LONGEST_AGO:
            raise FollowUpTooEarly
        if self.next_step_time is not None and self.next_step_time < self.time:
            raise NextStepBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a follow-up told before it was corrected, who corrected it when, and why."""

    before: FollowUpFacts
    time: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One follow-up of a lead; `told_time` is when it was told how it stands now."""

    uuid: UUID
    version: int = 0
    lead: UUID
    facts: FollowUpFacts
    author: str
    told_time: datetime
    create_time: datetime
    withdrawn: bool = False

    @property
    def name(self) -> str:
        """The resource name, "leadFollowUps/{uuid}"."""
        return f"leadFollowUps/{self.uuid}"

    def corrected(self, facts: FollowUpFacts, *, now: datetime) -> Change["FollowUp"]:
        """Tell it otherwise; the same again is no event. Raises FollowUpWithdrawn and what `check` does."""
        self._must_stand()
        if facts == self.facts:
            return Change(self, ())
        facts.check(now=now)
        same = (facts.time, facts.outcome) == (self.facts.time, self.facts.outcome)
        told_time = self.told_time if same else now
        return Change(replace(self, facts=facts, told_time=told_time), (FollowUpCorrected(),))

    def struck(self) -> Change["FollowUp"]:
        """Withdraw what never was; it stays to be read and counts for nothing. Raises FollowUpWithdrawn."""
        self._must_stand()
        return Change(replace(self, withdrawn=True), (FollowUpCorrected(),))

    def counts_from(self, rules: ResponseRules) -> datetime | None:
        """When it counts as a response; None when it does not. What was told too late counts from when it was told."""
        if self.withdrawn or self.facts.outcome not in rules.answered_by:
            return None
        in_time = self.told_time - self.facts.time <= rules.told_within
        return self.facts.time if in_time else self.told_time

    def _must_stand(self) -> None:
        if self.withdrawn:
            raise FollowUpWithdrawn(follow_up=self.name)


def create_follow_up(lead: Lead, *, uuid: UUID, facts: FollowUpFacts, author: str, now: datetime) -> Change[FollowUp]:
    """Tell what was done about a lead that somebody works.

    Raises LeadInPool, LeadCannotBeFollowedUp and what `check` does.
    """
    check_not_pooled(lead)
    if lead.state not in OPEN_STATES:
        raise LeadCannotBeFollowedUp(state=lead.state.value)
    facts.check(now=now)
    told = FollowUp(uuid=uuid, lead=lead.uuid, facts=facts, author=author, told_time=now, create_time=now)
    return Change(told, (FollowUpCreated(),))


def first_response(told: Iterable[FollowUp], rules: ResponseRules) -> tuple[UUID, datetime] | None:
    """The follow-up that answers the customer first, and when it counts from; None where none does."""
    counted = [(time, each.uuid) for each in told if (time := each.counts_from(rules)) is not None]
    if not counted:
        return None
    time, uuid = min(counted)
    return uuid, time
