"""An ERP that follows what customers owe, books what the bank received, and compares itself with the books.

    python docs/how-to/erp_client.py follow
    python docs/how-to/erp_client.py book bank.csv
    python docs/how-to/erp_client.py reconcile bank.csv 2026-03-01 2026-03-31

`bank.csv` has the columns reference, date, amount, currency and payer. The client keeps everything in one SQLite file:
a receivable and the place behind it are written in one transaction, so that a stop at any moment loses nothing.
"""

import csv
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import grpc
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.contracts.v1 import finance_service_pb2 as finance
from millrace.contracts.v1.finance_service_pb2_grpc import FinanceServiceStub
from millrace.contracts.v1.instalment_events_pb2 import InstalmentState
from millrace.contracts.v1.receipt_pb2 import Receipt
from millrace.directory.v1.api_client_service_pb2 import IssueClientTokenRequest
from millrace.directory.v1.api_client_service_pb2_grpc import ApiClientServiceStub

CONTRACTS = os.environ.get("ERP_CONTRACTS", "127.0.0.1:50054")
DIRECTORY = os.environ.get("ERP_DIRECTORY", "127.0.0.1:50051")
CLIENT_ID, CLIENT_SECRET = os.environ.get("ERP_CLIENT_ID", ""), os.environ.get("ERP_CLIENT_SECRET", "")
# A file with the certificate authority of the servers; without one the connection is in the clear: on one machine only.
AUTHORITY = os.environ.get("ERP_AUTHORITY", "")
AT_ONCE = 500
STORE = os.environ.get("ERP_STORE", "erp.sqlite")
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAUTHENTICATED}
TABLES = """
create table if not exists receivables (name text primary key, contract text, due text, state text, owed text);
create table if not exists place (only integer primary key check (only = 1), token text);
"""


def connect(address: str) -> grpc.Channel:
    """A channel to a server, secured as soon as there is an authority to know it by."""
    if not AUTHORITY:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(Path(AUTHORITY).read_bytes()))


def caller() -> list[tuple[str, str]]:
    """A fresh token: it lasts ten minutes, and a stream outlives it."""
    with connect(DIRECTORY) as channel:
        request = IssueClientTokenRequest(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        try:
            token = ApiClientServiceStub(channel).IssueClientToken(request, timeout=10)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                raise SystemExit("the client or its secret is refused: nothing gets better by waiting") from error
            raise
    return [("authorization", f"Bearer {token.access_token}"), ("accept-language", "zh")]


def follow() -> None:
    """Keep up with what is owed for ever, through every restart of either side."""
    store = sqlite3.connect(STORE)
    store.executescript(TABLES)
    while True:
        try:
            with connect(CONTRACTS) as channel:
                _follow(FinanceServiceStub(channel), store)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.FAILED_PRECONDITION and "RESUME_TOKEN" in str(error.trailing_metadata()):
                # The books were restored: everything comes again, and overwrites what is here.
                with store:
                    store.execute("delete from place")
                continue
            if error.code() not in PASSING:
                raise
            print(f"wait: {error.code().name}", flush=True)
            time.sleep(1)


def _follow(service: FinanceServiceStub, store: sqlite3.Connection) -> None:
    row = store.execute("select token from place").fetchone()
    request = finance.WatchReceivablesRequest(resume_token=row[0] if row else "")
    for message in service.WatchReceivables(request, metadata=caller()):
        with store:
            if message.HasField("receivable"):
                store.execute("insert or replace into receivables values (?, ?, ?, ?, ?)", _columns(message))
            store.execute("insert or replace into place values (1, ?)", (message.resume_token,))


def _columns(message: finance.WatchReceivablesResponse) -> tuple[str, ...]:
    owed = message.receivable
    due = date(owed.due_date.year, owed.due_date.month, owed.due_date.day).isoformat()
    state = InstalmentState.Name(owed.state).removeprefix("INSTALMENT_STATE_")
    return owed.name, message.contract_number, due, state, _text(owed.open)


def book(path: Path) -> None:
    """Book the bank's lines. Sending a file again, or two that overlap, books nothing twice."""
    receipts = [
        Receipt(
            external_reference=line["reference"],
            receive_date=_date(line["date"]),
            amount=_money(line["amount"], line["currency"]),
            payer_name=line["payer"],
        )
        for line in _lines(path)
    ]
    with connect(CONTRACTS) as channel:
        for first in range(0, len(receipts), AT_ONCE):
            _book(FinanceServiceStub(channel), receipts[first : first + AT_ONCE])


def _book(service: FinanceServiceStub, receipts: Sequence[Receipt]) -> None:
    """A fresh id each time: references make repeats harmless, and what was refused is looked at anew."""
    request = finance.BookReceiptsRequest(receipts=receipts, request_id=str(uuid4()))
    for each in service.BookReceipts(request, metadata=caller(), timeout=30).outcomes:
        outcome = finance.BookingOutcome.Name(each.outcome).removeprefix("BOOKING_OUTCOME_")
        print(each.external_reference, outcome, each.refusal.text)


def reconcile(path: Path, start: str, end: str) -> None:
    """Tell every difference between the bank's lines and the books."""
    lines = [
        finance.StatementLine(
            external_reference=line["reference"],
            receive_date=_date(line["date"]),
            amount=_money(line["amount"], line["currency"]),
        )
        for line in _lines(path)
    ]
    request = finance.ReconcileReceiptsRequest(start_date=_date(start), end_date=_date(end), lines=lines)
    with connect(CONTRACTS) as channel:
        answer = FinanceServiceStub(channel).ReconcileReceipts(request, metadata=caller(), timeout=10)
    print("agreed", answer.agreed_count)
    for each in answer.differences:
        kind = finance.DifferenceKind.Name(each.kind).removeprefix("DIFFERENCE_KIND_")
        print(each.external_reference, kind, "bank", _text(each.there), "books", _text(each.here))


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _date(text: str) -> Date:
    day = date.fromisoformat(text)
    return Date(year=day.year, month=day.month, day=day.day)


def _money(amount: str, currency: str) -> Money:
    units, nanos = divmod(int(Decimal(amount).scaleb(9)), 10**9)
    return Money(currency_code=currency, units=units, nanos=nanos)


def _text(money: Money) -> str:
    amount = Decimal(money.units) + Decimal(money.nanos).scaleb(-9)
    return f"{amount.normalize():f} {money.currency_code}".strip()


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["help"]
    if command == "follow":
        follow()
    elif command == "book" and len(rest) == 1:
        book(Path(rest[0]))
    elif command == "reconcile" and len(rest) == 3:
        reconcile(Path(rest[0]), rest[1], rest[2])
    else:
        print(__doc__)
