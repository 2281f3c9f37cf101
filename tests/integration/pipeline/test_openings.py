"""What the events of an opportunity tell of its customer and of what is offered: by these, figures are told apart."""

from uuid import UUID

import pytest
from millrace.contracts.v1 import contract_events_pb2, quote_events_pb2
from millrace.pipeline.v1 import account_pb2, account_service_pb2
from millrace.pipeline.v1 import opportunity_events_pb2 as events
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub

from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.integration.pipeline.test_closings import told
from tests.integration.pipeline.test_contract_reactions import Contracts

SEAT, HOUR = f"products/{UUID(int=801)}", f"products/{UUID(int=802)}"


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def phase_before(deals: Dealings, name: str) -> str:
    """Open an opportunity, and read what was told of its customer."""
    opened = await deals.open(display_name=name)
    (created,) = await told(deals, opened, events.OpportunityCreated)
    return account_pb2.AccountPhase.Name(created.customer.phase).removeprefix("ACCOUNT_PHASE_")


async def test_an_opening_tells_how_far_we_were_with_the_customer_before_it(
    deals: Dealings, house: PipelineHouse
) -> None:
    first = await deals.open()
    (created,) = await told(deals, first, events.OpportunityCreated)
    assert created.customer.phase == account_pb2.ACCOUNT_PHASE_PROSPECT
    assert await phase_before(deals, "二期") == "OPPORTUNITY"
    contracts = Contracts(house)
    await contracts.tell(contracts.contract(first, contract_events_pb2.ContractSigned))
    assert await phase_before(deals, "三期") == "CUSTOMER"


async def test_an_opening_tells_the_tags_of_groups_and_the_tier_of_the_customer_and_no_words_of_people(
    deals: Dealings,
) -> None:
    account = account_pb2.Account(display_name="宁波海川机械有限公司", tier="key", tags=["年框", "出口"])
    stub = AccountServiceStub(deals.house.channel)
    made = await stub.CreateAccount(account_service_pb2.CreateAccountRequest(account=account), **deals.caller)
    mark = account_service_pb2.SetAccountTagsRequest(name=made.name, group="cooperation", tags=["framework"])
    await stub.SetAccountTags(mark, **deals.caller)
    opened = await deals.open(account=made.name)
    (created,) = await told(deals, opened, events.OpportunityCreated)
    assert list(created.customer.tags) == ["cooperation/framework"]
    assert created.opportunity.tier == "key"


async def test_an_opportunity_tells_the_products_of_the_quotes_that_stand(
    deals: Dealings, house: PipelineHouse
) -> None:
    opened, contracts = await deals.open(), Contracts(house)

    async def quoted(state: str, message: type, number: int, *products: str) -> list[str]:
        event = contracts.quote(opened, state, message, UUID(int=number))
        event.message.quote.products.extend(products)
        await contracts.tell(event)
        return list((await told(deals, opened, events.OpportunityUpdated))[-1].opportunity.products)

    assert await quoted("APPROVED", quote_events_pb2.QuoteApproved, 301, SEAT) == [SEAT]
    assert await quoted("SENT", quote_events_pb2.QuoteSent, 302, HOUR, SEAT) == [SEAT, HOUR]
    assert await quoted("EXPIRED", quote_events_pb2.QuoteExpired, 302, HOUR, SEAT) == [SEAT]
