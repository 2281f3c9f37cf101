"""What somebody registers (商机报备): six fields, each of which must be there before it is reviewed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.content import content_hash
from kernel.errors import InvalidField, Kind, Refusal
from trade.budget import NO_BUDGET, Budget
from trade.credit_code import credit_code
from trade.emails import email
from trade.phones import phone


class FollowUpState(Enum):
    """How far the talks with the customer are (跟进状态), as the rep tells it."""

    FIRST_CONTACT = "first_contact"
    NEED_CONFIRMED = "need_confirmed"
    QUOTING = "quoting"
    SIGNING = "signing"


@dataclass(eq=False, kw_only=True)
class RegistrationIncomplete(Refusal):
    """Of the six fields of a registration some are not filled in; `fields` are their proto paths."""

    kind = Kind.INVALID_INPUT
    reason = "REGISTRATION_INCOMPLETE"

    fields: tuple[str, ...]

    def metadata(self) -> dict[str, str]:
        """The fields as one text."""
        return {"fields": ", ".join(self.fields)}


@dataclass(eq=False, kw_only=True)
class RegistrationPhoneWrong(InvalidField):
    """What stands in the phone field cannot be dialled."""

    reason = "REGISTRATION_PHONE_WRONG"


@dataclass(eq=False, kw_only=True)
class RegistrationEmailWrong(InvalidField):
    """What stands in the mail field is no mail address."""

    reason = "REGISTRATION_EMAIL_WRONG"


@dataclass(eq=False, kw_only=True)
class RegistrationClosingTwice(InvalidField):
    """The closing is told by a date and by a cycle; one of them is enough, and two may differ."""

    reason = "REGISTRATION_CLOSING_TWICE"


@dataclass(eq=False, kw_only=True)
class RegistrationClosingPast(InvalidField):
    """The customer is expected to sign on a day that is over."""

    reason = "REGISTRATION_CLOSING_PAST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who the customer is (客户名称): a known account, or a firm or person as it was typed."""

    account: UUID | None = None
    company_name: str = ""
    contact_name: str = ""
    credit_code: str = ""
    industry: str = ""

    def named_as(self, *, company_name: str, contact_name: str, credit_code: str) -> "Customer":
        """The customer as its account tells him: a registration reads by itself, and of no other customer.

        A firm without a known code keeps what was typed; the person to ask for at a firm is the registration's own.
        """
        return replace(
            self,
            company_name=company_name,
            contact_name=contact_name or self.contact_name,
            credit_code=credit_code or self.credit_code,
        )

    @property
    def told(self) -> bool:
        """Whether anything says who it is."""
        return self.account is not None or bool(self.company_name or self.contact_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMeans:
    """How to reach the customer (联系方式)."""

    phone: str = ""
    email: str = ""
    wechat: str = ""

    @property
    def told(self) -> bool:
        """Whether there is any way."""
        return bool(self.phone or self.email or self.wechat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """When the customer is expected to sign (预计成交时间): a day, or days from the submission (决策周期)."""

    day: date | None = None
    cycle_days: int = 0

    @property
    def told(self) -> bool:
        """Whether it is said at all."""
        return self.day is not None or self.cycle_days > 0

    def due(self, *, today: date) -> date | None:
        """The day, counted from today where only a cycle is told."""
        return self.day or (today + timedelta(days=self.cycle_days) if self.cycle_days else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFacts:
    """The six fields, what shows that the follow-up state is so, and the opportunity it is for where there is one."""

    customer: Customer = Customer()
    contact: ContactMeans = ContactMeans()
    need: str = ""
    budget: Budget = NO_BUDGET
    closing: Closing = Closing()
    follow_up: FollowUpState | None = None
    follow_up_evidence: str = ""
    opportunity: UUID | None = None

    def checked(self, *, today: date) -> "RegistrationFacts":
        """The facts with codes in canonical form.

        Raises RegistrationPhoneWrong, RegistrationEmailWrong, RegistrationClosingTwice, RegistrationClosingPast and
        CreditCodeInvalid, each naming its field.
        """
        if self.contact.phone and phone(self.contact.phone).problem is not None:
            raise RegistrationPhoneWrong(field="registration.phone")
        if self.contact.email and email(self.contact.email).problem is not None:
            raise RegistrationEmailWrong(field="registration.email")
        if self.closing.day is not None and self.closing.cycle_days:
            raise RegistrationClosingTwice(field="registration.decision_cycle_days")
        if self.closing.day is not None and self.closing.day < today:
            raise RegistrationClosingPast(field="registration.expected_close_date")
        code = self.customer.credit_code
        if not code:
            return self
        canonical = credit_code(code, field="registration.credit_code")
        return replace(self, customer=replace(self.customer, credit_code=canonical))

    @property
    def missing(self) -> tuple[str, ...]:
        """Which of the six fields are not filled in, by the path of the field to fill."""
        told = {
            "company_name": self.customer.told,
            "phone": self.contact.told,
            "need": bool(self.need.strip()),
            "budget_min": self.budget.is_clear,
            "expected_close_date": self.closing.told,
            "follow_up_state": self.follow_up is not None,
        }
        return tuple(f"registration.{name}" for name, is_told in told.items() if not is_told)

    def must_be_complete(self) -> None:
        """Pass when all six fields are there; raises RegistrationIncomplete that names the missing ones."""
        if self.missing:
            raise RegistrationIncomplete(fields=self.missing)

    @property
    def content_hash(self) -> bytes:
        """The digest of everything a reviewer judges."""
        told = {each.name: _plain(getattr(self, each.name)) for each in fields(self)}
        if self.opportunity is None:
            # As it was before a registration could name one: what waits for its review stays what was asked about.
            del told["opportunity"]
        return content_hash(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOrigin:
    """Where it came from: the lead, and what is known of it."""

    lead: UUID | None = None
    channel: UUID | None = None
    campaign: UUID | None = None
    first_contact_time: datetime | None = None


NO_ORIGIN = RegistrationOrigin()
SIX_FIELDS: Mapping[str, tuple[str, ...]] = {
    "customer": ("account", "company_name", "contact_name", "credit_code", "industry"),
    "contact": ("phone", "email", "wechat"),
    "need": ("need",),
    "budget": ("budget_min", "budget_max"),
    "closing": ("expected_close_date", "decision_cycle_days"),
    "follow_up": ("follow_up_state", "follow_up_evidence"),
}


def _plain(value: object) -> object:
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Until when the customer is the owner's (保护期), how often that was renewed, and by which rules it is so long.

    `rules_version` is None where a release kept none.
    """

    end_time: datetime | None = None
    renewals: int = 0
    rules_version: int | None = None


NO_PROTECTION = Protection()
