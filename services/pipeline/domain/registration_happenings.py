"""What happens to a registration, as its events tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegistrationCreated:
    """A registration was begun."""


@dataclass(frozen=True, slots=True)
class RegistrationUpdated:
    """Its facts changed."""


@dataclass(frozen=True, slots=True)
class RegistrationSubmitted:
    """It was submitted, which starts its review."""


@dataclass(frozen=True, slots=True)
class RegistrationWithdrawn:
    """Whoever submitted it took it back."""


@dataclass(frozen=True, slots=True)
class RegistrationApproved:
    """It passed its review (已审核)."""


@dataclass(frozen=True, slots=True)
class RegistrationReturned:
    """It was sent back for correction."""


@dataclass(frozen=True, slots=True)
class RegistrationRejected:
    """It was refused."""


@dataclass(frozen=True, slots=True)
class RegistrationRenewed:
    """Its protection was renewed."""


@dataclass(frozen=True, slots=True)
class RegistrationExpired:
    """Its protection ended."""
