"""What somebody says about a customer: the part of a lead that people enter and change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from trade.budget import NO_BUDGET, Budget

# How far the clock of whoever tells may be ahead of ours.
_LEEWAY = timedelta(minutes=1)


class Urgency(Enum):
    """How soon the customer wants to decide (紧急程度)."""

    UNKNOWN = ""
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(eq=False, kw_only=True)
class LeadWithoutIdentity(Refusal):
    """Nothing says who the lead is: no company, no person, no phone, no mail address."""

    kind = Kind.INVALID_INPUT
    reason = "LEAD_WITHOUT_IDENTITY"


@dataclass(eq=False, kw_only=True)
class LeadReceivedInFuture(InvalidField):
    """The customer is said to have made contact at a time that has not come yet."""

    reason = "LEAD_RECEIVED_IN_FUTURE"

    field: str = "lead.received_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address in parts (地址)."""

    street_number: str = ""
    line_1: str = ""
    line_2: str = ""
    district: str = ""
    city: str = ""
    province: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What is known of a lead's customer and need, as entered.

    `received_time` (接收时间) is when the customer made contact, which may be long before the record was made.
    """

    company_name: str = ""
    contact_name: str = ""
    job_title: str = ""
    phone: str = ""
    email: str = ""
    address: Address = Address()
    industry: str = ""
    employee_count: int = 0
    urgency: Urgency = Urgency.UNKNOWN
    budget: Budget = NO_BUDGET
    need: str = ""
    received_time: datetime | None = None
    demo_request_time: datetime | None = None
    channel: UUID | None = None
    campaign: UUID | None = None
    region: UUID | None = None
    tags: tuple[str, ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not any(text.strip() for text in (self.company_name, self.contact_name, self.phone, self.email)):
            raise LeadWithoutIdentity

    def check_received(self, *, now: datetime) -> None:
        """Nobody made contact in the future, but for a minute that clocks may differ; raises LeadReceivedInFuture."""
        if self.received_time is not None and self.received_time > now + _LEEWAY:
            raise LeadReceivedInFuture

    def dated(self, *, by_default: datetime) -> "LeadFacts":
        """The facts with the time of contact; where nobody told it, the default."""
        return self if self.received_time else replace(self, received_time=by_default)

    def with_signs_of(self, told: "LeadFacts") -> "LeadFacts":
        """The facts with the signs of wanting to buy that a later contact told; what was clear stays."""
        asked = [time for time in (self.demo_request_time, told.demo_request_time) if time]
        return replace(
            self,
            demo_request_time=max(asked) if asked else None,
            budget=self.budget if self.budget.is_clear else told.budget,
            urgency=told.urgency if told.urgency is not Urgency.UNKNOWN else self.urgency,
        )
