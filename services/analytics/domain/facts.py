"""What is known of each lead, registration, opportunity … from its own events: one fact an aggregate.

A fact is a function of the events of one aggregate alone, so that a rebuild gives the same. Days are those of the
house's time zone; amounts are minor units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from uuid import UUID

NOBODY = UUID(int=0)
# The states of a lead that counts no more: another lead of the same customer counts in its place, or it was taken back.
GONE = frozenset({"merged", "withdrawn"})


class Step(Enum):
    """How far an opportunity came: the kinds of its stages, in order, and the signed contract at the end."""

    PROSPECT = "prospect"
    NEED = "need"
    QUOTE = "quote"
    NEGOTIATION = "negotiation"
    SIGNING = "signing"


STEPS: tuple[Step, ...] = tuple(Step)


class Outcome(Enum):
    """How the stay in a stage ended."""

    OPEN = "open"
    MOVED_ON = "moved_on"
    MOVED_BACK = "moved_back"
    LOST = "lost"


class Practice(Enum):
    """What may have been done in working an opportunity (做法): of each it is yes, no, or not known."""

    QUOTED_IN_TIME = "quoted_in_time"  # within a week of the need being confirmed
    REQUIREMENT_FILED = "requirement_filed"  # the customer requirement document
    MEETING_RECORDED = "meeting_recorded"
    SEVERAL_CONTACTS = "several_contacts"  # known when it closed
    DECISION_MAKER_KNOWN = "decision_maker_known"  # when it closed
    COMPETITOR_KNOWN = "competitor_known"  # before it closed
    REGISTERED = "registered"  # by a registration, which protects
    FROM_LEAD = "from_lead"
    STAGE_SKIPPED = "stage_skipped"
    FELL_BACK = "fell_back"
    CLOSING_POSTPONED = "closing_postponed"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Whose it is: the owner, his team and region as the aggregate itself tells them; the zero id for nobody.

    Of what is over it is whose it was when it ended: a hand-over takes along what is still open (ADR 58).
    """

    uuid: UUID
    owner: UUID = NOBODY
    team: UUID = NOBODY
    region: UUID = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedFact(Fact):
    """By which way the customer came, and his trade."""

    channel: str = ""
    campaign: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFact(SourcedFact):
    """A lead (线索).

    `first_response_time` (首次响应) is when leads says that its customer was answered; None until he was.
    """

    created: date
    state: str = ""
    converted: date | None = None
    disqualified: date | None = None
    taken_in_time: datetime | None = None
    first_response_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFact(SourcedFact):
    """A registration (商机报备); it counts from its approval on."""

    created: date
    approved: date | None = None
    opened: date | None = None
    expired: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFact(Fact):
    """A customer (客户), and since when it stands as it does; `spell` counts whose it was, from 1."""

    created: date
    deleted: bool = False
    since: date
    spell: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingFact(Fact):
    """A customer in somebody's hands, from a day on, until another got it or it was archived."""

    spell: int
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunityFact(SourcedFact):
    """An opportunity (商机) with the day it first reached each step, and the stay in the stage where it is now.

    `expected` is the day it is to close. What is not among the `practices` of one that is closed is not known; of an
    open one, it has not happened. Tier, lifecycle and tags are its customer's when it was opened, `products` what was
    offered last. `lead_seconds` passed from the first contact of its lead until it was opened.
    """

    created: date
    counts: bool = False
    amount: int = 0
    currency: str = ""
    furthest: Step = Step.PROSPECT
    need: date | None = None
    quote: date | None = None
    negotiation: date | None = None
    signing: date | None = None
    state: str = "open"
    closed: date | None = None
    closed_time: datetime | None = None
    settled_time: datetime | None = None
    first_contact_time: datetime | None = None
    loss_reason: str = ""
    win_reason: str = ""
    stage: Step = Step.PROSPECT
    entered_time: datetime
    stay: int = 1
    expected: date | None = None
    practices: Mapping[Practice, bool] = field(default_factory=dict)
    account: UUID = NOBODY
    tier: str = ""
    lifecycle: str = ""
    tags: Sequence[str] = ()
    products: Sequence[str] = ()
    lead_seconds: int | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it was won or lost."""
        return self.state != "open"

    def reached(self, step: Step) -> date | None:
        """The day it first came so far; None when it never did."""
        return self.created if step is Step.PROSPECT else _REACHED[step](self)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageVisitFact(Fact):
    """One stay of an opportunity in a kind of stage; `stay` counts them from 1."""

    stay: int
    counts: bool
    stage: Step
    entered_time: datetime
    left_time: datetime | None = None
    outcome: Outcome = Outcome.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFact(Fact):
    """A quote (报价单)."""

    created: date
    accepted: bool = False
    amount: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFact(Fact):
    """A contract (合同); signed, it is an order (订单) of whoever it was signed by. Its term is its keeper's."""

    account: UUID = NOBODY
    signed: date | None = None
    amount: int = 0
    currency: str = ""
    ends: date | None = None
    renewed: bool = False
    ended: bool = False
    keeper: UUID = NOBODY
    keeper_team: UUID = NOBODY
    keeper_region: UUID = NOBODY

    @property
    def term(self) -> "TermFact":
        """Its term, which somebody else may look after than has signed it."""
        return TermFact(
            uuid=self.uuid,
            owner=self.keeper,
            team=self.keeper_team,
            region=self.keeper_region,
            ends=self.ends if self.signed else None,
            renewed=self.renewed,
            amount=self.amount,
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFact(Fact):
    """The term of a signed contract; it follows from the contract's fact, and is kept nowhere else."""

    ends: date | None
    renewed: bool
    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact(Fact):
    """An order among those of its customer; it follows from the facts of all his contracts, and is kept nowhere.

    By it he is active (活跃客户) until the day before `over`: there the next order takes him over, or he lapses (流失).
    `away` are the days he had lapsed before; None where he had not.
    """

    signed: date | None
    over: date | None = None
    lapses: bool = False
    first: bool = False
    again: bool = False
    away: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedFact(Fact):
    """A customer in somebody's hands who was worked (利用): the days since which and until which something was open.

    It follows from his holdings and opportunities, and is kept nowhere.
    """

    spell: int
    spans: Sequence[tuple[date, date | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFact(Fact):
    """Somebody who works here (成员), in whose own figures he stands himself, and since when."""

    joined: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentFact(Fact):
    """An instalment (回款期次)."""

    due: date | None = None
    amount: int = 0
    paid: int = 0
    currency: str = ""

    @property
    def is_paid(self) -> bool:
        """Whether nothing of it is owed any more."""
        return 0 < self.amount <= self.paid


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFact(Fact):
    """Money that arrived (到款), and what was paid back of it on which day."""

    account: UUID = NOBODY
    received: date | None = None
    amount: int = 0
    currency: str = ""
    refunds: Sequence[tuple[date, int]] = ()


_REACHED = {
    Step.NEED: lambda fact: fact.need,
    Step.QUOTE: lambda fact: fact.quote,
    Step.NEGOTIATION: lambda fact: fact.negotiation,
    Step.SIGNING: lambda fact: fact.signing,
}
