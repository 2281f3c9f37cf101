"""A customer's statement of account is what the ledger says of him."""

from typing import Any

import grpc
import pytest
from google.type.date_pb2 import Date
from millrace.contracts.v1 import account_statement_service_pb2 as messages
from millrace.contracts.v1.account_statement_service_pb2_grpc import AccountStatementServiceStub
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import audit
from tests.integration.contracts.conftest import ContractsHouse
from tests.integration.contracts.paying import (
    FINANCE,
    TODAY,
    allocated,
    booked,
    finance,
    minor,
    money_in,
    plan_of,
    reason_of,
    signed,
)

BEFORE = Date(year=2026, month=3, day=1)


async def statement(house: ContractsHouse, account: str, start: Date = TODAY, end: Date = TODAY) -> Any:
    name = f"accountStatements/{account.rpartition('/')[2]}"
    request = messages.GetAccountStatementRequest(name=name, start_date=start, end_date=end)
    return await AccountStatementServiceStub(house.channel).GetAccountStatement(request, **finance(house))


def told(answer: Any) -> list[tuple[str, int, int, int]]:
    movement = messages.StatementMovement
    return [
        (
            movement.Name(each.movement).removeprefix("STATEMENT_MOVEMENT_"),
            minor(each.charged),
            minor(each.credited),
            minor(each.balance),
        )
        for each in answer.entries
    ]


async def test_it_tells_what_was_owed_what_was_added_and_what_was_paid(house: ContractsHouse) -> None:
    contract = await signed(house)
    receipt = await booked(house, money_in(4000, contract=contract.name))
    first = (await plan_of(house, contract))[0]
    await allocated(house, receipt, (first, first.amount))
    await booked(house, money_in(77, reference="NOBODYS"))
    answer = await statement(house, contract.account)
    assert told(answer) == [
        ("PLAN", 370_370, 0, 370_370),
        ("PLAN", 493_827, 0, 864_197),
        ("PLAN", 370_370, 0, 1_234_567),
        ("RECEIPT", 0, 400_000, 834_567),
    ]
    assert {each.contract_number for each in answer.entries[:3]} == {contract.number}
    assert answer.entries[3].external_reference == receipt.external_reference
    assert (minor(answer.opening_balance), minor(answer.closing_balance)) == (0, 834_567)
    house.clock.travel(days=1)
    next_day = Date(year=2026, month=3, day=3)
    following = await statement(house, contract.account, next_day, next_day)
    assert (minor(following.opening_balance), told(following)) == (834_567, [])
    earlier = await statement(house, contract.account, BEFORE, BEFORE)
    assert (minor(earlier.closing_balance), told(earlier)) == (0, [])


async def test_finance_of_elsewhere_is_told_nothing_of_it(house: ContractsHouse) -> None:
    contract = await signed(house)
    name = f"accountStatements/{contract.account.rpartition('/')[2]}"
    request = messages.GetAccountStatementRequest(name=name, start_date=TODAY, end_date=TODAY)
    own = house.as_member(FINANCE, Scope.OWN, roles=("finance",), may=("contracts.finance", "contracts.see_money"))
    answer = await AccountStatementServiceStub(house.channel).GetAccountStatement(request, **own)
    assert told(answer) == []


async def test_a_period_that_ends_before_it_begins_is_refused(house: ContractsHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await statement(house, f"accounts/{'0' * 8}-0000-0000-0000-{'0' * 12}", TODAY, BEFORE)
    assert reason_of(refused.value) == "ACCOUNT_STATEMENT_DAYS_WRONG"


async def test_in_pdf_it_is_noted_who_took_it(house: ContractsHouse) -> None:
    contract = await signed(house)
    name = f"accountStatements/{contract.account.rpartition('/')[2]}"
    request = messages.DownloadAccountStatementRequest(name=name, start_date=TODAY, end_date=TODAY, language="zh")
    stub = AccountStatementServiceStub(house.channel)
    sent = [part async for part in stub.DownloadAccountStatement(request, **finance(house))]
    assert b"".join(part.data for part in sent).startswith(b"%PDF-")
    async with house.engine.connect() as connection:
        noted = select(audit.c.actor).where(audit.c.resource == name)
        assert [row.actor for row in await connection.execute(noted)] == [f"members/{FINANCE}"]
