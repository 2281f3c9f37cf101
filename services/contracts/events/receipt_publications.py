"""What is published of receipts: no name of a payer, and nothing he wrote."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from millrace.contracts.v1 import receipt_events_pb2 as events

from chassis.publication import Publication, Publications
from chassis.wire import date_message, money_message, named
from services.contracts.domain import receipt as domain
from services.contracts.domain.receipt import Receipt
from services.contracts.domain.receipt_erasing import ReceiptPersonErased


def snapshot(receipt: Receipt) -> events.ReceiptSnapshot:
    """The public state of a receipt."""
    payer = receipt.payer
    return events.ReceiptSnapshot(
        name=receipt.resource,
        account=named("accounts", payer.account if payer else None),
        receive_date=date_message(receipt.receive_date),
        amount=money_message(receipt.amount),
        allocated=money_message(receipt.allocated),
        refunded=money_message(receipt.refunded),
        reversed=receipt.reverse_time is not None,
        owner=named("members", payer.owner if payer else None),
        team=named("teams", payer.team if payer else None),
        region=named("regions", payer.region if payer else None),
        by_bill=receipt.by_bill,
    )


_MESSAGES: Mapping[type[Any], tuple[str, Any]] = {
    domain.ReceiptBooked: ("booked", events.ReceiptBooked),
    domain.ReceiptAllocated: ("allocated", events.ReceiptAllocated),
    domain.ReceiptUnallocated: ("unallocated", events.ReceiptUnallocated),
    domain.ReceiptRefunded: ("refunded", events.ReceiptRefunded),
    domain.ReceiptReversed: ("reversed", events.ReceiptReversed),
    domain.ReceiptMatured: ("matured", events.ReceiptMatured),
    domain.ReceiptClaimed: ("claimed", events.ReceiptClaimed),
    domain.ReceiptClaimRejected: ("claim_rejected", events.ReceiptClaimRejected),
    ReceiptPersonErased: ("person_erased", events.ReceiptPersonErased),
    domain.ReceiptIdentified: ("identified", events.ReceiptIdentified),
}


def _publication(participle: str, message: Any) -> Publication:
    def of(_: object, told: events.ReceiptSnapshot) -> Message:
        made: Message = message(receipt=told)
        return made

    return Publication(f"receipt.{participle}", of, state=snapshot)


RECEIPTS: Publications = {
    event: _publication(participle, message) for event, (participle, message) in _MESSAGES.items()
}
