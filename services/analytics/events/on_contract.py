"""What contracts tell: quotes, contracts, instalments, receipts."""

from datetime import tzinfo
from typing import Any

from millrace.contracts.v1 import contract_events_pb2 as contracts
from millrace.contracts.v1 import quote_events_pb2 as quotes

from chassis.consumer import Event
from services.analytics.domain.facts import ContractFact, InstalmentFact, QuoteFact, ReceiptFact
from services.analytics.domain.folding import contract_after, instalment_after, receipt_after
from services.analytics.events.reading import amount, calendar_day, day_of, day_told, identity, reference

_ENDED = frozenset(
    {contracts.CONTRACT_STATE_EXPIRED, contracts.CONTRACT_STATE_TERMINATED, contracts.CONTRACT_STATE_RENEWED}
)


def quote_told(_before: QuoteFact | None, event: Event, zone: tzinfo) -> QuoteFact:
    """The quote after the event."""
    told: Any = event.message.quote
    minor, currency = amount(told.gross_total)
    return QuoteFact(
        uuid=identity(event),
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        created=day_told(told.create_time, zone) or day_of(event.time, zone),
        accepted=told.state == quotes.QUOTE_STATE_ACCEPTED,
        amount=minor,
        currency=currency,
    )


def contract_told(before: ContractFact | None, event: Event, zone: tzinfo) -> ContractFact:
    """The contract after the event."""
    told: Any = event.message.contract
    minor, currency = amount(told.amount)
    owner, team, region = reference(told.owner), reference(told.team), reference(told.region)
    fact = ContractFact(
        uuid=identity(event),
        owner=owner,
        team=team,
        region=region,
        account=reference(told.account),
        keeper=owner,
        keeper_team=team,
        keeper_region=region,
        signed=day_told(told.sign_time, zone),
        amount=minor,
        currency=currency,
        ends=calendar_day(told.end_date),
        renewed=told.state == contracts.CONTRACT_STATE_RENEWED,
        ended=told.state in _ENDED,
    )
    return contract_after(before, fact, day=day_of(event.time, zone))


def instalment_told(before: InstalmentFact | None, event: Event, _zone: tzinfo) -> InstalmentFact:
    """The instalment after the event; taken out of the plan, nothing of it is due."""
    told: Any = event.message.instalment
    minor, currency = amount(told.amount)
    fact = InstalmentFact(
        uuid=identity(event),
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        due=calendar_day(told.due_date),
        amount=0 if told.cancelled else minor,
        paid=0 if told.cancelled else amount(told.paid)[0],
        currency=currency,
    )
    return instalment_after(before, fact)


def receipt_told(before: ReceiptFact | None, event: Event, zone: tzinfo) -> ReceiptFact:
    """The receipt after the event; booked by mistake, it never came."""
    told: Any = event.message.receipt
    minor, currency = amount(told.amount)
    fact = ReceiptFact(
        uuid=identity(event),
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        account=reference(told.account),
        received=calendar_day(told.receive_date),
        amount=0 if told.reversed else minor,
        currency=currency,
    )
    return receipt_after(before, fact, refunded=amount(told.refunded)[0], day=day_of(event.time, zone))
