"""The accounts, asked of pipeline over gRPC."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import grpc
from millrace.pipeline.v1 import account_match_service_pb2 as pipeline
from millrace.pipeline.v1.account_match_service_pb2_grpc import AccountMatchServiceStub

from chassis.wire import instant_of, named, uuid_of
from kernel.errors import Overloaded
from services.leads.domain.account_candidates import AccountMatch, DescribedAccount
from services.leads.domain.facts import LeadFacts
from trade.reasons import Reason

# A sweep waits for many comparisons in an open transaction, a person for a few names.
_COMPARING_SECONDS = 5.0
_DESCRIBING_SECONDS = 2.0
Metadata = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]


class PipelineAccounts:
    """Asks pipeline which accounts customers are, and what somebody may be told of them."""

    def __init__(self, channel: Callable[[], grpc.aio.Channel], credentials: Metadata) -> None:
        """`credentials` are the service's own: whom an answer is for is told in the request."""
        self._channel = channel
        self._credentials = credentials

    async def match(self, customers: Sequence[LeadFacts]) -> Sequence[Sequence[AccountMatch]]:
        """For each customer the accounts it is or likely is. Raises Overloaded while nobody answers."""
        request = pipeline.MatchAccountsRequest(customers=[_customer(each) for each in customers])
        try:
            answer = await self._stub().MatchAccounts(
                request, metadata=await self._credentials(), timeout=_COMPARING_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            raise Overloaded from error
        return [[_match(each) for each in found.matches] for found in answer.customers]

    async def describe(self, accounts: Collection[UUID], *, reader: str) -> Mapping[UUID, DescribedAccount]:
        """What a reader may be told of those that are not archived. Raises Overloaded while nobody answers."""
        if not accounts:
            return {}
        asked = [named("accounts", each) for each in sorted(accounts)]
        request = pipeline.DescribeAccountsRequest(reader=reader, accounts=asked)
        try:
            answer = await self._stub().DescribeAccounts(
                request, metadata=await self._credentials(), timeout=_DESCRIBING_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            raise Overloaded from error
        told = [_described(each) for each in answer.accounts]
        return {each.account: each for each in told}

    def _stub(self) -> Any:
        return AccountMatchServiceStub(self._channel())


class NoAccounts:
    """Nobody to ask: pipeline has no address here, and no lead is an existing customer's."""

    async def match(self, customers: Sequence[LeadFacts]) -> Sequence[Sequence[AccountMatch]]:
        """None of them."""
        return [() for _ in customers]

    async def describe(self, accounts: Collection[UUID], *, reader: str) -> Mapping[UUID, DescribedAccount]:
        """Nothing."""
        del accounts, reader
        return {}


def _customer(facts: LeadFacts) -> pipeline.CustomerToMatch:
    return pipeline.CustomerToMatch(
        company_name=facts.company_name,
        contact_name=facts.contact_name,
        credit_code=facts.credit_code,
        phone=facts.phone,
        email=facts.email,
    )


def _match(told: pipeline.AccountMatch) -> AccountMatch:
    return AccountMatch(
        account=uuid_of(told.account, field="account"),
        score=told.score,
        reasons=tuple(Reason(reason.code, dict(reason.parameters)) for reason in told.reasons),
    )


def _described(told: pipeline.AccountDescription) -> DescribedAccount:
    until = told.protection_end_time
    return DescribedAccount(
        account=uuid_of(told.account, field="account"),
        visible=told.visible,
        display_name=told.display_name,
        protection_end_time=instant_of(until, field="protection_end_time")
        if told.HasField("protection_end_time")
        else None,
        in_pool=told.in_pool,
        team=told.team_display_name,
    )
