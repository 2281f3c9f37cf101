"""An ERP that follows what customers owe, books what the bank received, and compares itself with the books.

    python docs/how-to/erp_client.py follow
    python docs/how-to/erp_client.py book bank.csv
    python docs/how-to/erp_client.py reconcile bank.csv 2026-03-01 2026-03-31

`bank.csv` has the columns reference, date, amount, currency and payer. The client keeps everything in one SQLite file:
a receivable and the place behind it are written in one transaction, so that a stop at any moment loses nothing.
"""

import csv
import hashlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

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
STORE = os.environ.get("ERP_STORE", "erp.sqlite")
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAUTHENTICATED}
TABLES = """
create table if not exists receivables (name text primary key, contract text, due text, state text, owed text);
create table if not exists place (only integer primary key check (only = 1), token text);
"""


def caller() -> list[tuple[str, str]]:
    """A fresh token: it lasts ten minutes, and a stream outlives it."""
    with grpc.insecure_channel(DIRECTORY) as channel:
        request = IssueClientTokenRequest(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        token = ApiClientServiceStub(channel).IssueClientToken(request, timeout=10)
    return [("authorization", f"Bearer {token.access_token}"), ("accept-language", "zh")]


def follow() -> None:
    """Keep up with what is owed for ever, through every restart of either side."""
    store = sqlite3.connect(STORE)
    store.executescript(TABLES)
    while True:
        try:
            with grpc.insecure_channel(CONTRACTS) as channel:
                _follow(FinanceServiceStub(channel), store)
        except grpc.RpcError as error:
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
    request = finance.BookReceiptsRequest(receipts=receipts, request_id=hashlib.sha256(path.read_bytes()).hexdigest())
    with grpc.insecure_channel(CONTRACTS) as channel:
        answer = FinanceServiceStub(channel).BookReceipts(request, metadata=caller(), timeout=10)
    for each in answer.outcomes:
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
    with grpc.insecure_channel(CONTRACTS) as channel:
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
