"""Booking money that arrived: once for each external reference, whoever sends it how often in whatever order (G18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.work import UnitOfWork
from kernel.errors import Refusal
from kernel.money import Money
from services.contracts.application.receipts import payer_of
from services.contracts.domain.contract import Contract
from services.contracts.domain.contract_refusals import ContractNotFound
from services.contracts.domain.ledger import Concerning, Movement, move
from services.contracts.domain.receipt import Payer, Receipt, ReceiptMethod, book
from services.contracts.domain.receipt_refusals import ReceiptReferenceTaken
from services.contracts.storage import contracts, receipts
from services.contracts.storage.ledger import post
from services.contracts.storage.receipts import FINANCE, RECEIPT_RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Money that arrived, as the bank or the ERP tells it."""

    external_reference: str
    method: ReceiptMethod
    receive_date: date
    maturity_date: date | None = None
    amount: Money
    payer_name: str = ""
    remark: str = ""
    contract: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What became of an arrival: `fresh` where it was booked now, `refusal` where it cannot be."""

    external_reference: str
    receipt: Receipt | None = None
    fresh: bool = False
    refusal: Refusal | None = None


async def book_receipt(work: UnitOfWork, *, arrival: Arrival, zone: ZoneInfo) -> Receipt:
    """Money that arrived is booked; the same again is the receipt that stands.

    Raises ReceiptReferenceTaken, ReceiptMaturityWrong, ReceiptDateAhead, AmountNotPositive, ContractNotFound,
    ContractNotSigned.
    """
    (booked,) = await book_receipts(work, arrivals=[arrival], zone=zone)
    if booked.receipt is None:
        raise booked.refusal or AssertionError
    return booked.receipt


async def book_receipts(work: UnitOfWork, *, arrivals: Sequence[Arrival], zone: ZoneInfo) -> Sequence[Booked]:
    """Each of many is booked once; one that cannot be says why, and stops no other."""
    today = work.now.astimezone(zone).date()
    known = dict(await receipts.receipts_of_references(work, [each.external_reference for each in arrivals]))
    named = {each.contract for each in arrivals if each.contract is not None}
    paid = await contracts.contracts_of(work, sorted(named), permission=FINANCE) if named else {}
    return [_booked(work, each, known=known, paid=paid, today=today) for each in arrivals]


def _booked(
    work: UnitOfWork,
    arrival: Arrival,
    *,
    known: dict[str, Receipt],
    paid: Mapping[UUID, Contract],
    today: date,
) -> Booked:
    reference = arrival.external_reference
    try:
        there = known.get(reference)
        if there is not None:
            # What was booked stands, whoever may see its contract by now.
            if not there.tells_the_same(_receipt(work, arrival, payer=None)):
                raise ReceiptReferenceTaken(external_reference=reference)
            return Booked(external_reference=reference, receipt=there)
        wanted = _receipt(work, arrival, payer=_payer(arrival, paid))
        saved = work.save(RECEIPT_RECORD, book(wanted, today=today))
    except Refusal as refusal:
        return Booked(external_reference=reference, refusal=refusal)
    post(
        work,
        move(
            Movement.RECEIPT,
            saved.amount,
            uuid=work.new_id(),
            about=Concerning(receipt=saved.uuid),
            actor=work.principal.subject,
            now=work.now,
            by_bill=saved.by_bill,
        ),
    )
    known[reference] = saved
    return Booked(external_reference=reference, receipt=saved, fresh=True)


def _payer(arrival: Arrival, paid: Mapping[UUID, Contract]) -> Payer | None:
    if arrival.contract is None:
        return None
    if arrival.contract not in paid:
        raise ContractNotFound(contract=f"contracts/{arrival.contract}")
    return payer_of(paid[arrival.contract])


def _receipt(work: UnitOfWork, arrival: Arrival, *, payer: Payer | None) -> Receipt:
    nothing = Money(minor=0, currency=arrival.amount.currency)
    return Receipt(
        uuid=work.new_id(),
        external_reference=arrival.external_reference,
        method=arrival.method,
        receive_date=arrival.receive_date,
        maturity_date=arrival.maturity_date,
        amount=arrival.amount,
        allocated=nothing,
        refunded=nothing,
        payer_name=arrival.payer_name,
        remark=arrival.remark,
        payer=payer,
        create_time=work.now,
        update_time=work.now,
    )
