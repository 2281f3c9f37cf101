"""What pipeline does when contracts tell of quotes and contracts."""

from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from millrace.contracts.v1 import contract_events_pb2 as contract_events
from millrace.contracts.v1 import quote_events_pb2 as quote_events

from chassis.consumer import Event, Subscription
from chassis.parts import Parts
from chassis.reactions import Reactions, reacting
from chassis.wire import money_of
from chassis.work import UnitOfWork
from kernel.money import Money
from services.pipeline.application.contract_facts import (
    contract_amended,
    contract_ended,
    contract_settled,
    contract_signed,
    contract_unsettled,
    quote_told,
)

_STANDING = frozenset(
    {quote_events.QUOTE_STATE_APPROVED, quote_events.QUOTE_STATE_SENT, quote_events.QUOTE_STATE_ACCEPTED}
)
_QUOTE_EVENTS: tuple[type[Message], ...] = (
    quote_events.QuoteUpdated,
    quote_events.QuoteSubmitted,
    quote_events.QuoteApproved,
    quote_events.QuoteReturned,
    quote_events.QuoteSent,
    quote_events.QuoteAccepted,
    quote_events.QuoteExpired,
    quote_events.QuoteSuperseded,
)


async def on_quote(work: UnitOfWork, event: Event) -> None:
    """Whatever happened to a quote, its state after it says whether it stands."""
    quote = event.message.quote
    opportunity = _opportunity_of(quote)
    if opportunity is not None:
        await quote_told(
            work,
            opportunity=opportunity,
            quote=quote.name,
            stands=quote.state in _STANDING,
            products=tuple(quote.products),
        )


async def on_contract_signed(work: UnitOfWork, event: Event) -> None:
    """The order (成单): the opportunity is won."""
    contract = event.message.contract
    opportunity = _opportunity_of(contract)
    if opportunity is not None:
        await contract_signed(work, opportunity=opportunity, contract=_uuid(contract.name), amount=_amount_of(contract))


async def on_contract_amended(work: UnitOfWork, event: Event) -> None:
    """Something else was agreed upon later: the amount may be another."""
    contract = event.message.contract
    opportunity = _opportunity_of(contract)
    if opportunity is not None:
        await contract_amended(
            work, opportunity=opportunity, contract=_uuid(contract.name), amount=_amount_of(contract)
        )


async def on_contract_settled(work: UnitOfWork, event: Event) -> None:
    """No instalment is open any more: the opportunity is settled."""
    contract = event.message.contract
    opportunity = _opportunity_of(contract)
    if opportunity is not None:
        await contract_settled(
            work, opportunity=opportunity, contract=_uuid(contract.name), amount=_amount_of(contract)
        )


async def on_contract_unsettled(work: UnitOfWork, event: Event) -> None:
    """Something is owed again: the opportunity is not settled any more."""
    contract = event.message.contract
    opportunity = _opportunity_of(contract)
    if opportunity is not None:
        await contract_unsettled(
            work, opportunity=opportunity, contract=_uuid(contract.name), amount=_amount_of(contract)
        )


async def on_contract_terminated(work: UnitOfWork, event: Event) -> None:
    """It was ended before its term."""
    contract = event.message.contract
    opportunity = _opportunity_of(contract)
    if opportunity is not None:
        await contract_ended(work, opportunity=opportunity, contract=_uuid(contract.name))


REACTIONS: Reactions = {
    **dict.fromkeys(_QUOTE_EVENTS, on_quote),
    contract_events.ContractSigned: on_contract_signed,
    contract_events.ContractAmended: on_contract_amended,
    contract_events.ContractSettled: on_contract_settled,
    contract_events.ContractUnsettled: on_contract_unsettled,
    contract_events.ContractTerminated: on_contract_terminated,
}


def contracts_subscription(parts: Parts) -> Subscription:
    """The subscription that follows quotes and contracts."""
    return reacting(
        parts, consumer="pipeline-contracts", stream="contracts", nouns=("quote", "contract"), reactions=REACTIONS
    )


def _opportunity_of(told: Any) -> UUID | None:
    """The opportunity an object is for; None for one that stands alone."""
    return _uuid(told.opportunity) if told.opportunity else None


def _amount_of(contract: Any) -> Money | None:
    """What it is worth; None where the event does not say."""
    return money_of(contract.amount, field="contract.amount") if contract.HasField("amount") else None


def _uuid(name: str) -> UUID:
    return UUID(name.rpartition("/")[2])
