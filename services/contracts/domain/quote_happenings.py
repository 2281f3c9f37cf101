"""What happens to a quote, as its events tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuoteCreated:
    """A quote, or a new version of one, was begun."""


@dataclass(frozen=True, slots=True)
class QuoteUpdated:
    """Something else is offered, its author no longer asks, its contract was ended, or it has another owner."""


@dataclass(frozen=True, slots=True)
class QuoteSubmitted:
    """It needs an approval."""


@dataclass(frozen=True, slots=True)
class QuoteApproved:
    """It may be sent and signed."""


@dataclass(frozen=True, slots=True)
class QuoteReturned:
    """The approver sent it back."""


@dataclass(frozen=True, slots=True)
class QuoteSent:
    """The customer was given it."""


@dataclass(frozen=True, slots=True)
class QuoteAccepted:
    """A contract came of it."""


@dataclass(frozen=True, slots=True)
class QuoteExpired:
    """Its last day is past."""


@dataclass(frozen=True, slots=True)
class QuoteSuperseded:
    """A newer version took its place."""


@dataclass(frozen=True, slots=True)
class QuotePersonErased:
    """The customer's name was erased."""


@dataclass(frozen=True, slots=True)
class QuoteWithdrawn:
    """Its author took it back, and nothing takes its place."""
