"""What pipeline does when contracts tell of quotes and contracts."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from millrace.contracts.v1 import contract_events_pb2 as contract_events
from millrace.contracts.v1 import quote_events_pb2 as quote_events

from chassis.consumer import Event, Subscription
from chassis.parts import Parts
from chassis.reactions import Reaction, Reactions, reacting
from chassis.rule_sets import Rulebook
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
    quote_events.QuoteWithdrawn,
)


def reactions_to_contracts(rulebook: Rulebook) -> Reactions:
    """What happens to an opportunity after each event; the policy of registrations is asked of what it is worth."""

    async def on_quote(work: UnitOfWork, event: Event) -> None:
        """Whatever happened to a quote, its state after it says whether it stands."""
        quote = event.message.quote
        opportunity = _opportunity_of(quote)
        if opportunity is not None:
            stands, worth = quote.state in _STANDING, _worth_of(quote)
            await quote_told(
                work,
                opportunity=opportunity,
                quote=quote.name,
                stands=stands,
                products=tuple(quote.products),
                worth=worth,
                rulebook=rulebook,
            )

    async def on_terminated(work: UnitOfWork, event: Event) -> None:
        """It was ended before its term."""
        contract = event.message.contract
        opportunity = _opportunity_of(contract)
        if opportunity is not None:
            await contract_ended(work, opportunity=opportunity, contract=_uuid(contract.name), rulebook=rulebook)

    return {
        **dict.fromkeys(_QUOTE_EVENTS, on_quote),
        # The order (成单): the opportunity is won.
        contract_events.ContractSigned: _told(partial(contract_signed, rulebook=rulebook)),
        # Something else was agreed upon later: the amount may be another.
        contract_events.ContractAmended: _told(partial(contract_amended, rulebook=rulebook)),
        # No instalment is open any more: the opportunity is settled, until something is owed again.
        contract_events.ContractSettled: _told(partial(contract_settled, rulebook=rulebook)),
        contract_events.ContractUnsettled: _told(contract_unsettled),
        contract_events.ContractTerminated: on_terminated,
    }


def _told(use_case: Callable[..., Awaitable[None]]) -> Reaction:
    """A use case about a contract that tells what it is worth; one that stands alone is nobody's opportunity."""

    async def react(work: UnitOfWork, event: Event) -> None:
        contract = event.message.contract
        opportunity = _opportunity_of(contract)
        if opportunity is not None:
            amount = _amount_of(contract)
            await use_case(work, opportunity=opportunity, contract=_uuid(contract.name), amount=amount)

    return react


def contracts_subscription(parts: Parts, rulebook: Rulebook) -> Subscription:
    """The subscription that follows quotes and contracts."""
    return reacting(
        parts,
        consumer="pipeline-contracts",
        stream="contracts",
        nouns=("quote", "contract"),
        reactions=reactions_to_contracts(rulebook),
    )


def _opportunity_of(told: Any) -> UUID | None:
    """The opportunity an object is for; None for one that stands alone."""
    return _uuid(told.opportunity) if told.opportunity else None


def _amount_of(contract: Any) -> Money | None:
    """What it is worth; None where the event does not say."""
    return money_of(contract.amount, field="contract.amount") if contract.HasField("amount") else None


def _worth_of(quote: Any) -> Money | None:
    """What it comes to; None where the event does not say."""
    return money_of(quote.gross_total, field="quote.gross_total") if quote.HasField("gross_total") else None


def _uuid(name: str) -> UUID:
    return UUID(name.rpartition("/")[2])
