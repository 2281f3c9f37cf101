"""The life of a contract through gRPC and PostgreSQL: drafted, reviewed, sent, signed, in force, ended."""

import dataclasses
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.date_pb2 import Date
from millrace.contracts.v1 import contract_events_pb2 as states
from millrace.contracts.v1.contract_pb2 import Clause, Contract
from millrace.contracts.v1.contract_service_pb2 import (
    CLAUSE_CHANGE_ADDED,
    ActivateContractRequest,
    CreateContractRequest,
    ExplainContractRequest,
    GetContractRequest,
    ListContractsRequest,
    OpenLegalReviewRequest,
    RecallContractRequest,
    TerminateContractRequest,
    UpdateContractRequest,
)
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.contracts.v1.instalment_events_pb2 import (
    INSTALMENT_STATE_CANCELLED,
    INSTALMENT_STATE_PAID,
    INSTALMENT_STATE_PLANNED,
)
from millrace.contracts.v1.instalment_pb2 import Instalment
from millrace.contracts.v1.instalment_service_pb2 import ListInstalmentsRequest
from millrace.contracts.v1.instalment_service_pb2_grpc import InstalmentServiceStub
from sqlalchemy import text

from chassis.jobs.unasked import carry_out
from chassis.principal import Scope, service_principal
from chassis.wire import uuid_of
from kernel.money import Money
from services.contracts.application.contract_life import hand_over
from services.contracts.rpc.contract_wiring import contract_sweeps
from tests.integration.contracts.conftest import (
    CHENGDU,
    CRM,
    LI_NA,
    WEST,
    ZHANG_WEI,
    ContractsHouse,
    an_offer,
    put_away,
)
from tests.integration.contracts.lives import (
    approved,
    downloaded,
    drafted,
    end_decided,
    ended,
    read,
    ready,
    returned,
    reviewed,
    sent,
    sign,
    told,
    told_last,
)
from tests.integration.contracts.paying import MAY, allocated, booked, money_in


async def refusal(awaitable: object) -> str:
    """The reason with which a call is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await awaitable  # type: ignore[misc]  # a call of the stub
    return f"{refused.value.code().name}: {refused.value.details()}"


async def test_a_contract_lives_from_its_draft_to_its_end(house: ContractsHouse) -> None:
    contract = await drafted(house, end_date=Date(year=2027, month=2, day=28))
    assert (contract.number[:8], contract.buyer) == ("HT-2026-", "杭州云帆科技有限公司")
    assert (contract.amount.units, contract.amount.nanos) == (12345, 670_000_000)
    contract = await approved(house, await reviewed(house, contract))
    link = await sent(house, contract)
    assert link.contract.state == states.CONTRACT_STATE_SENT
    await sign(house, link)
    stub = ContractServiceStub(house.channel)
    active = await stub.ActivateContract(ActivateContractRequest(name=contract.name), **house.zhang_wei)
    assert active.state == states.CONTRACT_STATE_ACTIVE
    assert active.effective_date == Date(year=2026, month=3, day=2)
    assert not active.HasField("start_date")
    await ended(house, contract)
    over = await read(house, contract)
    assert (over.state, over.comment) == (states.CONTRACT_STATE_TERMINATED, "双方协商解除")
    assert await told(house, "contract") == [
        "created",
        "review_opened",
        "approved",
        "sent",
        "signed",
        "activated",
        "terminated",
    ]


async def test_a_signed_contract_tells_what_it_sells(house: ContractsHouse) -> None:
    await sign(house, await sent(house, await ready(house)))
    (item,) = (await told_last(house, states.ContractSigned)).contract.items
    assert (item.product, item.quantity.value) == (f"products/{CRM}", "10")
    assert (item.amount.units, item.amount.nanos) == (12345, 670_000_000)


async def test_an_unapproved_quote_is_refused(house: ContractsHouse) -> None:
    offer = put_away(house.offers, an_offer(approved=False))
    assert "is not approved" in await refusal(drafted(house, offer))


async def test_a_payment_plan_nobody_knows_is_refused_while_the_contract_is_written(house: ContractsHouse) -> None:
    assert "yearly" in await refusal(drafted(house, payment_plan="yearly"))


async def test_a_quote_becomes_one_contract_unless_that_is_dropped(house: ContractsHouse) -> None:
    offer = put_away(house.offers, an_offer())
    first = await drafted(house, offer)
    assert (await refusal(drafted(house, offer))).startswith("ALREADY_EXISTS")
    await ContractServiceStub(house.channel).TerminateContract(
        TerminateContractRequest(name=first.name, comment="重做"), **house.zhang_wei
    )
    assert (await drafted(house, offer)).state == states.CONTRACT_STATE_DRAFT


async def test_ending_asked_for_again_for_another_reason_is_another_question(house: ContractsHouse) -> None:
    contract = await ready(house)
    await sign(house, await sent(house, contract))
    stub = ContractServiceStub(house.channel)
    for comment in ("价格过高", "客户违约", "客户违约"):
        await stub.TerminateContract(TerminateContractRequest(name=contract.name, comment=comment), **house.zhang_wei)
    assert await told(house, "approval") == ["requested", "approved", "requested", "outdated", "requested"]
    await ended(house, contract, comment="客户违约")
    assert (await read(house, contract)).comment == "客户违约"


async def test_a_contract_returned_by_legal_is_reworded_and_reviewed_again(house: ContractsHouse) -> None:
    contract = await returned(house, await reviewed(house, await drafted(house)), comment="请补充违约金上限")
    assert (contract.state, contract.comment) == (states.CONTRACT_STATE_DRAFT, "请补充违约金上限")
    contract.clauses.append(Clause(key="cap", heading="违约金上限", text="违约金累计不超过合同总金额的百分之十。"))
    stub = ContractServiceStub(house.channel)
    contract = await stub.UpdateContract(
        UpdateContractRequest(contract=contract, update_mask=FieldMask(paths=["clauses"])), **house.zhang_wei
    )
    explained = await stub.ExplainContract(ExplainContractRequest(name=contract.name), **house.legal)
    assert [(each.key, each.pieces[0].change) for each in explained.differences] == [("cap", CLAUSE_CHANGE_ADDED)]
    contract = await approved(house, await reviewed(house, contract))
    assert contract.state == states.CONTRACT_STATE_APPROVED


async def test_what_legal_reads_is_not_changed_meanwhile(house: ContractsHouse) -> None:
    contract = await reviewed(house, await drafted(house))
    contract.buyer = "另一家公司"
    call = ContractServiceStub(house.channel).UpdateContract(
        UpdateContractRequest(contract=contract, update_mask=FieldMask(paths=["buyer"])), **house.zhang_wei
    )
    assert "is not a draft" in await refusal(call)


async def test_a_stale_etag_is_refused(house: ContractsHouse) -> None:
    contract = await drafted(house)
    call = ContractServiceStub(house.channel).OpenLegalReview(
        OpenLegalReviewRequest(name=contract.name, etag="7"), **house.zhang_wei
    )
    assert (await refusal(call)).startswith("ABORTED")


async def test_variables_nobody_filled_in_keep_a_contract_from_legal(house: ContractsHouse) -> None:
    contract = await drafted(house, clauses=[Clause(key="place", heading="地点", text="交付地点:{{place}}")])
    assert "place" in await refusal(reviewed(house, contract))


async def test_a_quote_changed_after_the_draft_keeps_the_contract_from_legal(house: ContractsHouse) -> None:
    offer = put_away(house.offers, an_offer())
    contract = await drafted(house, offer)
    put_away(house.offers, dataclasses.replace(offer, content_hash=b"r" * 32))
    assert "was changed" in await refusal(reviewed(house, contract))


async def test_a_contract_taken_back_is_a_draft_whose_link_holds_no_longer(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)
    recalled = await ContractServiceStub(house.channel).RecallContract(
        RecallContractRequest(name=contract.name), **house.zhang_wei
    )
    assert recalled.state == states.CONTRACT_STATE_DRAFT
    assert "revoked" in await refusal(sign(house, link))


async def test_a_contract_is_seen_by_whom_it_concerns(house: ContractsHouse) -> None:
    contract = await drafted(house)
    stranger = house.as_member(LI_NA, team=CHENGDU)
    stub = ContractServiceStub(house.channel)
    assert (await refusal(stub.GetContract(GetContractRequest(name=contract.name), **stranger))).startswith("NOT_FOUND")
    assert (await stub.ListContracts(ListContractsRequest(), **stranger)).total_size == 0
    assert (await stub.ListContracts(ListContractsRequest(), **house.zhang_wei)).total_size == 1


async def test_amounts_are_masked_without_the_permission(house: ContractsHouse) -> None:
    contract = await drafted(house)
    blind = house.as_member(ZHANG_WEI, may=("contracts.read",))
    seen = await ContractServiceStub(house.channel).GetContract(GetContractRequest(name=contract.name), **blind)
    assert contract.HasField("amount")
    assert not seen.HasField("amount")


async def test_the_same_request_drafts_one_contract(house: ContractsHouse) -> None:
    offer = put_away(house.offers, an_offer())
    request = CreateContractRequest(contract=Contract(quote=offer.resource), request_id="draft-1")
    stub = ContractServiceStub(house.channel)
    first = await stub.CreateContract(request, **house.zhang_wei)
    assert await stub.CreateContract(request, **house.zhang_wei) == first


async def test_a_draft_is_downloaded_as_it_stands(house: ContractsHouse) -> None:
    contract = await drafted(house)
    assert (await downloaded(house, contract)).startswith(b"%PDF-")
    async with house.engine.connect() as connection:
        noted = await connection.scalar(text("select count(*) from audit where action = 'download'"))
    assert noted == 1
    assert (await read(house, contract)).state == states.CONTRACT_STATE_DRAFT


async def in_force(house: ContractsHouse) -> Contract:
    contract = await ready(house)
    await sign(house, await sent(house, contract), request_id=f"sign-{contract.name}")
    stub = ContractServiceStub(house.channel)
    return await stub.ActivateContract(ActivateContractRequest(name=contract.name), **house.zhang_wei)


async def swept(house: ContractsHouse) -> None:
    (sweep,) = contract_sweeps(house.parts)
    async with house.engine.begin() as connection:
        await sweep.run(connection, house.clock.now())


async def test_a_contract_is_renewed_when_the_one_that_follows_it_comes_into_force(house: ContractsHouse) -> None:
    first = await in_force(house)
    second = await ready(house, renews=first.name, start_date=Date(year=2026, month=3, day=10))
    await sign(house, await sent(house, second))
    await swept(house)
    assert (await read(house, first)).state == states.CONTRACT_STATE_ACTIVE
    house.clock.travel(days=8)
    await swept(house)
    assert (await read(house, first)).state == states.CONTRACT_STATE_RENEWED
    assert (await read(house, second)).renews == first.name


async def test_a_contract_whose_follower_fell_away_is_renewed_by_another(house: ContractsHouse) -> None:
    first = await in_force(house)
    second = await ready(house, renews=first.name, start_date=Date(year=2026, month=3, day=10))
    await sign(house, await sent(house, second))
    await ended(house, second)
    assert (await drafted(house, renews=first.name)).renews == first.name


async def test_without_a_first_day_a_contract_is_in_force_from_its_signature(house: ContractsHouse) -> None:
    contract = await ready(house)
    await sign(house, await sent(house, contract))
    house.clock.travel(days=3)
    await swept(house)
    active = await read(house, contract)
    assert active.state == states.CONTRACT_STATE_ACTIVE
    assert active.effective_date == Date(year=2026, month=3, day=2)


async def test_a_contract_that_was_never_in_force_is_not_renewed(house: ContractsHouse) -> None:
    assert "never in force" in await refusal(drafted(house, renews=(await drafted(house)).name))


async def test_a_contract_of_another_customer_is_not_renewed(house: ContractsHouse) -> None:
    first = await in_force(house)
    offer = put_away(house.offers, an_offer(account=UUID(int=901)))
    assert "another customer" in await refusal(drafted(house, offer, renews=first.name))


async def test_contracts_begin_and_end_by_the_calendar(house: ContractsHouse) -> None:
    dates = {"start_date": Date(year=2026, month=3, day=10), "end_date": Date(year=2026, month=3, day=20)}
    contract = await ready(house, **dates)
    await sign(house, await sent(house, contract))
    seen = []
    for days in (0, 8, 10, 1):  # 2, 10, 20 and 21 March
        house.clock.travel(days=days)
        await swept(house)
        seen.append((await read(house, contract)).state)
    assert seen == [
        states.CONTRACT_STATE_SIGNED,
        states.CONTRACT_STATE_ACTIVE,
        states.CONTRACT_STATE_ACTIVE,
        states.CONTRACT_STATE_EXPIRED,
    ]


async def test_a_contract_that_is_ended_early_owes_no_longer_what_nobody_began_to_pay(house: ContractsHouse) -> None:
    contract = await in_force(house)
    plan = await owed(house, contract)
    assert [each.state for each in plan] == [INSTALMENT_STATE_PLANNED] * 3
    await ended(house, contract)
    left = await owed(house, contract)
    assert [(each.state, each.open.units) for each in left] == [(INSTALMENT_STATE_CANCELLED, 0)] * 3
    balance = "select coalesce(sum(debit_minor - credit_minor), 0) from ledger_entries where account = 'receivable'"
    async with house.engine.connect() as connection:
        assert await connection.scalar(text(balance)) == 0


async def test_who_takes_a_contract_over_sees_what_it_owes(house: ContractsHouse) -> None:
    await gone_to_li_na(house, await in_force(house))
    li_na = house.as_member(LI_NA, team=CHENGDU, region=WEST)
    stub = InstalmentServiceStub(house.channel)
    assert (await stub.ListInstalments(ListInstalmentsRequest(), **li_na)).total_size == 3
    assert (await stub.ListInstalments(ListInstalmentsRequest(), **house.zhang_wei)).total_size == 0


async def test_what_is_open_of_a_contract_that_was_renewed_goes_to_the_new_owner_too(house: ContractsHouse) -> None:
    first = await in_force(house)
    second = await ready(house, renews=first.name)
    await sign(house, await sent(house, second))
    await swept(house)
    assert (await read(house, first)).state == states.CONTRACT_STATE_RENEWED
    await gone_to_li_na(house, first)
    li_na = house.as_member(LI_NA, team=CHENGDU, region=WEST)
    seen = await InstalmentServiceStub(house.channel).ListInstalments(ListInstalmentsRequest(), **li_na)
    assert {each.contract for each in seen.instalments} == {first.name}


async def gone_to_li_na(house: ContractsHouse, contract: Contract) -> None:
    await carry_out(
        house.parts.store,
        service_principal("contracts", {"contracts.read": Scope.ALL}),
        action="hand over",
        use_case=lambda work: hand_over(
            work, opportunity=uuid_of(contract.opportunity), owner=LI_NA, team=CHENGDU, region=WEST
        ),
    )


async def test_whoever_sold_a_contract_does_not_give_up_what_is_owed_of_it(house: ContractsHouse) -> None:
    contract = await in_force(house)
    request = TerminateContractRequest(name=contract.name, comment="不想追了", request_id="end")
    answer = await ContractServiceStub(house.channel).TerminateContract(request, **house.zhang_wei)
    assert answer.state == states.CONTRACT_STATE_ACTIVE
    assert "Nobody" in await refusal(end_decided(house, contract, house.as_member(ZHANG_WEI, may=MAY)))
    assert [each.open.units for each in await owed(house, contract)] == [3703, 4938, 3703]


async def test_a_contract_that_is_ended_early_is_not_settled_by_that(house: ContractsHouse) -> None:
    contract = await in_force(house)
    await allocated(house, await booked(house, money_in(3703, 70, contract=contract.name)))
    await ended(house, contract)
    after = await read(house, contract)
    assert (after.HasField("settle_time"), after.paid.units) == (False, 3703)
    assert "settled" not in await told(house, "contract")


async def test_a_contract_that_costs_nothing_is_settled_with_its_signature(house: ContractsHouse) -> None:
    nothing = Money(minor=0)
    offer = put_away(house.offers, an_offer(net_total=nothing, tax_total=nothing, gross_total=nothing))
    contract = await approved(house, await reviewed(house, await drafted(house, offer)))
    answer = await sign(house, await sent(house, contract))
    assert (await read(house, contract)).HasField("settle_time")
    assert [each.state for each in await owed(house, contract)] == [INSTALMENT_STATE_PAID]
    assert (await told(house, "contract"))[-2:] == ["signed", "settled"]
    assert answer is not None


async def owed(house: ContractsHouse, contract: Contract) -> list[Instalment]:
    request = ListInstalmentsRequest(filter=f'contract = "{contract.name}"')
    return list((await InstalmentServiceStub(house.channel).ListInstalments(request, **house.boss)).instalments)
