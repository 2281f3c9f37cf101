"""What was sold with a contract: products, how many, and what the customer pays for them."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldItem:
    """One line of the quote a contract was drafted from; `amount` is with tax, and all of them are the contract's."""

    product: UUID
    quantity: Decimal
    amount: Money
