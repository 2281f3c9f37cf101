"""What a receipt pays (核销): the contract it came for, then what the customer owes besides, the oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.money import Money
from services.contracts.domain.instalment import Instalment
from services.contracts.domain.receipt import Receipt
from services.contracts.domain.receipt_refusals import AllocationElsewhere, AllocationTwice
from trade.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Part of a receipt that pays an instalment."""

    instalment: UUID
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An allocation that suggests itself, and why."""

    instalment: Instalment
    amount: Money
    reasons: tuple[Reason, ...]

    @property
    def allocation(self) -> Allocation:
        """The allocation."""
        return Allocation(instalment=self.instalment.uuid, amount=self.amount)


def propose(receipt: Receipt, owed: Sequence[Instalment]) -> tuple[Proposal, ...]:
    """What the rest of the receipt would pay of what is owed: of the contract it came for first, then the oldest."""
    left, found = receipt.left, []
    named = receipt.payer.contract if receipt.payer else None
    for instalment in sorted(owed, key=lambda each: (each.contract != named, each.due_date)):
        if not left.minor:
            break
        whole = instalment.open.minor <= left.minor
        amount = instalment.open if whole else left
        reasons = (
            Reason("ALLOCATION_NAMED" if instalment.contract == named else "ALLOCATION_OTHER_CONTRACT"),
            Reason("ALLOCATION_OLDEST", {"due_date": instalment.due_date.isoformat()}),
            Reason("ALLOCATION_PAYS_ALL" if whole else "ALLOCATION_PAYS_PART"),
        )
        found.append(Proposal(instalment=instalment, amount=amount, reasons=reasons))
        left -= amount
    return tuple(found)


def check_allocations(allocations: Sequence[Allocation]) -> None:
    """Raise AllocationTwice where an instalment is named twice."""
    if len({each.instalment for each in allocations}) != len(allocations):
        raise AllocationTwice


def check_belongs(receipt: Receipt, instalment: Instalment, amount: Money) -> None:
    """Raise AllocationElsewhere unless the instalment is of the receipt's customer and all is in one currency."""
    payer = receipt.must_be_usable()
    currencies = {receipt.amount.currency, instalment.amount.currency, amount.currency}
    if payer.account != instalment.account or len(currencies) > 1:
        raise AllocationElsewhere(instalment=instalment.resource)
