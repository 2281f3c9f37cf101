"""What a lead keeps of its conversion (线索转化)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from services.leads.domain.lead_state import LeadState
from trade.reasons import Reason


class Target(Enum):
    """What a lead is to become."""

    REGISTRATION = "registration"
    OPPORTUNITY = "opportunity"


class FollowUp(Enum):
    """How far the talks with the customer are (跟进状态)."""

    UNSPECIFIED = ""
    FIRST_CONTACT = "first_contact"
    NEED_CONFIRMED = "need_confirmed"
    QUOTING = "quoting"
    SIGNING = "signing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the one who converts chooses; without `account` the customer is matched or made."""

    target: Target = Target.REGISTRATION
    account: UUID | None = None
    expected_close_date: date | None = None
    follow_up: FollowUp = FollowUp.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the lead, in pipeline."""

    account: UUID
    contact: UUID | None
    registration: UUID | None
    opportunity: UUID | None
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The last attempt to convert a lead: the job that carries it out, and how it ended.

    `actor` is the member on whose behalf pipeline is asked, `former` the state it came from and goes back to.
    """

    job: UUID
    actor: UUID
    former: LeadState
    choices: Choices
    time: datetime
    outcome: Outcome | None = None
    error: Reason | None = None
