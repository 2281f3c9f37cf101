"""The gift log (礼品记录): what was given to people of customers, or done for them, and how much a year allows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from kernel.money import CURRENCIES, Money, minor_digits
from trade.rule_body import RuleBody

_MOST_UNITS = 10_000_000


class CareKind(Enum):
    """What was given or done."""

    GIFT = "gift"
    CALL = "call"
    VISIT = "visit"
    CARD = "card"


@dataclass(eq=False, kw_only=True)
class CareRecordNotFound(Refusal):
    """There is no such entry, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "CARE_RECORD_NOT_FOUND"

    care_record: str


@dataclass(eq=False, kw_only=True)
class CareRecordCorrected(Refusal):
    """The entry is struck out already."""

    kind = Kind.RULE_VIOLATION
    reason = "CARE_RECORD_CORRECTED"

    care_record: str


@dataclass(eq=False, kw_only=True)
class CareDayAhead(InvalidField):
    """What is to come has not been given or done."""

    reason = "CARE_DAY_AHEAD"

    field: str = "care_record.day"


@dataclass(eq=False, kw_only=True)
class CareOccasionElsewhere(InvalidField):
    """The occasion is none of the contact or his account, or the caller may not see it."""

    reason = "CARE_OCCASION_ELSEWHERE"

    field: str = "care_record.occasion"


@dataclass(eq=False, kw_only=True)
class CareContactOther(InvalidField):
    """A correction speaks of the contact the wrong entry speaks of."""

    reason = "CARE_CONTACT_OTHER"

    field: str = "care_record.contact"


@dataclass(eq=False, kw_only=True)
class CareCurrencyOther(InvalidField):
    """Worth is counted in the currency of the limit."""

    reason = "CARE_CURRENCY_OTHER"

    field: str = "care_record.worth"
    currency: str


@dataclass(eq=False, kw_only=True)
class CareLimitReached(Refusal):
    """The person would be given more in a calendar year than the house allows; `given` is the sum so far."""

    kind = Kind.RULE_VIOLATION
    reason = "CARE_LIMIT_REACHED"

    contact: str
    year: int
    given: str
    limit: str
    currency: str


@dataclass(frozen=True, slots=True)
class CareRecordCreated:
    """Something given or done was written down."""


@dataclass(frozen=True, slots=True)
class CareRecordStruckOut:
    """A wrong entry was struck out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRules:
    """How much a person may be given in a calendar year."""

    yearly_limit: Money

    @classmethod
    def from_mapping(cls, body: Mapping[str, object]) -> "CareRules":
        """Read the rules from their stored form; raises RuleBodyInvalid."""
        section = RuleBody(body).only("gifts").section("gifts").only("yearly_limit", "currency")
        currency = section.choice("currency", CURRENCIES)
        units = section.whole("yearly_limit", least=0, most=_MOST_UNITS)
        return cls(yearly_limit=Money(minor=units * 10 ** minor_digits(currency), currency=currency))

    def check_currency(self, worth: Money | None) -> None:
        """Nothing is converted: worth is told in the currency of the limit. Raises CareCurrencyOther."""
        if worth is not None and worth.currency != self.yearly_limit.currency:
            raise CareCurrencyOther(currency=self.yearly_limit.currency)

    def check_limit(self, worth: Money, *, given: Money, contact: UUID, year: int) -> None:
        """A person is given no more in a year than the limit; exactly the limit passes. Raises CareLimitReached."""
        if (given + worth).minor > self.yearly_limit.minor:
            raise CareLimitReached(
                contact=f"contacts/{contact}",
                year=year,
                given=f"{given.decimal():f}",
                limit=f"{self.yearly_limit.decimal():f}",
                currency=given.currency,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CareFacts:
    """What was given or done, as entered; for the birthday, for an occasion, or for none."""

    kind: CareKind
    day: date
    worth: Money | None = None
    note: str = ""
    occasion: UUID | None = None
    birthday: bool = False

    def check_day(self, *, today: date) -> None:
        """What is to come has not been given yet; raises CareDayAhead."""
        if self.day > today:
            raise CareDayAhead


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """When an entry was struck out, and why."""

    time: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRecord:
    """An entry of the gift log; it stands, or it is struck out."""

    uuid: UUID
    version: int = 0
    account: UUID
    contact: UUID
    facts: CareFacts
    member: UUID | None
    corrects: UUID | None = None
    correction: Correction | None = None
    create_time: datetime

    @property
    def name(self) -> str:
        """The resource name, "careRecords/{uuid}"."""
        return f"careRecords/{self.uuid}"

    def struck_out(self, *, reason: str, now: datetime) -> Change["CareRecord"]:
        """Strike it out: from now on it counts for nothing. Raises CareRecordCorrected."""
        if self.correction is not None:
            raise CareRecordCorrected(care_record=self.name)
        struck = replace(self, correction=Correction(time=now, reason=reason))
        return Change(struck, (CareRecordStruckOut(),))


def create_care_record(
    *,
    uuid: UUID,
    account: UUID,
    contact: UUID,
    facts: CareFacts,
    member: UUID | None,
    now: datetime,
    corrects: UUID | None = None,
) -> Change[CareRecord]:
    """Write an entry down."""
    record = CareRecord(
        uuid=uuid, account=account, contact=contact, facts=facts, member=member, corrects=corrects, create_time=now
    )
    return Change(record, (CareRecordCreated(),))
