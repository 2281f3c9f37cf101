"""Money that comes in: on the day, late, in two parts, or without a word on what it is for."""

from datetime import date, timedelta
from typing import Any

from google.type.money_pb2 import Money
from millrace.contracts.v1 import instalment_service_pb2, receipt_pb2, receipt_service_pb2

from chassis.wire import date_message
from deploy.local.demo.business.actors import FINANCE, Actors
from deploy.local.demo.business.cases import Case, Step
from deploy.local.demo.weeks import Week

LATE_PAYERS = 0.15
IN_PARTS = 0.12
# Payers nobody recognizes, in thousands: they wait to be claimed, and the last one is paid back.
STRANGERS = (("杭州未名贸易有限公司", 38), ("代付款（陈先生）", 12), ("成都锦里商贸有限公司", 75))


def collect(actors: Actors, case: Case, week: Week) -> Case:
    """Finance books what came in for the instalments that fell due; some customers pay weeks late, or not yet."""
    ask = instalment_service_pb2.ListInstalmentsRequest(filter=f'contract = "{case.contract}" AND open = true')
    open_ones = actors.ask(FINANCE, "contracts.InstalmentService.ListInstalments", ask).instalments
    today = week.end.date()
    for instalment in open_ones:
        due = date(instalment.due_date.year, instalment.due_date.month, instalment.due_date.day)
        chance = case.chance(Step.COLLECT)
        late = timedelta(days=chance.choice([21, 35, 63])) if chance.random() < LATE_PAYERS else timedelta()
        if due + late <= today:
            _book(actors, case, instalment, today, first_part=chance.random() < IN_PARTS)
    return case.at(week=week.number + 1) if open_ones else case.ended()


def book_strangers(actors: Actors, day: date) -> None:
    """Money of a day that names no contract."""
    for number, (payer, thousands) in enumerate(STRANGERS):
        receipt = receipt_pb2.Receipt(
            external_reference=f"BANK-UNKNOWN-{number}",
            receive_date=date_message(day),
            amount=Money(currency_code="CNY", units=thousands * 1000),
            payer_name=payer,
        )
        booked = _booked(actors, receipt, key=f"demo-stranger-{number}")
    refund = receipt_service_pb2.RefundReceiptRequest(name=booked.name, request_id="demo-stranger-refund")
    actors.ask(FINANCE, "contracts.ReceiptService.RefundReceipt", refund)


def _book(actors: Actors, case: Case, instalment: Any, day: date, *, first_part: bool) -> None:
    """The whole of what is open; of who pays in parts first a half, and the rest a week later."""
    begins = instalment.open == instalment.amount
    amount = _half(instalment.open) if first_part and begins else instalment.open
    part = 1 if begins else 2
    receipt = receipt_pb2.Receipt(
        external_reference=f"BANK-{case.number:05d}-{instalment.sequence:02d}-{part}",
        receive_date=date_message(day),
        amount=amount,
        contract=case.contract,
    )
    key = f"demo-{case.number}-{instalment.sequence}-{part}"
    booked = _booked(actors, receipt, key=f"{key}-book")
    allocate = receipt_service_pb2.AllocateReceiptRequest(
        name=booked.name,
        allocations=[receipt_pb2.ReceiptAllocation(instalment=instalment.name, amount=amount)],
        request_id=f"{key}-allocate",
    )
    actors.ask(FINANCE, "contracts.ReceiptService.AllocateReceipt", allocate)


def _booked(actors: Actors, receipt: receipt_pb2.Receipt, *, key: str) -> receipt_pb2.Receipt:
    book = receipt_service_pb2.BookReceiptRequest(receipt=receipt, request_id=key)
    booked: receipt_pb2.Receipt = actors.ask(FINANCE, "contracts.ReceiptService.BookReceipt", book)
    return booked


def _half(amount: Money) -> Money:
    """Half of it in whole units."""
    return Money(currency_code=amount.currency_code, units=max(1, amount.units // 2))
