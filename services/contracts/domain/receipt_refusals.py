"""Why money is not moved."""

from dataclasses import dataclass

from kernel.errors import Kind, Refusal


@dataclass(eq=False, kw_only=True)
class ReceiptNotFound(Refusal):
    """There is no such receipt, or the caller may not see it."""

    kind = Kind.NOT_FOUND
    reason = "RECEIPT_NOT_FOUND"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptReferenceTaken(Refusal):
    """Another receipt with other content was booked under this reference."""

    kind = Kind.ALREADY_EXISTS
    reason = "RECEIPT_REFERENCE_TAKEN"

    external_reference: str


@dataclass(eq=False, kw_only=True)
class ReceiptDateAhead(Refusal):
    """Money has not arrived that will arrive."""

    kind = Kind.INVALID_INPUT
    reason = "RECEIPT_DATE_AHEAD"

    field: str = "receipt.receive_date"


@dataclass(eq=False, kw_only=True)
class ReceiptMaturityWrong(Refusal):
    """A bill has a day on which it is paid, not before it came; nothing else has one."""

    kind = Kind.INVALID_INPUT
    reason = "RECEIPT_MATURITY_WRONG"

    field: str = "receipt.maturity_date"


@dataclass(eq=False, kw_only=True)
class ReceiptReversedAlready(Refusal):
    """It was taken back whole."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_REVERSED"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptRefundedAlready(Refusal):
    """Some of it was paid back, so that it cannot be taken back whole."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_REFUNDED"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptBillNotPaid(Refusal):
    """A bill that is not paid yet cannot be paid back."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_BILL_NOT_PAID"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptExhausted(Refusal):
    """Less is left of it than is asked for (in minor units)."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_EXHAUSTED"

    receipt: str
    left: str


@dataclass(eq=False, kw_only=True)
class ReceiptUnidentified(Refusal):
    """Nobody knows whose money it is."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_UNIDENTIFIED"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptInUse(Refusal):
    """Some of it is allocated or paid back: whose it is cannot change."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_IN_USE"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptClaimedAlready(Refusal):
    """Somebody claims it already, or it is known whose it is."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_CLAIMED_ALREADY"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ReceiptNotClaimed(Refusal):
    """No claim waits for an answer."""

    kind = Kind.RULE_VIOLATION
    reason = "RECEIPT_NOT_CLAIMED"

    receipt: str


@dataclass(eq=False, kw_only=True)
class ContractNotSigned(Refusal):
    """Nobody owes by a contract that is not signed."""

    kind = Kind.RULE_VIOLATION
    reason = "CONTRACT_NOT_SIGNED"

    contract: str


@dataclass(eq=False, kw_only=True)
class AllocationElsewhere(Refusal):
    """The instalment is of another customer or in another currency."""

    kind = Kind.RULE_VIOLATION
    reason = "ALLOCATION_ELSEWHERE"

    instalment: str


@dataclass(eq=False, kw_only=True)
class AllocationTwice(Refusal):
    """An instalment is named twice."""

    kind = Kind.INVALID_INPUT
    reason = "ALLOCATION_TWICE"

    field: str = "allocations"


@dataclass(eq=False, kw_only=True)
class ReconciliationDaysWrong(Refusal):
    """The last day lies before the first, or more than 400 days after it."""

    kind = Kind.INVALID_INPUT
    reason = "RECONCILIATION_DAYS_WRONG"

    field: str = "end_date"


@dataclass(eq=False, kw_only=True)
class ResumeTokenInvalid(Refusal):
    """Nobody was given this token."""

    kind = Kind.INVALID_INPUT
    reason = "RESUME_TOKEN_INVALID"

    field: str = "resume_token"


@dataclass(eq=False, kw_only=True)
class ResumeTokenOutdated(Refusal):
    """The books were restored since: the place is of another history, and the follower begins anew."""

    kind = Kind.RULE_VIOLATION
    reason = "RESUME_TOKEN_OUTDATED"

    field: str = "resume_token"


@dataclass(eq=False, kw_only=True)
class NothingOwed(Refusal):
    """The customer owes nothing in the receipt's currency."""

    kind = Kind.RULE_VIOLATION
    reason = "NOTHING_OWED"

    receipt: str
