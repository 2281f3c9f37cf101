"""What happens to contracts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContractCreated:
    """A contract was drafted."""


@dataclass(frozen=True, slots=True)
class ContractUpdated:
    """The draft, or what was paid, changed."""


@dataclass(frozen=True, slots=True)
class ContractReviewOpened:
    """Legal was given the contract."""


@dataclass(frozen=True, slots=True)
class ContractApproved:
    """Legal agreed."""


@dataclass(frozen=True, slots=True)
class ContractReturned:
    """It became a draft again."""


@dataclass(frozen=True, slots=True)
class ContractSent:
    """It was sent for signature."""


@dataclass(frozen=True, slots=True)
class ContractSigned:
    """It was signed by both."""


@dataclass(frozen=True, slots=True)
class ContractActivated:
    """It came into force."""


@dataclass(frozen=True, slots=True)
class ContractExpired:
    """Its term ended."""


@dataclass(frozen=True, slots=True)
class ContractTerminated:
    """It was ended before its term."""


@dataclass(frozen=True, slots=True)
class ContractRenewed:
    """The contract that follows it came into force."""


@dataclass(frozen=True, slots=True)
class ContractSettled:
    """No instalment of it is open any more: each was paid, or what was left of it given up."""


@dataclass(frozen=True, slots=True)
class ContractUnsettled:
    """Something is owed of it again."""


@dataclass(frozen=True, slots=True)
class ContractPersonErased:
    """The people in it were erased."""


@dataclass(frozen=True, slots=True)
class ContractAmended:
    """What was agreed upon later holds: another amount, another end, another plan for what nobody began to pay."""
