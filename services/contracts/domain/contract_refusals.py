"""What is refused about contracts, and why."""

from dataclasses import dataclass

from kernel.errors import InvalidField, Kind, Refusal


@dataclass(eq=False, kw_only=True)
class ContractCannotMove(Refusal):
    """The table of states does not know this way."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_CANNOT_MOVE"

    contract: str
    state: str
    wanted: str


@dataclass(eq=False, kw_only=True)
class ContractNotInDraft(Refusal):
    """Only a draft can be reworded."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_NOT_IN_DRAFT"

    contract: str


@dataclass(eq=False, kw_only=True)
class ContractNotAsApproved(Refusal):
    """It does not say what legal approved."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_NOT_AS_APPROVED"

    contract: str


@dataclass(eq=False, kw_only=True)
class BuyerMissing(Refusal):
    """Nobody is named as the buyer."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_BUYER_MISSING"

    contract: str


@dataclass(eq=False, kw_only=True)
class ContractDatesCrossed(InvalidField):
    """The last day of the term lies before the first."""

    reason = "CONTRACT_DATES_CROSSED"

    field: str = "contract.end_date"


@dataclass(eq=False, kw_only=True)
class ContractNotFound(Refusal):
    """There is no such contract, or it is out of the caller's sight."""

    kind = Kind.NOT_FOUND
    reason = "CONTRACT_NOT_FOUND"

    contract: str


@dataclass(eq=False, kw_only=True)
class QuoteHasContract(Refusal):
    """The quote became a contract already."""

    kind = Kind.ALREADY_EXISTS
    reason = "QUOTE_HAS_CONTRACT"

    contract: str


@dataclass(eq=False, kw_only=True)
class ContractNotRenewable(Refusal):
    """Only a contract that is or was in force is followed by another, with the same customer."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_NOT_RENEWABLE"

    contract: str
