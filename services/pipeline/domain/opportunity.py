"""The opportunity (商机) and what can happen to it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.events import Change
from kernel.money import Money
from services.pipeline.domain.evidence import Evidence, EvidenceKind, Waiver
from services.pipeline.domain.opportunity_facts import Acquaintance, AmountSource, Facts, Origin, Outcome, Standing
from services.pipeline.domain.opportunity_refusals import OpportunityCannotMove, OpportunityClosed
from services.pipeline.domain.sales_process import SalesProcess


class OpportunityState(Enum):
    """Whether an opportunity is still worked on."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


NEXT_STATES: Mapping[OpportunityState, frozenset[OpportunityState]] = {
    OpportunityState.OPEN: frozenset({OpportunityState.WON, OpportunityState.LOST}),
    OpportunityState.WON: frozenset(),
    OpportunityState.LOST: frozenset({OpportunityState.OPEN}),
}


class StageMove(Enum):
    """In which direction an opportunity moved."""

    FORWARD = "forward"
    SKIP = "skip"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class OpportunityUpdated:
    """Facts of an opportunity changed."""

    changed_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpportunityAssigned:
    """An opportunity got another owner."""


@dataclass(frozen=True, slots=True)
class OpportunityMoved:
    """An opportunity entered another stage."""

    left: Standing
    move: StageMove


@dataclass(frozen=True, slots=True)
class OpportunityWon:
    """The contract was signed; who of the customer was known then."""

    acquaintance: Acquaintance | None = None


@dataclass(frozen=True, slots=True)
class OpportunityLost:
    """It was lost; who of the customer was known then."""

    acquaintance: Acquaintance | None = None


@dataclass(frozen=True, slots=True)
class OpportunityReopened:
    """A lost one is worked on again."""


@dataclass(frozen=True, slots=True)
class OpportunitySettled:
    """The payment plan was paid in full."""


# What may still be said of one that is won or lost.
_LEARNT = frozenset({"competitor", "tactics", "next_step", "next_step_date"})
_OPEN, _UNTOLD = Outcome(), Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """Business that may be won (商机): worth something, in a stage of its process, with a next step.

    Won, it is worth what its contract says; `stated_amount` is what people said of it before that.
    """

    uuid: UUID
    version: int = 0
    account: UUID
    tier: str = ""
    facts: Facts
    amount_source: AmountSource = AmountSource.STATED
    stated_amount: Money | None = None
    origin: Origin = _UNTOLD
    owner: UUID | None = None
    team: UUID | None = None
    region: UUID | None = None
    sales_process: UUID
    standing: Standing
    state: OpportunityState = OpportunityState.OPEN
    outcome: Outcome = _OPEN
    counts: bool = False
    evidence: tuple[Evidence, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    postponements: int = 0
    last_promise: date | None = None
    need_confirmed_time: datetime | None = None
    first_quoted_time: datetime | None = None
    follow_up_time: datetime
    create_time: datetime
    update_time: datetime

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"opportunities/{self.uuid}"

    @property
    def quoted_time(self) -> datetime | None:
        """When the first quote that still stands became evidence; None while nothing is quoted."""
        return min((each.time for each in self.evidence if each.kind is EvidenceKind.QUOTE), default=None)

    @property
    def weighted_minor(self) -> int:
        """Amount × probability in minor units, rounded down; 0 without an amount."""
        amount = self.facts.amount
        return amount.minor * self.standing.probability // 100 if amount else 0

    @property
    def promised_date(self) -> date | None:
        """The day it was said to close on last, also where none is said now: a later one is a postponement."""
        return self.facts.expected_close_date or self.last_promise

    @property
    def worths(self) -> tuple[Money, ...]:
        """All that is told of its worth: its amount, and what each quote that stands comes to."""
        quotes = (each.worth for each in self.evidence if each.kind is EvidenceKind.QUOTE)
        return tuple(each for each in (self.facts.amount, *quotes) if each is not None)

    def must_be(self, *, able: OpportunityState) -> None:
        """Pass when the state may follow; raises OpportunityCannotMove."""
        if able not in NEXT_STATES[self.state]:
            raise OpportunityCannotMove(state=self.state.value, wanted=able.value)

    def must_be_open(self) -> None:
        """Pass for one that is worked on; raises OpportunityCannotMove."""
        if self.state is not OpportunityState.OPEN:
            raise OpportunityCannotMove(state=self.state.value, wanted=OpportunityState.OPEN.value)

    def updated(self, *, facts: Facts, now: datetime) -> Change["Opportunity"]:
        """Change what people say of it; a later closing date is a postponement, a new next step a follow-up.

        Later than the last one that was said, also where none was in between. Of one that is won or lost only what was
        learnt may be added. Raises OpportunityClosed.
        """
        changed = tuple(
            each.name for each in fields(Facts) if getattr(self.facts, each.name) != getattr(facts, each.name)
        )
        if not changed:
            return Change(self, ())
        fixed = [name for name in changed if name not in _LEARNT]
        if self.state is not OpportunityState.OPEN and fixed:
            raise OpportunityClosed(field=f"opportunity.{fixed[0]}", state=self.state.value)
        promised, after = self.promised_date, facts.expected_close_date
        postponed = promised is not None and after is not None and after > promised
        followed_up = bool({"next_step", "next_step_date"} & set(changed)) and bool(facts.next_step)
        following = replace(
            self,
            facts=facts,
            postponements=self.postponements + postponed,
            last_promise=after or promised,
            follow_up_time=now if followed_up else self.follow_up_time,
            update_time=now,
        )
        return Change(following, (OpportunityUpdated(changed),))

    def needs_judging(self, *, since: "Opportunity") -> bool:
        """Whether the policy is asked again: its amount changed, it is open, and no review stands behind it."""
        changed = self.facts.amount != since.facts.amount
        return changed and self.state is OpportunityState.OPEN and self.origin.registration is None

    def judged(self, *, counts: bool, now: datetime) -> Change["Opportunity"]:
        """Count in the funnel or not, as the policy says now."""
        if counts is self.counts:
            return Change(self, ())
        return Change(replace(self, counts=counts, update_time=now), (OpportunityUpdated(("counts",)),))

    def assigned(self, *, owner: UUID, team: UUID | None, region: UUID | None, now: datetime) -> Change["Opportunity"]:
        """Give it another owner; it keeps the team and region he has now."""
        if (owner, team, region) == (self.owner, self.team, self.region):
            return Change(self, ())
        following = replace(self, owner=owner, team=team, region=region, update_time=now)
        return Change(following, (OpportunityAssigned(),))

    def lost(
        self, *, reason: str, competitor: str, tactics: str, now: datetime, acquaintance: Acquaintance | None = None
    ) -> Change["Opportunity"]:
        """Close it as lost (输单), with the reason, who won instead and by what. Raises OpportunityCannotMove."""
        self.must_be(able=OpportunityState.LOST)
        facts = replace(
            self.facts, competitor=competitor or self.facts.competitor, tactics=tactics or self.facts.tactics
        )
        following = replace(
            self,
            facts=facts,
            state=OpportunityState.LOST,
            outcome=Outcome(close_time=now, loss_reason=reason),
            update_time=now,
        )
        return Change(following, (OpportunityLost(acquaintance),))

    def reopened(self, *, process: SalesProcess, now: datetime) -> Change["Opportunity"]:
        """Work on a lost one again, in the stage it was lost in. Raises OpportunityCannotMove."""
        self.must_be(able=OpportunityState.OPEN)
        stage = process.stages[process.places.get(self.standing.stage, 0)]
        following = replace(
            self,
            state=OpportunityState.OPEN,
            outcome=_OPEN,
            standing=Standing.at(stage, now=now, visit=self.standing.visit + 1),
            follow_up_time=now,
            update_time=now,
        )
        return Change(following, (OpportunityReopened(),))

    def worth(self, amount: Money | None) -> "Opportunity":
        """The same with the amount of its contract; what people said stays beside it. None tells no amount."""
        if amount is None:
            return self
        stated = self.facts.amount if self.amount_source is AmountSource.STATED else self.stated_amount
        facts = replace(self.facts, amount=amount)
        return replace(self, facts=facts, amount_source=AmountSource.CONTRACT, stated_amount=stated)

    def agreed(self, *, contract: UUID, amount: Money | None, now: datetime) -> Change["Opportunity"]:
        """Follow the amount of the contract it was won by, which an amendment may change; no other contract counts."""
        after = self.worth(amount) if self.outcome.contract == contract else self
        if after == self:
            return Change(self, ())
        return Change(replace(after, update_time=now), (OpportunityUpdated(("amount",)),))

    def settled(self, *, contract: UUID, now: datetime) -> Change["Opportunity"]:
        """Close the last stage: nothing is owed any more of the contract it was won by. Once is enough."""
        if self.outcome.contract != contract or self.outcome.settle_time is not None:
            return Change(self, ())
        outcome = replace(self.outcome, settle_time=now)
        return Change(replace(self, outcome=outcome, update_time=now), (OpportunitySettled(),))
