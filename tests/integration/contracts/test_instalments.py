"""What a signed contract is owed by: planned with the signature, listed by the day, explained by a closed ledger."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from millrace.contracts.v1.instalment_events_pb2 import InstalmentState
from millrace.contracts.v1.instalment_service_pb2 import GetInstalmentRequest, ListInstalmentsRequest
from millrace.contracts.v1.instalment_service_pb2_grpc import InstalmentServiceStub
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.principal import Principal, Scope
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from chassis.work.request_key import RequestKey
from kernel.money import Money
from services.contracts.application.payment_plan import plan_payments
from services.contracts.application.rule_kinds import RULE_SETS
from services.contracts.domain.contract import Contract, ContractState, ContractTerms
from services.contracts.domain.payment_plan import PaymentPlanUnknown
from services.contracts.storage.instalments import instalments_of_contract
from services.contracts.storage.ledger import balance_of_instalment
from tests.integration.contracts.conftest import CHENGDU, EAST, HANGZHOU, LI_NA, ZHANG_WEI, ContractsHouse

SELLER = Principal(subject=f"members/{ZHANG_WEI}", grants={"contracts.write": Scope.ALL, "contracts.read": Scope.ALL})


def a_contract(house: ContractsHouse, *, minor: int = 100_000_001, plan: str = "standard") -> Contract:
    now = house.clock.now()
    return Contract(
        uuid=UUID(int=900),
        number="HT-2026-000001",
        state=ContractState.SIGNED,
        quote=UUID(int=901),
        opportunity=UUID(int=902),
        account=UUID(int=903),
        owner=ZHANG_WEI,
        team=HANGZHOU,
        region=EAST,
        amount=Money(minor=minor),
        paid=Money(minor=0),
        terms=ContractTerms(template=UUID(int=904), template_version=0, clauses=()),
        payment_template=plan,
        sign_time=now,
        creator=SELLER.subject,
        create_time=now,
        update_time=now,
    )


async def plan(house: ContractsHouse, contract: Contract) -> None:
    async def use_case(work: UnitOfWork) -> Empty:
        rulebook = Rulebook(RULE_SETS, max_age=-1)
        await plan_payments(work, contract=contract, rulebook=rulebook, zone=house.parts.settings.time_zone)
        return Empty()

    await house.parts.store.once(RequestKey(SELLER.subject, "plan", "once", b""), SELLER, use_case, answer_type=Empty)


async def listed(house: ContractsHouse, caller: dict[str, Any], **wanted: Any) -> Any:
    return await InstalmentServiceStub(house.channel).ListInstalments(ListInstalmentsRequest(**wanted), **caller)


async def test_a_plan_shows_itself_by_the_day_with_names_and_open_amounts(house: ContractsHouse) -> None:
    await plan(house, a_contract(house))
    page = await listed(house, house.zhang_wei)
    assert [(each.display_name, each.open.units, each.open.nanos) for each in page.instalments] == [
        ("Advance", 300_000, 0),
        ("On delivery", 400_000, 10_000_000),
        ("On acceptance", 300_000, 0),
    ]
    assert {each.state for each in page.instalments} == {InstalmentState.INSTALMENT_STATE_PLANNED}
    house.clock.travel(days=10)
    first = await InstalmentServiceStub(house.channel).GetInstalment(
        GetInstalmentRequest(name=page.instalments[0].name), **house.zhang_wei
    )
    assert (first.state, first.days_overdue) == (InstalmentState.INSTALMENT_STATE_OVERDUE, 3)


async def test_what_is_overdue_is_found_by_a_filter(house: ContractsHouse) -> None:
    await plan(house, a_contract(house, plan="monthly_12"))
    page = await listed(house, house.zhang_wei, filter='open = true AND due_date < "2026-06-01"')
    assert page.total_size == 2
    assert (await listed(house, house.zhang_wei, filter="open = false")).total_size == 0


async def test_instalments_are_seen_by_whom_their_contract_concerns(house: ContractsHouse) -> None:
    await plan(house, a_contract(house))
    name = (await listed(house, house.zhang_wei)).instalments[0].name
    stranger = house.as_member(LI_NA, Scope.TEAM, team=CHENGDU, region=None)
    assert (await listed(house, stranger)).total_size == 0
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await InstalmentServiceStub(house.channel).GetInstalment(GetInstalmentRequest(name=name), **stranger)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    blind = house.as_member(ZHANG_WEI, may=("contracts.read",))
    assert not (await listed(house, blind)).instalments[0].HasField("amount")


async def test_the_ledger_owes_what_the_plan_says(house: ContractsHouse) -> None:
    await plan(house, a_contract(house))
    async with house.parts.engine.connect() as connection:
        read = Read(connection, house.clock.now(), SELLER)
        for instalment in await instalments_of_contract(read, UUID(int=900)):
            assert await balance_of_instalment(read, instalment.uuid) == instalment.open.minor
        events = await connection.scalar(text("select count(*) from outbox where subject like '%instalment.planned'"))
    assert events == 3


async def test_nothing_is_planned_by_a_plan_nobody_wrote(house: ContractsHouse) -> None:
    with pytest.raises(PaymentPlanUnknown):
        await plan(house, a_contract(house, plan="sometime"))
    assert (await listed(house, house.zhang_wei)).total_size == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entries set debit_minor = debit_minor + 1",
        "delete from ledger_entries",
        "truncate ledger_transactions",
        "insert into ledger_entries values (gen_random_uuid(), 0, 'cash', 'CNY', 5, 0)",
    ],
)
async def test_the_ledger_is_closed_even_to_its_owner_and_balances(house: ContractsHouse, statement: str) -> None:
    await plan(house, a_contract(house))
    with pytest.raises(DBAPIError, match=r"only added to|do not balance"):
        async with house.parts.engine.begin() as connection:
            await connection.execute(text(statement))
