"""What is refused about quotes, and why."""

from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal


@dataclass(eq=False, kw_only=True)
class QuoteNotFound(Refusal):
    """There is no such quote, or it is out of the caller's sight."""

    kind = Kind.NOT_FOUND
    reason = "QUOTE_NOT_FOUND"

    quote: str


@dataclass(eq=False, kw_only=True)
class CouponsOfOtherCurrency(InvalidField):
    """Coupons are taken off in the currency of the price book alone."""

    reason = "COUPONS_OF_OTHER_CURRENCY"

    currency: str


@dataclass(eq=False, kw_only=True)
class QuoteCannotMove(Refusal):
    """The table of states does not know this way."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_CANNOT_MOVE"

    quote: str
    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class QuoteNotApproved(Refusal):
    """What nobody with the authority agreed to is neither sent nor signed."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_NOT_APPROVED"

    quote: str


@dataclass(eq=False, kw_only=True)
class QuoteOutOfDate(Refusal):
    """The last day on which it holds is past."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_OUT_OF_DATE"

    quote: str


@dataclass(eq=False, kw_only=True)
class QuoteBeyondAuthority(Refusal):
    """By the rules in force nobody may approve so much."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_BEYOND_AUTHORITY"

    quote: str


@dataclass(eq=False, kw_only=True)
class QuotesNotComparable(InvalidField):
    """Only versions of one quote, in one currency, are compared."""

    reason = "QUOTES_NOT_COMPARABLE"

    field: str = "other"


@dataclass(eq=False, kw_only=True)
class QuoteOpportunityUnknown(InvalidField):
    """There is no such opportunity, or it is out of the caller's sight."""

    reason = "QUOTE_OPPORTUNITY_UNKNOWN"

    opportunity: str
    field: str = "quote.opportunity"


@dataclass(eq=False, kw_only=True)
class QuoteOpportunityClosed(Refusal):
    """The opportunity is lost: nothing is offered or contracted for it until it is worked on again."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_OPPORTUNITY_CLOSED"

    opportunity: str


@dataclass(eq=False, kw_only=True)
class QuoteEmpty(Refusal):
    """It offers nothing."""

    kind = Kind.RULE_VIOLATION
    reason = "QUOTE_EMPTY"

    quote: str
