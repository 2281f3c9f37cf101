"""Receipts between messages and the domain."""

from datetime import date

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money as MoneyMessage
from millrace.contracts.v1 import receipt_pb2

from chassis.wire import date_message, date_of, instant, money_message, money_of, named, reference, uuid_of
from kernel.money import Money
from services.contracts.application.receipt_booking import Arrival
from services.contracts.domain.allocation import Allocation
from services.contracts.domain.receipt import Receipt, ReceiptMethod

_UNSAID = receipt_pb2.ReceiptMethod.RECEIPT_METHOD_UNSPECIFIED


def arrival_of(message: receipt_pb2.Receipt) -> Arrival:
    """What is told of money that arrived; raises InvalidField."""
    given = message.method
    return Arrival(
        external_reference=message.external_reference.strip(),
        method=ReceiptMethod.TRANSFER if given == _UNSAID else _method(given),
        receive_date=date_of(message.receive_date, field="receipt.receive_date"),
        maturity_date=_day(message.maturity_date) if message.HasField("maturity_date") else None,
        amount=money_of(message.amount, field="receipt.amount"),
        payer_name=message.payer_name.strip(),
        remark=message.remark.strip(),
        contract=reference(message.contract, field="receipt.contract"),
    )


def _method(given: "receipt_pb2.ReceiptMethod.ValueType") -> ReceiptMethod:
    return ReceiptMethod(receipt_pb2.ReceiptMethod.Name(given).removeprefix("RECEIPT_METHOD_").lower())


def _day(message: Date) -> date:
    return date_of(message, field="receipt.maturity_date")


def amount_of(message: MoneyMessage, *, given: bool) -> Money | None:
    """An amount that may be left out; raises InvalidField."""
    return money_of(message, field="amount") if given else None


def allocation_of(message: receipt_pb2.ReceiptAllocation) -> Allocation:
    """Part of a receipt that is to pay an instalment; raises InvalidField."""
    return Allocation(
        instalment=uuid_of(message.instalment, field="allocations.instalment"),
        amount=money_of(message.amount, field="allocations.amount"),
    )


def allocation_message(allocation: Allocation) -> receipt_pb2.ReceiptAllocation:
    """Part of a receipt that pays an instalment."""
    return receipt_pb2.ReceiptAllocation(
        instalment=named("instalments", allocation.instalment), amount=money_message(allocation.amount)
    )


def to_message(receipt: Receipt) -> receipt_pb2.Receipt:
    """The receipt on the wire."""
    payer = receipt.payer
    return receipt_pb2.Receipt(
        name=receipt.resource,
        external_reference=receipt.external_reference,
        method=receipt_pb2.ReceiptMethod.Value(f"RECEIPT_METHOD_{receipt.method.name}"),
        receive_date=date_message(receipt.receive_date),
        maturity_date=date_message(receipt.maturity_date),
        amount=money_message(receipt.amount),
        payer_name=receipt.payer_name,
        remark=receipt.remark,
        contract=named("contracts", payer.contract if payer else None),
        account=named("accounts", payer.account if payer else None),
        owner=named("members", payer.owner if payer else None),
        team=named("teams", payer.team if payer else None),
        region=named("regions", payer.region if payer else None),
        allocated=money_message(receipt.allocated),
        refunded=money_message(receipt.refunded),
        left=money_message(receipt.left),
        state=receipt_pb2.ReceiptState.Value(f"RECEIPT_STATE_{receipt.state.name}"),
        claim=_claim(receipt),
        comment=receipt.comment,
        mature_time=instant(receipt.mature_time),
        create_time=instant(receipt.create_time),
        update_time=instant(receipt.update_time),
        etag=str(receipt.version),
    )


def _claim(receipt: Receipt) -> receipt_pb2.ReceiptClaim | None:
    claim = receipt.claim
    if claim is None:
        return None
    return receipt_pb2.ReceiptClaim(
        contract=named("contracts", claim.contract), claimer=claim.claimer, claim_time=instant(claim.time)
    )
