"""What counts without a review is judged whenever it changes; nobody works a protected customer besides."""

from typing import Any
from uuid import UUID

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.money_pb2 import Money
from millrace.contracts.v1 import contract_events_pb2, quote_events_pb2
from millrace.pipeline.v1 import opportunity_pb2
from millrace.pipeline.v1 import opportunity_service_pb2 as contract
from millrace.pipeline.v1.account_service_pb2 import AssignAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.lead_conversion_service_pb2 import CONVERSION_TARGET_OPPORTUNITY
from sqlalchemy import func, select

from chassis.principal import Scope
from chassis.tables import audit
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from tests.integration.pipeline.conftest import WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, refusal_of
from tests.integration.pipeline.test_contract_reactions import Contracts, contracts
from tests.integration.pipeline.test_lead_conversion import Conversion, conversion
from tests.integration.pipeline.test_registrations import Bureau, bureau

__all__ = ["bureau", "contracts", "conversion"]
SMALL = Money(currency_code="CNY", units=9_000)


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def priced(deals: Dealings, opportunity: Any, units: int) -> Any:
    message = opportunity_pb2.Opportunity(name=opportunity.name, etag=opportunity.etag)
    message.amount.CopyFrom(Money(currency_code="CNY", units=units))
    request = contract.UpdateOpportunityRequest(opportunity=message, update_mask=FieldMask(paths=["amount"]))
    return await deals.stub.UpdateOpportunity(request, **deals.caller)


async def test_a_small_order_that_grows_counts_no_longer_and_the_audit_says_so(deals: Dealings) -> None:
    small = await deals.open(units=9_999)
    grown = await priced(deals, small, 5_000_000)
    assert (small.counts, grown.counts) == (True, False)
    board = await deals.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **deals.caller)
    assert [(each.count, each.counting, each.counting_amount.units) for each in board.sums] == [(1, 0, 0)]
    assert (await priced(deals, grown, 5_000)).counts
    board = await deals.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **deals.caller)
    assert [(each.count, each.counting, each.counting_amount.units) for each in board.sums] == [(1, 1, 5_000)]
    async with deals.house.engine.connect() as connection:
        noted = select(audit.c.action).where(audit.c.action.contains("exempt")).order_by(audit.c.id)
        told = list(await connection.scalars(noted))
    assert told == ["exempt from registration", "no longer exempt from registration", "exempt from registration"]


async def test_the_registration_of_an_opportunity_entered_by_hand_makes_that_one_count(
    deals: Dealings, bureau: Bureau
) -> None:
    opened = await deals.open()
    registration = await bureau.submitted(opportunity=opened.name, company_name="", phone="13857112233")
    assert registration.account == opened.account
    approved = await bureau.approve(registration)
    assert approved.opportunity == opened.name
    counted = await deals.get(opened)
    assert (counted.counts, counted.registration) == (True, approved.name)
    async with deals.house.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(OPPORTUNITIES)) == 1
    assert (await priced(deals, counted, 900_000)).counts, "a review stands behind it"
    assert await refusal_of(bureau.create(opportunity=opened.name)) == "REGISTRATION_OPPORTUNITY_UNFIT"


async def test_nobody_works_a_customer_whom_somebody_else_protects(
    deals: Dealings, bureau: Bureau, conversion: Conversion
) -> None:
    approved = await bureau.approve(await bureau.submitted())
    boss = deals.by(deals.house.boss)
    assert await refusal_of(boss.open(account=approved.account, units=5_000)) == "CUSTOMER_PROTECTED"
    wang_lei = {"owner": f"members/{WANG_LEI}", "actor": f"members/{WANG_LEI}"}
    told = {"target": CONVERSION_TARGET_OPPORTUNITY, "budget_min": SMALL, "budget_max": SMALL, **wang_lei}
    assert await refusal_of(conversion.accept(company_name="杭州云帆科技有限公司", **told)) == "CUSTOMER_PROTECTED"


async def test_a_small_order_of_anothers_customer_is_looked_at_first(deals: Dealings, conversion: Conversion) -> None:
    await deals.yunfan()
    wang_lei = {"owner": f"members/{WANG_LEI}", "actor": f"members/{WANG_LEI}"}
    told = {"target": CONVERSION_TARGET_OPPORTUNITY, "budget_min": SMALL, "budget_max": SMALL, **wang_lei}
    assert await refusal_of(conversion.accept(company_name="杭州云帆科技有限公司", **told)) == "REGISTRATION_NEEDED"
    assert (await conversion.accept(lead=UUID(int=991), **{**told, "target": 0})).registration


async def test_a_partner_goes_his_own_way_of_the_policy(deals: Dealings) -> None:
    house = deals.house
    partner = house.as_member(ZHANG_WEI, Scope.OWN, role="partner")
    assert not (await deals.by(partner).open(units=5_000)).counts


async def test_a_customer_given_away_is_no_small_order_of_the_former_owner(deals: Dealings) -> None:
    account = await deals.yunfan()
    request = AssignAccountRequest(name=account, owner=f"members/{WANG_LEI}")
    await AccountServiceStub(deals.house.channel).AssignAccount(request, **deals.house.boss)
    boss = deals.by(deals.house.boss)
    assert not (await boss.open(account=account, units=5_000)).counts


async def counting(deals: Dealings) -> list[tuple[int, int]]:
    board = await deals.stub.SummarizeOpportunities(contract.SummarizeOpportunitiesRequest(), **deals.caller)
    return [(each.count, each.counting) for each in board.sums]


async def test_a_small_order_that_is_quoted_large_counts_no_longer(deals: Dealings, contracts: Contracts) -> None:
    small = await deals.open(units=9_000)
    approved = quote_events_pb2.QuoteApproved
    await contracts.tell(contracts.quote(small, "APPROVED", approved, uuid=UUID(int=305), units=9_500))
    assert (await deals.get(small)).counts
    await contracts.tell(contracts.quote(small, "APPROVED", approved, units=1_297_440))
    quoted = await deals.get(small)
    assert not quoted.counts
    assert not (await priced(deals, quoted, 9_001)).counts, "what is quoted stands, whatever people say"
    await contracts.tell(contracts.quote(small, "SUPERSEDED", quote_events_pb2.QuoteSuperseded))
    assert (await priced(deals, await deals.get(small), 9_002)).counts


async def test_a_small_order_that_is_won_by_a_large_contract_counts_no_longer(
    deals: Dealings, contracts: Contracts
) -> None:
    small, same = await deals.open(units=9_000), await deals.open(units=9_000)
    signed = contract_events_pb2.ContractSigned
    await contracts.tell(contracts.contract(small, signed, units=1_297_440))
    await contracts.tell(contracts.contract(same, signed, uuid=UUID(int=402), units=9_000))
    assert ((await deals.get(small)).counts, (await deals.get(same)).counts) == (False, True)
    assert await counting(deals) == [(2, 1)]
    await contracts.tell(
        contracts.contract(same, contract_events_pb2.ContractAmended, uuid=UUID(int=402), units=20_000)
    )
    assert await counting(deals) == [(2, 0)]


async def test_a_small_order_reopened_into_a_large_contract_counts_no_longer(
    deals: Dealings, contracts: Contracts
) -> None:
    small = await deals.open(units=9_000)
    await deals.lose(small)
    await contracts.tell(contracts.contract(small, contract_events_pb2.ContractSigned, units=1_297_440))
    assert not (await deals.reopen(small)).counts


async def test_a_reviewed_opportunity_counts_whatever_it_is_sold_for(
    deals: Dealings, contracts: Contracts, bureau: Bureau
) -> None:
    approved = await bureau.approve(await bureau.submitted())
    signed = contract_events_pb2.ContractSigned
    await contracts.tell(contracts.contract(approved.opportunity, signed, units=5_000_000))
    assert (await deals.get(approved.opportunity)).counts
