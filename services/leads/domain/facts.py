"""What somebody says about a customer: the part of a lead that people enter and change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from trade.budget import NO_BUDGET, Budget

# The custom field in which a form keeps when its visitor agreed (同意时间): evidence, so nobody else may write it.
CONSENT_FIELD = "consent_time"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# The shortest numbers that companies answer have five digits (95588).
_FEWEST_DIGITS = 5
_ADDRESS = re.compile(r"[^@\s]@[^@\s]+\.[^@\s.]")
# A dash or 无 is how a list says that there is none.
_WORDS = re.compile(r"[A-Za-z0-9@]")
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
class LeadReceivedTooEarly(InvalidField):
    """The customer is said to have made contact before anybody kept leads: a slip of the pen."""

    reason = "LEAD_RECEIVED_TOO_EARLY"

    field: str = "lead.received_time"
    year: int = EARLIEST.year


@dataclass(eq=False, kw_only=True)
class PhoneUnfit(InvalidField):
    """The phone has fewer digits than any number that can be called, or letters alone."""

    reason = "PHONE_UNFIT"

    field: str = "lead.phone"


@dataclass(eq=False, kw_only=True)
class EmailUnfit(InvalidField):
    """What is written holds no mail address."""

    reason = "EMAIL_UNFIT"

    field: str = "lead.email"


@dataclass(eq=False, kw_only=True)
class ConsentTimeReadOnly(InvalidField):
    """Somebody tells or changes when a visitor agreed; only the form he filled in may say so."""

    reason = "CONSENT_TIME_READ_ONLY"

    field: str = "lead.custom"


@dataclass(eq=False, kw_only=True)
class LeadReceivedInFuture(InvalidField):
    """The customer is said to have made contact at a time that has not come yet."""

    reason = "LEAD_RECEIVED_IN_FUTURE"

    field: str = "lead.received_time"


@dataclass(eq=False, kw_only=True)
class DemoRequestedInFuture(InvalidField):
    """A demo is said to have been asked for at a time that has not come yet: an appointment is no request."""

    reason = "DEMO_REQUESTED_IN_FUTURE"

    field: str = "lead.demo_request_time"


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


NOWHERE = Address()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What is known of a lead's customer and need, as entered.

    `credit_code` (统一社会信用代码) is in its one form, empty when unknown. `received_time` (接收时间) is when
    the customer made contact, which may be long before the record was made.
    """

    company_name: str = ""
    credit_code: str = ""
    contact_name: str = ""
    job_title: str = ""
    phone: str = ""
    email: str = ""
    address: Address = NOWHERE
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
        told = self.company_name.strip() or self.contact_name.strip() or self.phone.strip() or self.email.strip()
        if not told:
            raise LeadWithoutIdentity

    def check_received(self, *, now: datetime) -> None:
        """When the customer made contact holds by `check_received`."""
        check_received(self.received_time, now=now)

    def check_demo(self, *, now: datetime) -> None:
        """When he asked for a demo holds by `check_demo`."""
        check_demo(self.demo_request_time, now=now)

    def check_reach(self) -> None:
        """Phone and mail address hold by `check_phone` and `check_email`."""
        check_phone(self.phone)
        check_email(self.email)

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


def check_received(time: datetime | None, *, now: datetime) -> None:
    """Nobody made contact in the future, but for a minute that clocks may differ, nor before 1990.

    Raises LeadReceivedInFuture and LeadReceivedTooEarly.
    """
    if time is not None and time > now + _LEEWAY:
        raise LeadReceivedInFuture
    if time is not None and time < EARLIEST:
        raise LeadReceivedTooEarly


def check_demo(time: datetime | None, *, now: datetime) -> None:
    """Nobody asked for a demo in the future, but for a minute that clocks may differ.

    Raises DemoRequestedInFuture.
    """
    if time is not None and time > now + _LEEWAY:
        raise DemoRequestedInFuture


def check_phone(phone: str) -> None:
    """What people write is kept as it is, unless nobody can be reached by it; raises PhoneUnfit."""
    digits = sum(map(str.isdecimal, phone))
    if 0 < digits < _FEWEST_DIGITS or (not digits and _WORDS.search(phone)):
        raise PhoneUnfit


def check_email(email: str) -> None:
    """The same of a mail address; raises EmailUnfit."""
    if _WORDS.search(email) and not _ADDRESS.search(email):
        raise EmailUnfit
