"""Amendments: reviewed and signed like the first text; what nobody began to pay is planned anew (C-05, C-07)."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.api.httpbody_pb2 import HttpBody
from google.type.date_pb2 import Date
from millrace.approvals.v1.approval_requests_pb2 import ApproveRequest, GetApprovalRequest
from millrace.contracts.v1 import contract_events_pb2 as states
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_amendment_events_pb2 import ContractAmendmentState
from millrace.contracts.v1.contract_amendment_pb2 import ContractAmendment
from millrace.contracts.v1.contract_amendment_service_pb2 import (
    CreateContractAmendmentRequest,
    DropContractAmendmentRequest,
    GetContractAmendmentRequest,
    ListContractAmendmentsRequest,
    RecordAmendmentSigningRequest,
)
from millrace.contracts.v1.contract_amendment_service_pb2_grpc import ContractAmendmentServiceStub
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.instalment_pb2 import Instalment
from millrace.contracts.v1.instalment_service_pb2 import RescheduleInstalmentRequest
from millrace.contracts.v1.instalment_service_pb2_grpc import InstalmentServiceStub

from chassis.wire import uuid_of
from kernel.money import Money
from services.contracts.domain.offer import Offer
from services.contracts.domain.sold_item import SoldItem
from tests.integration.contracts.conftest import CHENGDU, LI_NA, TRAINING, ContractsHouse, an_offer, put_away
from tests.integration.contracts.lives import ended, read, told, told_last
from tests.integration.contracts.paying import (
    allocated,
    booked,
    finance,
    ledger,
    minor,
    money_in,
    plan_of,
    reason_of,
)
from tests.integration.contracts.test_contract_life import in_force

OPEN, GONE = "open", "cancelled"
UNTIL = Date(year=2027, month=12, day=31)


def amendments(house: ContractsHouse) -> Any:
    return ContractAmendmentServiceStub(house.channel)


def dearer(house: ContractsHouse, contract: Contract) -> Offer:
    """Another approved quote of the contract's opportunity, over CNY 20,000.01."""
    total = Money(minor=2_000_001)
    sold = (SoldItem(product=TRAINING, quantity=Decimal(3), amount=total),)
    return put_away(house.offers, of_same(contract, gross_total=total, sold=sold))


def of_same(contract: Contract, **fields: Any) -> Offer:
    """A quote of the contract's opportunity."""
    return an_offer(**{"opportunity": uuid_of(contract.opportunity), **fields})


async def proposed(house: ContractsHouse, contract: Contract, **fields: Any) -> ContractAmendment:
    request = CreateContractAmendmentRequest(
        parent=contract.name, contract_amendment=ContractAmendment(text="增加二十套", **fields)
    )
    answer: ContractAmendment = await amendments(house).CreateContractAmendment(request, **house.zhang_wei)
    return answer


async def agreed(house: ContractsHouse, amendment: ContractAmendment) -> None:
    """Legal agrees."""
    stub = ApprovalServiceStub(house.channel)
    asked = await stub.GetApproval(GetApprovalRequest(name=amendment.approval), **house.legal)
    await stub.Approve(ApproveRequest(name=asked.name, content_hash=asked.content_hash), **house.legal)


async def signed(house: ContractsHouse, amendment: ContractAmendment) -> ContractAmendment:
    """Both have signed on paper."""

    async def pieces() -> AsyncIterator[RecordAmendmentSigningRequest]:
        yield RecordAmendmentSigningRequest(
            name=amendment.name,
            file_name="补充协议.pdf",
            archive_number="DA-2026-9",
            signer_name="张伟",
            request_id="sign-amendment",
            file=HttpBody(content_type="application/pdf", data=b"%PDF-1.7 scanned"),
        )

    answer: ContractAmendment = await amendments(house).RecordAmendmentSigning(pieces(), **house.zhang_wei)
    return answer


async def refused(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return reason_of(error.value)


def standing(plan: list[Instalment]) -> list[tuple[str, int]]:
    """Each instalment: what of it is open, or that it left the plan."""
    cancelled = [each for each in plan if not minor(each.open) and not minor(each.paid)]
    return [(GONE, minor(each.amount)) if each in cancelled else (OPEN, minor(each.open)) for each in plan]


async def test_an_amendment_plans_anew_only_what_nobody_began_to_pay(house: ContractsHouse) -> None:
    contract = await in_force(house)
    await allocated(house, await booked(house, money_in(4000, contract=contract.name)))
    amendment = await proposed(house, contract, quote=dearer(house, contract).resource, end_date=UNTIL)
    await agreed(house, amendment)
    assert (await read(house, contract)).amount == contract.amount
    done = await signed(house, amendment)
    assert done.state == ContractAmendmentState.CONTRACT_AMENDMENT_STATE_SIGNED
    after = await read(house, contract)
    assert (after.state, minor(after.amount)) == (states.CONTRACT_STATE_AMENDED, 2_000_001)
    assert (after.end_date.year, minor(after.paid)) == (2027, 400_000)
    plan = await plan_of(house, contract)
    assert standing(plan) == [
        (OPEN, 0),
        (OPEN, 464_197),
        (GONE, 370_370),
        (OPEN, 340_741),
        (OPEN, 454_322),
        (OPEN, 340_741),
    ]
    assert sum(minor(each.amount) for each in plan if each != plan[2]) == 2_000_001
    assert await ledger(house) == {"cash": 400_000, "receivable": 1_600_001, "contracted": -2_000_001}
    assert (await told(house, "contract"))[-1] == "amended"
    (item,) = (await told_last(house, states.ContractAmended)).contract.items
    assert (item.product, item.quantity.value) == (f"products/{TRAINING}", "3")


async def test_a_contract_is_amended_again_and_ended_with_what_was_under_way(house: ContractsHouse) -> None:
    contract = await in_force(house)
    first = await proposed(house, contract, payment_plan="monthly_12")
    assert await refused(proposed(house, contract)) == "CONTRACT_AMENDMENT_OPEN"
    await agreed(house, first)
    await signed(house, first)
    second = await proposed(house, contract, quote=dearer(house, contract).resource)
    await ended(house, contract)
    listed = await amendments(house).ListContractAmendments(
        ListContractAmendmentsRequest(parent=contract.name), **house.zhang_wei
    )
    assert [each.state for each in listed.contract_amendments] == [
        ContractAmendmentState.CONTRACT_AMENDMENT_STATE_SIGNED,
        ContractAmendmentState.CONTRACT_AMENDMENT_STATE_DROPPED,
    ]
    assert await refused(agreed(house, second)) == "APPROVAL_NOT_PENDING"


async def test_what_was_begun_is_not_amended_away(house: ContractsHouse) -> None:
    contract = await in_force(house)
    await allocated(house, await booked(house, money_in(12_000, contract=contract.name)))
    less = put_away(house.offers, of_same(contract, gross_total=Money(minor=1_000_000)))
    assert await refused(proposed(house, contract, quote=less.resource)) == "CONTRACT_AMENDMENT_BELOW_BEGUN"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"approved": False}, "CONTRACT_QUOTE_NOT_APPROVED"),
        ({"gross_total": Money(minor=2_000_001, currency="USD")}, "CONTRACT_AMENDMENT_QUOTE_ELSEWHERE"),
        ({"account": UUID(int=901)}, "CONTRACT_AMENDMENT_QUOTE_ELSEWHERE"),
        ({"opportunity": UUID(int=801)}, "CONTRACT_AMENDMENT_QUOTE_ELSEWHERE"),
    ],
)
async def test_another_amount_comes_from_an_approved_quote_of_the_opportunity(
    house: ContractsHouse, fields: dict[str, Any], reason: str
) -> None:
    contract = await in_force(house)
    offer = put_away(house.offers, of_same(contract, **fields))
    assert await refused(proposed(house, contract, quote=offer.resource)) == reason


async def test_an_amendment_nobody_reviewed_is_not_signed(house: ContractsHouse) -> None:
    contract = await in_force(house)
    amendment = await proposed(house, contract)
    assert await refused(signed(house, amendment)) == "CONTRACT_AMENDMENT_CANNOT_MOVE"
    drop = DropContractAmendmentRequest(name=amendment.name, comment="不改了")
    dropped = await amendments(house).DropContractAmendment(drop, **house.zhang_wei)
    assert dropped.state == ContractAmendmentState.CONTRACT_AMENDMENT_STATE_DROPPED
    assert await refused(agreed(house, amendment)) == "APPROVAL_NOT_PENDING"
    assert (await read(house, contract)).state == states.CONTRACT_STATE_ACTIVE


async def test_amendments_are_seen_by_whom_their_contract_concerns(house: ContractsHouse) -> None:
    amendment = await proposed(house, await in_force(house))
    request = GetContractAmendmentRequest(name=amendment.name)
    assert (await amendments(house).GetContractAmendment(request, **house.zhang_wei)).text == "增加二十套"
    li_na = house.as_member(LI_NA, team=CHENGDU)
    assert await refused(amendments(house).GetContractAmendment(request, **li_na)) == "CONTRACT_AMENDMENT_NOT_FOUND"


async def test_the_day_of_an_instalment_moves_with_the_delivery_it_waits_for(house: ContractsHouse) -> None:
    contract = await in_force(house)
    second = (await plan_of(house, contract))[1]
    day = Date(year=2026, month=9, day=30)
    request = RescheduleInstalmentRequest(name=second.name, due_date=day, comment="交货推迟", request_id="move")
    stub = InstalmentServiceStub(house.channel)
    moved = await stub.RescheduleInstalment(request, **finance(house))
    assert (moved.due_date, moved.comment, moved.amount) == (day, "交货推迟", second.amount)
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await stub.RescheduleInstalment(request, **house.zhang_wei)
    assert error.value.code() is grpc.StatusCode.PERMISSION_DENIED
