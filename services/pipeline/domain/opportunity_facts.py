"""What is known of an opportunity: what people say of it, where it came from, where it stands, how it ended."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.money import Money
from services.pipeline.domain.sales_process import Stage, StageKind


class AmountSource(Enum):
    """What the amount of an opportunity rests on."""

    STATED = "stated"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What people say of an opportunity and may change."""

    display_name: str
    need: str = ""
    industry: str = ""
    amount: Money | None = None
    expected_close_date: date | None = None
    next_step: str = ""
    next_step_date: date | None = None
    competitor: str = ""
    tactics: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where it came from; kept along from the first contact."""

    registration: UUID | None = None
    lead: UUID | None = None
    channel: UUID | None = None
    campaign: UUID | None = None
    first_contact_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The stage it is in, since when, its chance to win in percent, and when it rots there; `visit` counts stages."""

    stage: str
    kind: StageKind
    entered_time: datetime
    probability: int
    rot_time: datetime | None = None
    visit: int = 1

    @classmethod
    def at(cls, stage: Stage, *, now: datetime, visit: int) -> "Standing":
        """Enter a stage now."""
        days = stage.expected_days
        return cls(
            stage=stage.key,
            kind=stage.kind,
            entered_time=now,
            probability=stage.probability,
            rot_time=None if days is None else now + timedelta(days=days),
            visit=visit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it ended: the reason it was lost for, or the contract it was won by and why, where somebody noted that."""

    close_time: datetime | None = None
    loss_reason: str = ""
    win_reason: str = ""
    contract: UUID | None = None
    settle_time: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """How many people of the customer were known when an opportunity closed, and how many of them decide."""

    contacts: int
    decision_makers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known of an opportunity when it is opened.

    `wanted_kind` is how far the customer is said to be; it opens there or before the first gate that is not met.
    `counts` says that its registration was reviewed, or that a recorded policy exempts it.
    """

    account: UUID
    facts: Facts
    origin: Origin = field(default_factory=Origin)
    tier: str = ""
    tags: tuple[str, ...] = ()
    owner: UUID | None = None
    team: UUID | None = None
    region: UUID | None = None
    sales_process: UUID | None = None
    wanted_kind: StageKind = StageKind.PROSPECT
    counts: bool = False
