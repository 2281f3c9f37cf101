"""Steps of money that arrives, as a test takes them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money
from grpc_status import rpc_status
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.instalment_pb2 import Instalment
from millrace.contracts.v1.instalment_service_pb2 import ListInstalmentsRequest
from millrace.contracts.v1.instalment_service_pb2_grpc import InstalmentServiceStub
from millrace.contracts.v1.receipt_pb2 import Receipt, ReceiptAllocation
from millrace.contracts.v1.receipt_service_pb2 import AllocateReceiptRequest, BookReceiptRequest
from millrace.contracts.v1.receipt_service_pb2_grpc import ReceiptServiceStub
from sqlalchemy import text

from chassis.principal import Scope
from tests.integration.contracts.conftest import ContractsHouse
from tests.integration.contracts.lives import read, ready, sent, sign
from tests.support.serving import Caller

FINANCE = UUID(int=5)
TODAY = Date(year=2026, month=3, day=2)
MAY = ("contracts.read", "contracts.finance", "contracts.see_money")


def finance(house: ContractsHouse) -> Caller:
    """Who books receipts."""
    return house.as_member(FINANCE, Scope.ALL, roles=("finance",), may=MAY)


def receipts(house: ContractsHouse) -> Any:
    """The receipts of the service."""
    return ReceiptServiceStub(house.channel)


def cny(yuan: int, fen: int = 0) -> Money:
    """An amount."""
    return Money(currency_code="CNY", units=yuan, nanos=fen * 10_000_000)


def minor(money: Money) -> int:
    """An amount of CNY in fen."""
    return int(money.units * 100 + money.nanos // 10_000_000)


def money_in(yuan: int, fen: int = 0, *, reference: str = "ICBC-0001", **fields: Any) -> Receipt:
    """What the bank tells of money that arrived."""
    told: dict[str, Any] = {"receive_date": TODAY, "payer_name": "杭州云帆科技有限公司", "amount": cny(yuan, fen)}
    return Receipt(external_reference=reference, **{**told, **fields})


async def signed(house: ContractsHouse, **fields: Any) -> Contract:
    """A contract over CNY 12,345.67 that is owed in three instalments: 3,703.70, 4,938.27 and 3,703.70."""
    contract = await ready(house, **fields)
    await sign(house, await sent(house, contract), request_id=f"sign-{contract.name}")
    return await read(house, contract)


async def booked(house: ContractsHouse, receipt: Receipt, *, request_id: str = "") -> Receipt:
    """The receipt, booked by finance."""
    request = BookReceiptRequest(receipt=receipt, request_id=request_id or str(uuid4()))
    answer: Receipt = await receipts(house).BookReceipt(request, **finance(house))
    return answer


async def allocated(house: ContractsHouse, receipt: Receipt, *pays: tuple[Instalment, Money]) -> Receipt:
    """The receipt, allocated by finance: as said, or as it suggests itself."""
    request = AllocateReceiptRequest(
        name=receipt.name,
        allocations=[ReceiptAllocation(instalment=each.name, amount=amount) for each, amount in pays],
        request_id=str(uuid4()),
    )
    answer: Receipt = await receipts(house).AllocateReceipt(request, **finance(house))
    return answer


async def plan_of(house: ContractsHouse, contract: Contract) -> list[Instalment]:
    """The instalments of a contract."""
    request = ListInstalmentsRequest(filter=f'contract = "{contract.name}"')
    page = await InstalmentServiceStub(house.channel).ListInstalments(request, **house.boss)
    return sorted(page.instalments, key=lambda each: each.sequence)


async def ledger(house: ContractsHouse) -> dict[str, int]:
    """Debit less credit of each account, in fen; what stands at nothing is left out."""
    async with house.engine.connect() as connection:
        rows = await connection.execute(
            text("select account, sum(debit_minor - credit_minor) as minor from ledger_entries group by account")
        )
        return {row.account: int(row.minor) for row in rows if row.minor}


def day(message: Date) -> date:
    """A day of the wire."""
    return date(message.year, message.month, message.day)


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """Why it was refused."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # an AioRpcError has what a call has
    assert status is not None
    for detail in status.details:
        if detail.Is(ErrorInfo.DESCRIPTOR):
            info = ErrorInfo()
            detail.Unpack(info)
            return str(info.reason)
    return ""
