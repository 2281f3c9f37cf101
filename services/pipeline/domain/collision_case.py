"""A collision (撞单): two members say that a customer is theirs; frozen facts, a verdict, one appeal, and its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.events import Change
from services.pipeline.domain.collision_happenings import (
    CollisionCaseAppealed,
    CollisionCaseClosed,
    CollisionCaseDecided,
    CollisionCaseOpened,
)
from services.pipeline.domain.collision_refusals import (
    CollisionAppealOver,
    CollisionCannotMove,
    CollisionCaseExists,
    CollisionDecidedBefore,
    CollisionDecidedFinally,
    CollisionNotAppealedByWinner,
    CollisionNotDecidedByParty,
)
from services.pipeline.domain.collision_rules import CollisionRules
from services.pipeline.domain.collision_timeline import Timeline
from services.pipeline.domain.collision_verdict import Side, Verdict, verdict
from trade.reasons import Reason


class CollisionState(Enum):
    """Where a case stands."""

    UNDER_REVIEW = "under_review"
    DECIDED = "decided"
    APPEALED = "appealed"
    CLOSED = "closed"


NEXT_STATES: Mapping[CollisionState, frozenset[CollisionState]] = {
    CollisionState.UNDER_REVIEW: frozenset({CollisionState.DECIDED, CollisionState.CLOSED}),
    CollisionState.DECIDED: frozenset({CollisionState.APPEALED, CollisionState.CLOSED}),
    CollisionState.APPEALED: frozenset({CollisionState.CLOSED}),
    CollisionState.CLOSED: frozenset(),
}
WAITING: frozenset[CollisionState] = frozenset({CollisionState.UNDER_REVIEW, CollisionState.APPEALED})


class CollisionOrigin(Enum):
    """How a case came to be opened."""

    CLAIM = "claim"
    MANAGER = "manager"
    SUBMISSION = "submission"


class CollisionEnding(Enum):
    """How a case ended: carried out, both keep him, or it could not be carried out any more."""

    CARRIED_OUT = "carried_out"
    SHARED = "shared"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side as it was when the case was opened: who, by what he claims, and his frozen timeline.

    `authors` wrote a part of what he claims by: none of them decides.
    """

    member: UUID
    team: UUID | None
    region: UUID | None
    registration: UUID | None = None
    opportunity: UUID | None = None
    statement: str = ""
    evidence: tuple[str, ...] = ()
    authors: frozenset[str] = frozenset()
    timeline: Timeline = ()

    @property
    def subject(self) -> str:
        """Who it is, as a caller is named."""
        return f"members/{self.member}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Who opens a case, how it comes to it, and when: the timelines are frozen then."""

    opener: str
    origin: CollisionOrigin
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A decision: who has the customer, who said so and why.

    `by` is empty where a rule decided; `reach` is how far whoever decided reached, for the next one up.
    """

    winner: Side
    by: str = ""
    reach: int = 0
    comment: str = ""
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """That whoever lost wants it decided again, and why."""

    by: str
    statement: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CollisionCase:
    """Two claims to one customer (撞单), decided by the rules and timelines it keeps."""

    uuid: UUID
    version: int = 0
    account: UUID | None
    claimant: Party
    holder: Party
    opener: str
    origin: CollisionOrigin
    rules: CollisionRules
    rules_version: int
    verdict: Verdict
    state: CollisionState = CollisionState.UNDER_REVIEW
    rulings: tuple[Ruling, ...] = ()
    appeal: Appeal | None = None
    appeal_end_time: datetime | None = None
    ending: CollisionEnding | None = None
    effects: tuple[Reason, ...] = ()
    create_time: datetime
    update_time: datetime
    close_time: datetime | None = None

    @property
    def name(self) -> str:
        """The resource name."""
        return f"collisionCases/{self.uuid}"

    @property
    def winner(self) -> Side | None:
        """Who has the customer by the last decision; None while nobody decided."""
        return self.rulings[-1].winner if self.rulings else None

    @property
    def parties(self) -> frozenset[str]:
        """Who does not decide: both sides, who opened it, and who wrote a part of what a side claims by."""
        sides = (self.claimant, self.holder)
        return frozenset({self.opener, *(each.subject for each in sides)}).union(*(each.authors for each in sides))

    @property
    def deciders(self) -> frozenset[str]:
        """Who decided it already."""
        return frozenset(each.by for each in self.rulings if each.by)

    @property
    def decided_reach(self) -> int:
        """How far the widest of them reached; 0 where only rules decided."""
        return max((each.reach for each in self.rulings), default=0)

    def of(self, side: Side) -> Party:
        """One of the two."""
        return self.claimant if side is Side.CLAIMANT else self.holder

    def judged_by(self, rules: CollisionRules) -> Verdict:
        """The verdict that rules give over the frozen timelines, as of the day the case was opened."""
        return verdict(claimant=self.claimant.timeline, holder=self.holder.timeline, rules=rules, at=self.create_time)

    def must_be_decided_by(self, subject: str, *, reach: int, widest: int) -> None:
        """Pass for whoever may decide: no party, and on appeal somebody further up who has not decided.

        At the widest reach there is nobody further up; then another person decides. Raises
        CollisionNotDecidedByParty and CollisionDecidedBefore.
        """
        if subject in self.parties:
            raise CollisionNotDecidedByParty
        further = reach > self.decided_reach or reach == widest
        if subject in self.deciders or not further:
            raise CollisionDecidedBefore

    def decide(self, ruling: Ruling) -> Change["CollisionCase"]:
        """Decide it; whoever loses may appeal for some days, unless this is the appeal. Raises CollisionCannotMove."""
        if self.state not in WAITING:
            raise CollisionCannotMove(state=self.state.value, wanted=CollisionState.DECIDED.value)
        told = replace(self, rulings=(*self.rulings, ruling), update_time=ruling.time)
        if self.state is CollisionState.APPEALED:
            return Change(told, (CollisionCaseDecided(),))
        until = ruling.time + timedelta(days=self.rules.appeal_days)
        decided = replace(told, state=CollisionState.DECIDED, appeal_end_time=until)
        return Change(decided, (CollisionCaseDecided(),))

    def appealed(self, appeal: Appeal) -> Change["CollisionCase"]:
        """Whoever lost wants it decided again, once and in time; until then everything stays as it is.

        Raises CollisionCannotMove, CollisionNotAppealedByWinner and CollisionAppealOver.
        """
        self._must_move(CollisionState.APPEALED)
        winner, until = self.winner, self.appeal_end_time
        if winner is None or until is None or appeal.by != self.of(winner.other).subject:
            raise CollisionNotAppealedByWinner
        if until <= appeal.time:
            raise CollisionAppealOver(until=until.isoformat())
        waiting = replace(self, state=CollisionState.APPEALED, appeal=appeal, update_time=appeal.time)
        return Change(waiting, (CollisionCaseAppealed(),))

    def closed(
        self, ending: CollisionEnding, *, effects: tuple[Reason, ...] = (), now: datetime
    ) -> Change["CollisionCase"]:
        """End it, with what followed from it. Raises CollisionCannotMove."""
        self._must_move(CollisionState.CLOSED)
        done = replace(
            self, state=CollisionState.CLOSED, ending=ending, effects=effects, close_time=now, update_time=now
        )
        return Change(done, (CollisionCaseClosed(),))

    def stands_until(self, *, against: UUID) -> datetime | None:
        """Until when a final decision against a member keeps him from claiming again; None where it does not."""
        winner = self.winner
        if winner is None or self.close_time is None or self.ending is not CollisionEnding.CARRIED_OUT:
            return None
        lost = self.of(winner.other).member == against
        return self.close_time + timedelta(days=self.rules.final_days) if lost else None

    def must_admit(self, claimant: UUID, *, now: datetime) -> None:
        """Pass for a member who may open another case against the other side of this one about the same customer.

        Raises CollisionCaseExists while this one is open, and CollisionDecidedFinally while its decision stands.
        """
        if self.state is not CollisionState.CLOSED:
            raise CollisionCaseExists(collision_case=self.name)
        until = self.stands_until(against=claimant)
        if until is not None and until > now:
            raise CollisionDecidedFinally(collision_case=self.name, until=until.isoformat())

    def holds_back(self, registration: UUID) -> bool:
        """Whether a registration of one side waits for the case: to be decided, or not decided for that side."""
        named = [side for side in Side if self.of(side).registration == registration]
        return bool(named) and (self.state in WAITING or self.winner not in named)

    def _must_move(self, wanted: CollisionState) -> None:
        if wanted not in NEXT_STATES[self.state]:
            raise CollisionCannotMove(state=self.state.value, wanted=wanted.value)


def open_case(
    *,
    uuid: UUID,
    account: UUID | None,
    claimant: Party,
    holder: Party,
    start: Start,
    rules: CollisionRules,
    rules_version: int,
) -> Change[CollisionCase]:
    """Open a case: the rules in force are tried at once, and where none decides, the manager over both is to."""
    now = start.time
    found = verdict(claimant=claimant.timeline, holder=holder.timeline, rules=rules, at=now)
    case = CollisionCase(
        uuid=uuid,
        account=account,
        claimant=claimant,
        holder=holder,
        opener=start.opener,
        origin=start.origin,
        rules=rules,
        rules_version=rules_version,
        verdict=found,
        create_time=now,
        update_time=now,
    )
    opened = Change(case, (CollisionCaseOpened(),))
    winner = found.winner
    if winner is None:
        return opened
    return opened.then(lambda told: told.decide(Ruling(winner=winner, time=now)))
