"""For a lost opportunity nothing is offered or contracted, until it is worked on again."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from millrace.approvals.v1 import approval_pb2
from millrace.approvals.v1.approval_requests_pb2 import GetApprovalRequest
from millrace.contracts.v1 import contract_events_pb2 as contract_states
from millrace.contracts.v1 import quote_events_pb2 as states
from millrace.contracts.v1.approval_service_pb2_grpc import ApprovalServiceStub
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.quote_pb2 import Quote
from millrace.contracts.v1.quote_service_pb2 import ReviseQuoteRequest
from millrace.pipeline.v1 import opportunity_events_pb2 as events

from chassis.consumer import Event
from chassis.consumer.applying import Applier
from services.contracts.__main__ import subscriptions
from services.contracts.domain.offer import Offer
from tests.integration.contracts.conftest import ContractsHouse, an_offer, put_away
from tests.integration.contracts.lives import approved, drafted, read, ready, reviewed, sent, sign
from tests.integration.contracts.test_quotes import ACCOUNT, OPPORTUNITY, Shop, shop
from tests.integration.pipeline.dealing import refusal_of
from tests.support.clock import NOON

__all__ = ["shop"]


class Telling:
    """Pipeline, as it tells of the opportunity of the shop."""

    def __init__(self, house: ContractsHouse) -> None:
        found = next(each for each in subscriptions(house.parts) if each.name == "contracts-opportunities")
        self.applier = Applier(found, engine=house.engine, history=_no_history, clock=house.clock)
        self.version = 0

    async def lost(self) -> None:
        await self._tell(events.OpportunityLost(opportunity=self._snapshot("LOST")))

    async def reopened(self) -> None:
        await self._tell(events.OpportunityReopened(opportunity=self._snapshot("OPEN")))

    def _snapshot(self, state: str) -> events.OpportunitySnapshot:
        return events.OpportunitySnapshot(
            name=f"opportunities/{OPPORTUNITY}",
            account=f"accounts/{ACCOUNT}",
            owner="members/00000000-0000-0000-0000-000000000001",
            state=events.OpportunityState.Value(f"OPPORTUNITY_STATE_{state}"),
        )

    async def _tell(self, message: Any) -> None:
        self.version += 1
        event = Event(
            id=str(uuid4()),
            subject="millrace.pipeline.v1.opportunity.told",
            type=message.DESCRIPTOR.full_name,
            aggregate=f"opportunity/{OPPORTUNITY}",
            version=self.version,
            time=NOON,
            payload=message.SerializeToString(),
            message=message,
        )
        await self.applier.apply([event], place=None)


async def _no_history(*_: object) -> AsyncIterator[Event]:
    none: tuple[Event, ...] = ()
    for event in none:
        yield event


@pytest.fixture
def pipeline(house: ContractsHouse) -> Telling:
    return Telling(house)


def an_offer_of_it(house: ContractsHouse) -> Offer:
    return put_away(house.offers, an_offer(opportunity=OPPORTUNITY))


async def revise(shop: Shop, quote: Quote) -> Quote:
    return await shop.stub.ReviseQuote(ReviseQuoteRequest(name=quote.name), **shop.house.zhang_wei)


async def test_nothing_is_offered_for_a_lost_opportunity_until_it_is_worked_on_again(
    shop: Shop, pipeline: Telling
) -> None:
    draft, agreed = await shop.quote(), await shop.submit(await shop.quote())
    await pipeline.lost()
    for call in (shop.quote(), shop.submit(draft), shop.send(agreed), revise(shop, agreed)):
        assert await refusal_of(call) == "QUOTE_OPPORTUNITY_CLOSED"
    await pipeline.reopened()
    assert (await shop.submit(draft)).state == states.QUOTE_STATE_APPROVED
    assert (await shop.send(agreed)).state == states.QUOTE_STATE_SENT


async def test_the_question_about_a_discount_is_asked_no_longer_once_the_opportunity_is_lost(
    shop: Shop, pipeline: Telling
) -> None:
    asked = await shop.submit(await shop.quote("0.2"))
    await pipeline.lost()
    stub = ApprovalServiceStub(shop.house.channel)
    question = await stub.GetApproval(GetApprovalRequest(name=asked.approval), **shop.house.boss)
    assert question.state == approval_pb2.APPROVAL_STATE_OUTDATED
    assert (await shop.read(asked)).state == states.QUOTE_STATE_DRAFT
    with pytest.raises(grpc.aio.AioRpcError):
        await shop.approve(asked)


async def test_nothing_is_contracted_for_a_lost_opportunity(shop: Shop, pipeline: Telling) -> None:
    house = shop.house
    draft = await drafted(house, an_offer_of_it(house))
    agreed = await ready(house, offer=an_offer_of_it(house))
    await pipeline.lost()
    assert await refusal_of(drafted(house, an_offer_of_it(house))) == "QUOTE_OPPORTUNITY_CLOSED"
    assert await refusal_of(reviewed(house, draft)) == "QUOTE_OPPORTUNITY_CLOSED"
    assert (await read(house, agreed)).state == contract_states.CONTRACT_STATE_DRAFT
    await pipeline.reopened()
    assert (await reviewed(house, draft)).state == contract_states.CONTRACT_STATE_LEGAL_REVIEW


async def test_a_link_that_was_sent_signs_nothing_once_the_opportunity_is_lost(shop: Shop, pipeline: Telling) -> None:
    house = shop.house
    contract = await ready(house, offer=an_offer_of_it(house))
    link = await sent(house, contract)
    await pipeline.lost()
    assert await refusal_of(sign(house, link)) == "SIGNATURE_CLOSED"
    assert (await read(house, contract)).state == contract_states.CONTRACT_STATE_DRAFT


async def test_the_question_to_legal_is_asked_no_longer_and_a_signed_contract_stays(
    shop: Shop, pipeline: Telling
) -> None:
    house = shop.house
    asked: Contract = await reviewed(house, await drafted(house, an_offer_of_it(house)))
    signed = await ready(house, offer=an_offer_of_it(house))
    await sign(house, await sent(house, signed))
    await pipeline.lost()
    with pytest.raises(grpc.aio.AioRpcError):
        await approved(house, asked)
    assert (await read(house, asked)).state == contract_states.CONTRACT_STATE_DRAFT
    assert (await read(house, signed)).state == contract_states.CONTRACT_STATE_SIGNED
