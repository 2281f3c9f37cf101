"""What is told when an opportunity closes: how it was worked, and who of the customer was known."""

from typing import Any
from uuid import UUID

import pytest
from millrace.contracts.v1 import contract_events_pb2
from millrace.pipeline.v1 import contact_pb2
from millrace.pipeline.v1 import opportunity_events_pb2 as events
from millrace.pipeline.v1 import opportunity_service_pb2 as contract
from millrace.pipeline.v1.contact_service_pb2 import CreateContactRequest, DeleteContactRequest
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from sqlalchemy import select

from chassis.tables import outbox
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.integration.pipeline.test_contract_reactions import Contracts


@pytest.fixture
def deals(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.zhang_wei)


async def meet(deals: Dealings, name: str, role: str = "USER") -> contact_pb2.Contact:
    told = contact_pb2.Contact(
        account=await deals.yunfan(),
        display_name=name,
        decision_role=contact_pb2.DecisionRole.Value(f"DECISION_ROLE_{role}"),
    )
    people = ContactServiceStub(deals.house.channel)
    met: contact_pb2.Contact = await people.CreateContact(CreateContactRequest(contact=told), **deals.caller)
    return met


async def told(deals: Dealings, opportunity: Any, kind: Any) -> list[Any]:
    """The events of one kind that were published of an opportunity."""
    uuid = UUID(opportunity.name.rpartition("/")[2])
    wanted = select(outbox.c.payload).where(
        outbox.c.aggregate_id == uuid, outbox.c.event_type == kind.DESCRIPTOR.full_name
    )
    async with deals.house.engine.connect() as connection:
        return [kind.FromString(payload) for payload in await connection.scalars(wanted.order_by(outbox.c.id))]


async def test_a_loss_tells_who_was_known_and_an_archived_contact_is_not(deals: Dealings) -> None:
    opened = await deals.open()
    await meet(deals, "李总", "DECISION_MAKER")
    await meet(deals, "陈静")
    gone = await meet(deals, "赵敏", "DECISION_MAKER")
    await ContactServiceStub(deals.house.channel).DeleteContact(DeleteContactRequest(name=gone.name), **deals.caller)
    await deals.lose(opened)
    (lost,) = await told(deals, opened, events.OpportunityLost)
    assert (lost.acquaintance.contact_count, lost.acquaintance.decision_maker_count) == (2, 1)


async def test_a_win_tells_who_was_known_also_when_it_follows_a_reopening(
    deals: Dealings, house: PipelineHouse
) -> None:
    signed, late = await deals.open(), await deals.open(display_name="二期")
    await deals.lose(late)
    await meet(deals, "陈静")
    contracts = Contracts(house)
    other = UUID(int=402)
    await contracts.tell(
        contracts.contract(signed, contract_events_pb2.ContractSigned),
        contracts.contract(late, contract_events_pb2.ContractSigned, other),
    )
    await deals.stub.ReopenOpportunity(contract.ReopenOpportunityRequest(name=late.name), **deals.caller)
    for opportunity in (signed, late):
        (won,) = await told(deals, opportunity, events.OpportunityWon)
        assert (won.acquaintance.contact_count, won.acquaintance.decision_maker_count) == (1, 0)


async def test_every_event_tells_how_it_is_worked(deals: Dealings) -> None:
    opened = await deals.open()
    (created,) = await told(deals, opened, events.OpportunityCreated)
    assert created.opportunity.HasField("conduct")
    assert not created.opportunity.conduct.HasField("need_confirmed_time")
    await deals.document(opened)
    await deals.move(opened, "quote")
    (moved,) = await told(deals, opened, events.OpportunityMoved)
    conduct = moved.opportunity.conduct
    assert conduct.need_confirmed_time == moved.opportunity.stage_entered_time
    assert list(conduct.evidence_kinds) == ["requirement_document"]
