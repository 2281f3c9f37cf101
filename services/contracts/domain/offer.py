"""What a contract is drafted from: an approved quote, as the contract needs it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.money import Money
from services.contracts.domain.sold_item import SoldItem


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """One line of the quote: `unit_price` in major units, `discount` a fraction of it, `net` before tax."""

    product: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    net: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A quote with its totals; `content_hash` is the digest of what was approved of it.

    `accepted` says that something signed rests on it, a contract or an amendment.
    """

    quote: UUID
    number: str
    revision: int = 1
    create_time: datetime
    opportunity: UUID
    account: UUID
    buyer: str = ""
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    net_total: Money
    tax_total: Money
    gross_total: Money
    valid_until: date | None
    approved: bool
    accepted: bool = False
    content_hash: bytes
    lines: tuple[OfferLine, ...] = ()
    sold: tuple[SoldItem, ...] = ()

    @property
    def resource(self) -> str:
        """The resource name of the quote."""
        return f"quotes/{self.quote}"

    def require_signable(self, content: bytes) -> None:
        """Raise as require_unchanged and require_free: what is reviewed, sent and signed is what nobody signed yet."""
        self.require_free()
        self.require_unchanged(content)

    def require_free(self) -> None:
        """Raise OfferAccepted where something signed rests on it: what was sold once is not sold again."""
        if self.accepted:
            raise OfferAccepted(quote=self.resource)

    def require_unchanged(self, content: bytes) -> None:
        """Raise OfferNotApproved unless it is approved, and OfferChanged unless it still says what it said then."""
        self.require_approved()
        if content != self.content_hash:
            raise OfferChanged(quote=self.resource)

    def require_in_time(self, today: date) -> None:
        """Raise OfferOutOfDate after its last day: what is begun from it by then is begun anew."""
        if self.valid_until is not None and self.valid_until < today:
            raise OfferOutOfDate(quote=self.resource, valid_until=self.valid_until.isoformat())

    def require_approved(self) -> None:
        """Raise OfferNotApproved: what nobody with the authority agreed to is never contracted, on any way."""
        if not self.approved:
            raise OfferNotApproved(quote=self.resource)


@dataclass(eq=False, kw_only=True)
class OfferNotApproved(Refusal):
    """The quote is not approved."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_QUOTE_NOT_APPROVED"

    quote: str


@dataclass(eq=False, kw_only=True)
class OfferAccepted(Refusal):
    """Something signed rests on the quote already."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_QUOTE_ACCEPTED"

    quote: str


@dataclass(eq=False, kw_only=True)
class OfferOutOfDate(Refusal):
    """The quote held until a day that is past."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_QUOTE_OUT_OF_DATE"

    quote: str
    valid_until: str


@dataclass(eq=False, kw_only=True)
class OfferChanged(Refusal):
    """The quote was changed after the contract was drafted from it."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_QUOTE_CHANGED"

    quote: str


@dataclass(eq=False, kw_only=True)
class OfferUnknown(InvalidField):
    """There is no such quote, or it is out of the caller's sight."""

    reason = "CONTRACT_QUOTE_UNKNOWN"

    quote: str
    field: str = "contract.quote"
