"""Receipts (到款): booked once, used for what is owed, paid back, taken back; every sum follows from the ledger."""

import asyncio
import random
from uuid import uuid4

import grpc
import pytest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from millrace.contracts.v1 import receipt_service_pb2 as contract
from millrace.contracts.v1.instalment_events_pb2 import InstalmentState
from millrace.contracts.v1.instalment_service_pb2 import RecoverInstalmentRequest, WriteOffInstalmentRequest
from millrace.contracts.v1.instalment_service_pb2_grpc import InstalmentServiceStub
from millrace.contracts.v1.receipt_pb2 import Receipt, ReceiptMethod, ReceiptState
from sqlalchemy import select

from chassis.jobs import carry_out
from chassis.principal import Scope, service_principal
from chassis.tables import requests
from services.contracts.application.receipt_returns import mature_bills
from tests.integration.contracts.conftest import LI_NA, ContractsHouse
from tests.integration.contracts.lives import read, told
from tests.integration.contracts.paying import (
    allocated,
    booked,
    cny,
    finance,
    ledger,
    minor,
    money_in,
    plan_of,
    reason_of,
    receipts,
    signed,
)


async def test_money_of_a_contract_pays_its_oldest_instalments_first(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await booked(house, money_in(5000, contract=agreed.name))
    assert (receipt.state, receipt.account) == (ReceiptState.RECEIPT_STATE_OPEN, agreed.account)
    preview = await receipts(house).PreviewReceiptAllocation(
        contract.PreviewReceiptAllocationRequest(name=receipt.name), **finance(house)
    )
    assert [(minor(each.amount), [reason.code for reason in each.reasons]) for each in preview.allocations] == [
        (370_370, ["ALLOCATION_NAMED", "ALLOCATION_OLDEST", "ALLOCATION_PAYS_ALL"]),
        (129_630, ["ALLOCATION_NAMED", "ALLOCATION_OLDEST", "ALLOCATION_PAYS_PART"]),
    ]
    assert preview.allocations[0].reasons[1].text == "Of what is open, due the earliest: 2026-03-09"
    used = await allocated(house, receipt)
    assert (used.state, minor(used.allocated), minor(used.left)) == (ReceiptState.RECEIPT_STATE_USED, 500_000, 0)
    first, second, third = await plan_of(house, agreed)
    assert [minor(each.paid) for each in (first, second, third)] == [370_370, 129_630, 0]
    assert (first.state, second.state) == (
        InstalmentState.INSTALMENT_STATE_PAID,
        InstalmentState.INSTALMENT_STATE_PARTLY_PAID,
    )
    assert minor((await read(house, agreed)).paid) == 500_000
    assert await ledger(house) == {"cash": 500_000, "receivable": 734_567, "contracted": -1_234_567}


async def test_over_payment_stays_to_the_customers_credit_and_can_be_refunded(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await allocated(house, await booked(house, money_in(13_000, contract=agreed.name)))
    assert minor(receipt.left) == 65_433
    settled = await read(house, agreed)
    assert minor(settled.paid) == 1_234_567
    assert settled.HasField("settle_time")
    assert (await told(house, "contract"))[-1] == "settled"
    request = contract.RefundReceiptRequest(name=receipt.name, request_id=str(uuid4()))
    back = await receipts(house).RefundReceipt(request, **finance(house))
    assert (minor(back.refunded), minor(back.left)) == (65_433, 0)
    assert await ledger(house) == {"cash": 1_234_567, "contracted": -1_234_567}
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await receipts(house).RefundReceipt(
            contract.RefundReceiptRequest(name=receipt.name, amount=cny(0, 1), request_id="x"), **finance(house)
        )
    assert reason_of(refused.value) == "RECEIPT_EXHAUSTED"


async def test_a_receipt_pays_never_more_than_is_left_of_it_or_open_of_an_instalment(house: ContractsHouse) -> None:
    agreed = await signed(house)
    first, second, _ = await plan_of(house, agreed)
    receipt = await booked(house, money_in(4000, contract=agreed.name))
    for pays, reason in (
        ([(first, cny(3703, 71))], "ALLOCATION_TOO_LARGE"),
        ([(second, cny(4000, 1))], "RECEIPT_EXHAUSTED"),
        ([(first, cny(10)), (first, cny(10))], "ALLOCATION_TWICE"),
        ([(first, cny(0))], "AMOUNT_NOT_POSITIVE"),
        ([(first, Money(currency_code="USD", units=1))], "ALLOCATION_ELSEWHERE"),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await allocated(house, receipt, *pays)
        assert reason_of(refused.value) == reason
    assert [minor(each.paid) for each in await plan_of(house, agreed)] == [0, 0, 0]


async def test_an_allocation_taken_back_is_owed_again_and_unsettles_the_contract(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await allocated(house, await booked(house, money_in(12_345, 67, contract=agreed.name)))
    first = (await plan_of(house, agreed))[0]
    request = contract.UnallocateReceiptRequest(
        name=receipt.name, instalment=first.name, amount=cny(100), request_id="back"
    )
    back = await receipts(house).UnallocateReceipt(request, **finance(house))
    assert (minor(back.left), minor(back.allocated)) == (10_000, 1_224_567)
    after = await read(house, agreed)
    assert not after.HasField("settle_time")
    assert (await told(house, "contract"))[-2:] == ["settled", "unsettled"]
    assert minor(after.paid) == 1_224_567
    assert minor((await plan_of(house, agreed))[0].open) == 10_000
    shown = await receipts(house).ListReceiptAllocations(
        contract.ListReceiptAllocationsRequest(parent=receipt.name), **finance(house)
    )
    assert sorted(minor(each.amount) for each in shown.allocations) == [360_370, 370_370, 493_827]


async def test_what_is_left_of_an_instalment_can_be_given_up(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await booked(house, money_in(12_000, contract=agreed.name))
    await allocated(house, receipt)
    last = (await plan_of(house, agreed))[-1]
    request = WriteOffInstalmentRequest(name=last.name, comment="客户确认尾差不付", request_id="off")
    given_up = await InstalmentServiceStub(house.channel).WriteOffInstalment(request, **finance(house))
    assert (given_up.state, minor(given_up.written_off)) == (InstalmentState.INSTALMENT_STATE_WRITTEN_OFF, 34_567)
    assert (await read(house, agreed)).HasField("settle_time")
    assert await ledger(house) == {"cash": 1_200_000, "contracted": -1_234_567, "written_off": 34_567}


async def test_money_sent_for_a_contract_pays_that_one_first(house: ContractsHouse) -> None:
    older = await signed(house)
    house.clock.travel(days=1)
    newer = await signed(house)
    receipt = await booked(house, money_in(13_000, contract=newer.name))
    preview = await receipts(house).PreviewReceiptAllocation(
        contract.PreviewReceiptAllocationRequest(name=receipt.name), **finance(house)
    )
    codes = [each.reasons[0].code for each in preview.allocations]
    assert codes == ["ALLOCATION_NAMED"] * 3 + ["ALLOCATION_OTHER_CONTRACT"]
    await allocated(house, receipt)
    assert minor((await read(house, newer)).paid) == 1_234_567
    assert minor((await read(house, older)).paid) == 1_300_000 - 1_234_567


async def test_the_rest_of_a_receipt_that_was_paid_back_in_part_is_booked(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await booked(house, money_in(1000))
    refund = contract.RefundReceiptRequest(name=receipt.name, amount=cny(100), request_id="refund")
    await receipts(house).RefundReceipt(refund, **finance(house))
    request = contract.IdentifyReceiptRequest(name=receipt.name, contract=agreed.name, request_id="identify")
    known = await receipts(house).IdentifyReceipt(request, **finance(house))
    used = await allocated(house, known)
    assert (minor(used.allocated), minor(used.refunded), minor(used.left)) == (90_000, 10_000, 0)


async def test_what_was_given_up_is_owed_again_when_the_customer_pays_after_all(house: ContractsHouse) -> None:
    agreed = await signed(house)
    last = (await plan_of(house, agreed))[-1]
    stub = InstalmentServiceStub(house.channel)
    await stub.WriteOffInstalment(
        WriteOffInstalmentRequest(name=last.name, comment="坏账", request_id="off"), **finance(house)
    )
    recover = RecoverInstalmentRequest(name=last.name, comment="客户后来付款", request_id="back")
    back = await stub.RecoverInstalment(recover, **finance(house))
    assert (minor(back.open), minor(back.written_off)) == (370_370, 0)
    await allocated(house, await booked(house, money_in(3703, 70, contract=agreed.name)), (last, cny(3703, 70)))
    assert await ledger(house) == {"cash": 370_370, "receivable": 864_197, "contracted": -1_234_567}
    again = RecoverInstalmentRequest(name=last.name, comment="x", request_id="x")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.RecoverInstalment(again, **finance(house))
    assert reason_of(refused.value) == "INSTALMENT_NOT_WRITTEN_OFF"


async def test_a_bill_is_cash_from_its_day_on_and_reversed_when_not_honoured(house: ContractsHouse) -> None:
    agreed = await signed(house)
    bill = money_in(
        3703,
        70,
        method=ReceiptMethod.RECEIPT_METHOD_BILL,
        maturity_date=Date(year=2026, month=3, day=12),
        contract=agreed.name,
    )
    receipt = await allocated(house, await booked(house, bill))
    assert (await ledger(house))["bills"] == 370_370
    assert await _matured(house) == 0
    house.clock.travel(days=10)
    assert await _matured(house) == 1
    assert "bills" not in await ledger(house)
    request = contract.ReverseReceiptRequest(name=receipt.name, comment="票据被拒付", request_id="dishonoured")
    reversed_ = await receipts(house).ReverseReceipt(request, **finance(house))
    assert (reversed_.state, minor(reversed_.allocated)) == (ReceiptState.RECEIPT_STATE_REVERSED, 0)
    assert await ledger(house) == {"receivable": 1_234_567, "contracted": -1_234_567}
    assert minor((await plan_of(house, agreed))[0].open) == 370_370
    assert (await told(house, "receipt")) == ["booked", "allocated", "matured", "reversed"]


async def _matured(house: ContractsHouse) -> int:
    zone = house.parts.settings.time_zone
    return await carry_out(
        house.parts.store,
        service_principal("contracts", {}),
        action="mature_bills",
        use_case=lambda work: mature_bills(work, zone=zone),
    )


async def test_a_claim_of_a_salesperson_is_confirmed_by_finance(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await booked(house, money_in(3703, 70, remark="货款"))
    assert receipt.state is ReceiptState.RECEIPT_STATE_UNIDENTIFIED
    stub = receipts(house)
    page = await stub.ListUnclaimedReceipts(
        contract.ListUnclaimedReceiptsRequest(filter='payer_name : "云帆"'), **house.zhang_wei
    )
    assert [each.name for each in page.receipts] == [receipt.name]
    claim = contract.ClaimReceiptRequest(name=receipt.name, contract=agreed.name, request_id="claim")
    assert (await stub.ClaimReceipt(claim, **house.zhang_wei)).state is ReceiptState.RECEIPT_STATE_CLAIMED
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.ConfirmReceiptClaim(
            contract.ConfirmReceiptClaimRequest(name=receipt.name, request_id="own"), **house.zhang_wei
        )
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    confirm = contract.ConfirmReceiptClaimRequest(name=receipt.name, allocate=True, request_id="yes")
    known = await stub.ConfirmReceiptClaim(confirm, **finance(house))
    assert (known.owner, known.contract, minor(known.allocated)) == (agreed.owner, agreed.name, 370_370)
    seen = await stub.GetReceipt(contract.GetReceiptRequest(name=receipt.name), **house.zhang_wei)
    assert seen.state is ReceiptState.RECEIPT_STATE_USED


async def test_a_rejected_claim_says_why_and_leaves_the_receipt_to_others(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await booked(house, money_in(10))
    stub = receipts(house)
    claim = contract.ClaimReceiptRequest(name=receipt.name, contract=agreed.name, request_id="claim")
    await stub.ClaimReceipt(claim, **house.zhang_wei)
    stranger = house.as_member(LI_NA)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.ClaimReceipt(
            contract.ClaimReceiptRequest(name=receipt.name, contract=agreed.name, request_id="mine"), **stranger
        )
    assert reason_of(refused.value) == "CONTRACT_NOT_FOUND"
    reject = contract.RejectReceiptClaimRequest(name=receipt.name, comment="金额不符", request_id="no")
    left = await stub.RejectReceiptClaim(reject, **finance(house))
    assert (left.state, left.comment) == (ReceiptState.RECEIPT_STATE_UNIDENTIFIED, "金额不符")
    assert not left.HasField("claim")


async def test_a_receipt_is_seen_by_whom_its_customer_concerns(house: ContractsHouse) -> None:
    agreed = await signed(house)
    receipt = await booked(house, money_in(10, contract=agreed.name))
    stranger = house.as_member(LI_NA)
    stub = receipts(house)
    assert (await stub.ListReceipts(contract.ListReceiptsRequest(), **stranger)).total_size == 0
    assert (await stub.ListUnclaimedReceipts(contract.ListUnclaimedReceiptsRequest(), **stranger)).total_size == 0
    for ask in (stub.GetReceipt, stub.ListReceiptAllocations):
        request = (
            contract.GetReceiptRequest(name=receipt.name)
            if ask is stub.GetReceipt
            else contract.ListReceiptAllocationsRequest(parent=receipt.name)
        )
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(request, **stranger)
        assert reason_of(refused.value) == "RECEIPT_NOT_FOUND"
    assert (await stub.ListReceipts(contract.ListReceiptsRequest(), **house.zhang_wei)).total_size == 1


async def test_a_receipt_sent_again_in_whatever_order_is_booked_once(house: ContractsHouse) -> None:
    sent = [money_in(number + 1, reference=f"ICBC-{number:04}") for number in range(20)] * 3
    random.Random(7).shuffle(sent)
    names: dict[str, set[str]] = {}
    for some in (sent[at : at + 12] for at in range(0, len(sent), 12)):
        for answer in await asyncio.gather(*(booked(house, each) for each in some)):
            names.setdefault(answer.external_reference, set()).add(answer.name)
    assert len(names) == 20
    async with house.engine.connect() as connection:
        assert set(await connection.scalars(select(requests.c.lasting))) == {True}
    assert {len(each) for each in names.values()} == {1}
    assert await ledger(house) == {"cash": 21_000, "unallocated": -21_000}


async def test_what_was_booked_stands_when_its_contract_is_out_of_the_callers_reach(house: ContractsHouse) -> None:
    """The ERP's client was narrowed after it had booked, and sends the same again: it is the same money."""
    sent = money_in(10, contract=(await signed(house)).name)
    first = await booked(house, sent)
    narrowed = house.as_member(LI_NA, Scope.OWN, roles=("finance",), may=("contracts.finance",))
    request = contract.BookReceiptRequest(receipt=sent, request_id="again")
    assert (await receipts(house).BookReceipt(request, **narrowed)).name == first.name
    other = contract.BookReceiptRequest(receipt=money_in(11, contract=sent.contract), request_id="other")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await receipts(house).BookReceipt(other, **narrowed)
    assert reason_of(refused.value) == "RECEIPT_REFERENCE_TAKEN"


async def test_other_money_under_a_known_reference_is_refused(house: ContractsHouse) -> None:
    await booked(house, money_in(10))
    for other in (money_in(11), money_in(10, receive_date=Date(year=2026, month=3, day=1))):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await booked(house, other)
        assert reason_of(refused.value) == "RECEIPT_REFERENCE_TAKEN"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (money_in(0), "AMOUNT_NOT_POSITIVE"),
        (money_in(1, receive_date=Date(year=2026, month=3, day=3)), "RECEIPT_DATE_AHEAD"),
        (money_in(1, method=ReceiptMethod.RECEIPT_METHOD_BILL), "RECEIPT_MATURITY_WRONG"),
        (money_in(1, maturity_date=Date(year=2026, month=3, day=2)), "RECEIPT_MATURITY_WRONG"),
        (money_in(1, contract=f"contracts/{uuid4()}"), "CONTRACT_NOT_FOUND"),
    ],
)
async def test_what_cannot_be_is_not_booked(house: ContractsHouse, wrong: Receipt, reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await booked(house, wrong)
    assert reason_of(refused.value) == reason


async def test_money_allocated_by_many_at_once_is_allocated_once(house: ContractsHouse) -> None:
    agreed = await signed(house)
    first = (await plan_of(house, agreed))[0]
    many = [await booked(house, money_in(1000, reference=f"ICBC-{each}", contract=agreed.name)) for each in range(4)]
    tries = [allocated(house, each, (first, cny(1000))) for each in many for _ in range(3)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    wrong = {reason_of(each) for each in done if isinstance(each, grpc.aio.AioRpcError)}
    assert sum(isinstance(each, Receipt) for each in done) == 3
    assert wrong <= {"RECEIPT_EXHAUSTED", "ALLOCATION_TOO_LARGE"}
    assert minor((await plan_of(house, agreed))[0].paid) == 300_000
    assert (await ledger(house))["unallocated"] == -100_000


async def test_a_money_command_needs_a_request_id_and_heeds_a_version(house: ContractsHouse) -> None:
    receipt = await booked(house, money_in(10))
    stub = receipts(house)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.RefundReceipt(contract.RefundReceiptRequest(name=receipt.name), **finance(house))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    request = contract.RefundReceiptRequest(name=receipt.name, amount=cny(1), etag="1", request_id="once")
    once, again = [await stub.RefundReceipt(request, **finance(house)) for _ in range(2)]
    assert once == again
    request.request_id = "twice"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.RefundReceipt(request, **finance(house))
    assert reason_of(refused.value) == "STALE_VERSION"
