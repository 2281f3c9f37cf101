"""Erasing who paid (删除个人信息); the money, and what it paid, stay."""

from dataclasses import dataclass, replace
from datetime import datetime

from kernel.events import Change
from services.contracts.domain.receipt import Receipt


@dataclass(frozen=True, slots=True)
class ReceiptPersonErased:
    """The bank's words about who paid were erased."""


def erase_payer(receipt: Receipt, *, payer: bool, now: datetime) -> Change[Receipt]:
    """Forget the remark and free words, with `payer` also the name of who paid; nothing left to erase is no event."""
    after = replace(receipt, remark="", comment="", payer_name="" if payer else receipt.payer_name)
    if after == receipt:
        return Change(receipt, ())
    return Change(replace(after, update_time=now), (ReceiptPersonErased(),))
