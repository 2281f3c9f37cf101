"""The finance interface: receivables followed without a gap, receipts booked once, every difference told."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from google.type.date_pb2 import Date
from millrace.contracts.v1 import finance_service_pb2 as contract
from millrace.contracts.v1.finance_service_pb2_grpc import FinanceServiceStub
from millrace.contracts.v1.instalment_events_pb2 import InstalmentState
from millrace.contracts.v1.receipt_pb2 import ReceiptMethod
from sqlalchemy import text

from tests.integration.contracts.conftest import ContractsHouse
from tests.integration.contracts.paying import (
    TODAY,
    allocated,
    booked,
    cny,
    finance,
    ledger,
    minor,
    money_in,
    plan_of,
    reason_of,
    signed,
)

EPOCH = "0" * 32


def service(house: ContractsHouse) -> Any:
    return FinanceServiceStub(house.channel)


async def followed(house: ContractsHouse, token: str = "") -> tuple[list[contract.WatchReceivablesResponse], str]:
    """What is sent from a place on until nothing is newer, and the place then."""
    stream = service(house).WatchReceivables(contract.WatchReceivablesRequest(resume_token=token), **finance(house))
    found: list[contract.WatchReceivablesResponse] = []
    async with asyncio.timeout(20):
        async for each in stream:
            if not each.HasField("receivable"):
                stream.cancel()
                return found, each.resume_token
            found.append(each)
    raise AssertionError("the stream ended by itself")


async def test_receivables_come_as_they_stand_and_then_as_they_change(house: ContractsHouse) -> None:
    agreed = await signed(house)
    found, token = await followed(house)
    assert [minor(each.receivable.amount) for each in found] == [370_370, 493_827, 370_370]
    assert {each.contract_number for each in found} == {agreed.number}
    assert (await followed(house, token))[0] == []
    await allocated(house, await booked(house, money_in(3703, 70, contract=agreed.name)))
    changed, later = await followed(house, token)
    assert [each.receivable.state for each in changed] == [InstalmentState.INSTALMENT_STATE_PAID]
    assert later != token


async def test_a_follower_who_stopped_in_the_middle_goes_on_behind_what_he_worked_off(house: ContractsHouse) -> None:
    await signed(house)
    found, _ = await followed(house)
    rest, _ = await followed(house, found[0].resume_token)
    assert [each.receivable.name for each in rest] == [each.receivable.name for each in found[1:]]


async def test_a_change_that_commits_late_is_not_passed_by(house: ContractsHouse) -> None:
    """A transaction that began first and commits last has the lower number: who only went by numbers would lose it."""
    agreed = await signed(house)
    _, token = await followed(house)
    first, second, _ = await plan_of(house, agreed)
    async with house.engine.connect() as slow, house.engine.connect() as quick:
        await _touch(slow, first.name)
        await _touch(quick, second.name)
        await quick.commit()
        meanwhile, token = await followed(house, token)
        await slow.commit()
    after, _ = await followed(house, token)
    assert {each.receivable.name for each in (*meanwhile, *after)} == {first.name, second.name}
    assert first.name in {each.receivable.name for each in after}


async def _touch(connection: Any, name: str) -> None:
    uuid = UUID(name.partition("/")[2])
    await connection.execute(text("update instalments set version = version + 1 where uuid = :uuid"), {"uuid": uuid})


@pytest.mark.parametrize("token", ["x", "1.", "1.zz", f"{EPOCH}.-1.{'0' * 32}", f"{EPOCH}.{2**64}.{'0' * 32}"])
async def test_a_token_nobody_was_given_is_refused(house: ContractsHouse, token: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await followed(house, token)
    assert reason_of(refused.value) == "RESUME_TOKEN_INVALID"


async def test_after_a_restore_every_receivable_is_told_again(house: ContractsHouse) -> None:
    """Rows of another cluster have numbers that this one has not reached: they would be told to nobody."""
    await signed(house)
    _, before = await followed(house)
    async with house.engine.begin() as connection:
        await connection.execute(text("alter table instalments disable trigger instalments_change"))
        await connection.execute(text("update instalments set changed_in = changed_in + 5000000"))
        await connection.execute(text("alter table instalments enable trigger instalments_change"))
    found, after = await followed(house)
    assert len(found) == 3
    assert (await followed(house, after))[0] == []
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await followed(house, before)
    assert reason_of(refused.value) == "RESUME_TOKEN_OUTDATED"


async def test_a_place_ahead_of_the_books_is_of_another_history(house: ContractsHouse) -> None:
    """As after a recovery to an earlier moment."""
    _, token = await followed(house)
    epoch, _, uuid = token.split(".")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await followed(house, f"{epoch}.{2**40}.{uuid}")
    assert reason_of(refused.value) == "RESUME_TOKEN_OUTDATED"


async def test_only_finance_may_follow(house: ContractsHouse) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        async for _ in service(house).WatchReceivables(contract.WatchReceivablesRequest(), **house.zhang_wei):
            pass
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_each_receipt_of_a_batch_is_booked_known_or_refused(house: ContractsHouse) -> None:
    await booked(house, money_in(10, reference="A"))
    batch = [
        money_in(10, reference="A"),
        money_in(20, reference="B"),
        money_in(20, reference="B"),
        money_in(21, reference="B"),
        money_in(5, reference=" "),
        money_in(5, reference="C", receive_date=Date(year=2026, month=13, day=1)),
        money_in(5, reference="D", contract=f"contracts/{uuid4()}"),
    ]
    answer = await service(house).BookReceipts(
        contract.BookReceiptsRequest(receipts=batch, request_id="batch"), **finance(house)
    )
    outcome = contract.BookingOutcome
    assert [(each.external_reference, each.outcome, each.refusal.code) for each in answer.outcomes] == [
        ("A", outcome.BOOKING_OUTCOME_KNOWN, ""),
        ("B", outcome.BOOKING_OUTCOME_BOOKED, ""),
        ("B", outcome.BOOKING_OUTCOME_KNOWN, ""),
        ("B", outcome.BOOKING_OUTCOME_REFUSED, "RECEIPT_REFERENCE_TAKEN"),
        (" ", outcome.BOOKING_OUTCOME_REFUSED, "FIELD_INVALID"),
        ("C", outcome.BOOKING_OUTCOME_REFUSED, "FIELD_NOT_DATE"),
        ("D", outcome.BOOKING_OUTCOME_REFUSED, "CONTRACT_NOT_FOUND"),
    ]
    assert answer.outcomes[3].refusal.text == "Another receipt is booked under B"
    assert await ledger(house) == {"cash": 3000, "unallocated": -3000}


async def test_batches_that_overlap_and_meet_book_each_receipt_once(house: ContractsHouse) -> None:
    receipts = [money_in(1, reference=f"R{number}") for number in range(30)]
    parts = [receipts[start : start + 20] for start in (0, 5, 10)] * 2
    answers = await asyncio.gather(
        *(
            service(house).BookReceipts(
                contract.BookReceiptsRequest(receipts=part, request_id=str(uuid4())), **finance(house)
            )
            for part in parts
        ),
        return_exceptions=True,
    )
    # Whoever loses race after race is told to ask again, and does.
    for part, answer in zip(parts, answers, strict=True):
        if isinstance(answer, grpc.aio.AioRpcError):
            assert answer.code() is grpc.StatusCode.ABORTED
            again = contract.BookReceiptsRequest(receipts=part, request_id=str(uuid4()))
            await service(house).BookReceipts(again, **finance(house))
    assert await ledger(house) == {"cash": 3000, "unallocated": -3000}


async def test_every_difference_between_the_bank_and_the_books_is_told(house: ContractsHouse) -> None:
    for number, reference in enumerate(("same", "amount", "date", "only-here"), start=1):
        await booked(house, money_in(number, reference=reference))
    await booked(house, money_in(9, reference="cash", method=ReceiptMethod.RECEIPT_METHOD_OTHER))
    before = Date(year=2026, month=3, day=1)
    lines = [
        contract.StatementLine(external_reference=reference, receive_date=on, amount=cny(yuan))
        for reference, on, yuan in (
            ("same", TODAY, 1),
            ("amount", TODAY, 20),
            ("date", before, 3),
            ("only-there", TODAY, 7),
            ("same", TODAY, 1),
        )
    ]
    answer = await service(house).ReconcileReceipts(
        contract.ReconcileReceiptsRequest(start_date=before, end_date=TODAY, lines=lines), **finance(house)
    )
    kind = contract.DifferenceKind
    assert [(each.external_reference, each.kind) for each in answer.differences] == [
        ("amount", kind.DIFFERENCE_KIND_AMOUNT),
        ("date", kind.DIFFERENCE_KIND_DATE),
        ("only-there", kind.DIFFERENCE_KIND_MISSING_HERE),
        ("same", kind.DIFFERENCE_KIND_TWICE_THERE),
        ("only-here", kind.DIFFERENCE_KIND_MISSING_THERE),
    ]
    assert (minor(answer.differences[0].there), minor(answer.differences[0].here)) == (2000, 200)
    assert answer.agreed_count == 0
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await service(house).ReconcileReceipts(
            contract.ReconcileReceiptsRequest(start_date=TODAY, end_date=before), **finance(house)
        )
    assert reason_of(refused.value) == "RECONCILIATION_DAYS_WRONG"
