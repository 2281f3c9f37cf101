"""What a quote is for, and what it offers."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.contracts.domain.quote_lines import QuoteLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """What a quote is for, as pipeline knew it when the quote was begun."""

    opportunity: UUID
    account: UUID
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteTerms:
    """What is offered: lines, the discount on their total as a fraction, coupons in minor units, and until when.

    `buyer` is the customer's name as it stands on paper.
    """

    currency: str
    price_book: UUID
    buyer: str = ""
    lines: tuple[QuoteLine, ...] = ()
    discount: Decimal = field(default_factory=Decimal)
    coupons: int = 0
    valid_until: date
