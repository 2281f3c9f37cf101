"""How a fact follows from the one before and from what an event tells; nothing else is asked.

What is over stays whose it was when it ended: an order, a receipt, a won or lost opportunity are no longer handed over
(ADR 58). What is open, or open again, follows its owner.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from services.analytics.domain.facts import (
    GONE,
    NOBODY,
    STEPS,
    AccountFact,
    ContractFact,
    Fact,
    HoldingFact,
    InstalmentFact,
    LeadFact,
    OpportunityFact,
    Outcome,
    ReceiptFact,
    RegistrationFact,
    StageVisitFact,
    Step,
)
from services.analytics.domain.practices import Worked, practised

F = TypeVar("F", bound=Fact)
_CONVERTED, _DISQUALIFIED = "converted", "disqualified"
_OVER = frozenset({_CONVERTED, _DISQUALIFIED})


class Customer(NamedTuple):
    """How the customer of an opportunity stood when it was opened; only the event that opens it tells."""

    lifecycle: str
    tags: Sequence[str]


class OpportunityTold(NamedTuple):
    """What an event tells of an opportunity, with the day it happened. A tuple, for there are millions of them."""

    uuid: UUID
    day: date
    created: date
    entered_time: datetime
    owner: UUID = NOBODY
    team: UUID = NOBODY
    region: UUID = NOBODY
    channel: str = ""
    campaign: str = ""
    industry: str = ""
    counts: bool = True
    amount: int = 0
    currency: str = ""
    stage: Step = Step.PROSPECT
    state: str = "open"
    closed: date | None = None
    closed_time: datetime | None = None
    settled_time: datetime | None = None
    unsettled: bool = False
    first_contact_time: datetime | None = None
    loss_reason: str = ""
    win_reason: str = ""
    worked: Worked | None = None
    account: UUID = NOBODY
    tier: str = ""
    customer: Customer | None = None
    products: Sequence[str] = ()
    lead_seconds: int | None = None


def lead_after(before: LeadFact | None, told: LeadFact, *, day: date) -> LeadFact:
    """A lead is converted or disqualified on the day it first says so, until it says otherwise.

    One that was merged away stays what it was, for the day on which it stands for itself again; so does one that was
    taken back.
    """
    if told.state in GONE and before is not None:
        return replace(before, state=told.state)
    over = before is not None and before.state == told.state and told.state in _OVER
    return replace(
        _still(before, told) if over else told,
        converted=_since(before.converted if before else None, told.state == _CONVERTED, day),
        disqualified=_since(before.disqualified if before else None, told.state == _DISQUALIFIED, day),
    )


def registration_after(
    before: RegistrationFact | None, told: RegistrationFact, *, opened: bool, day: date
) -> RegistrationFact:
    """An opportunity came of a registration on the day it first says so."""
    over = before is not None and bool((before.opened and opened) or (before.expired and told.expired))
    return replace(
        _still(before, told) if over else told, opened=_since(before.opened if before else None, opened, day)
    )


def account_after(
    before: AccountFact | None, told: AccountFact, *, day: date
) -> tuple[AccountFact, HoldingFact | None]:
    """The customer after an event, and the holding that ended with it: another has him, or he is archived."""
    if before is None:
        return told, None
    same = _whose(before) == _whose(told) and before.deleted == told.deleted
    if same or (before.deleted and told.deleted):
        return replace(told, created=before.created, since=before.since, spell=before.spell), None
    after = replace(told, created=before.created, since=day, spell=before.spell + 1)
    held = present_holding(before)
    return after, None if held is None else replace(held, until=day)


def present_holding(fact: AccountFact) -> HoldingFact | None:
    """In whose hands a customer is; None while it is archived."""
    if fact.deleted:
        return None
    return HoldingFact(
        uuid=fact.uuid, owner=fact.owner, team=fact.team, region=fact.region, spell=fact.spell, since=fact.since
    )


def contract_after(before: ContractFact | None, told: ContractFact, *, day: date) -> ContractFact:
    """The order is of whoever it was when it was signed, the term of whoever looks after it until its end.

    `told` is its keeper's; a contract that was ended before its term ended on the day it first says so.
    """
    if before is not None and before.signed:
        told = _still(before, told)
    if before is not None and before.ended and told.ended:
        keeper, team, region = before.keeper, before.keeper_team, before.keeper_region
        return replace(told, keeper=keeper, keeper_team=team, keeper_region=region, ends=before.ends)
    ended_early = told.ended and not told.renewed and (told.ends is None or day < told.ends)
    return replace(told, ends=day) if ended_early else told


def instalment_after(before: InstalmentFact | None, told: InstalmentFact) -> InstalmentFact:
    """What is owed moves with its owner; what is paid was his who had it then."""
    return _still(before, told) if before is not None and before.is_paid and told.is_paid else told


def receipt_after(before: ReceiptFact | None, told: ReceiptFact, *, refunded: int, day: date) -> ReceiptFact:
    """Money is of whoever answered for its payer when that was known first; `refunded` of it went back until now."""
    if before is None:
        return replace(told, refunds=((day, refunded),) if refunded else ())
    known = before.owner != NOBODY and before.account == told.account
    more = refunded - sum(amount for _, amount in before.refunds)
    refunds = (*before.refunds, (day, more)) if more else before.refunds
    return replace(_still(before, told) if known else told, refunds=refunds)


def opportunity_after(
    before: OpportunityFact | None, told: OpportunityTold
) -> tuple[OpportunityFact, StageVisitFact | None]:
    """The opportunity after an event, and the stay that ended with it.

    What was reached once stays reached, however far it falls back. A stage that was skipped was reached with the one
    behind it, and all of them with the signature. Moving between stages of one kind is one stay; being lost ends it,
    and being worked on again begins another.
    """
    reopened = before is not None and before.is_closed and told.state == "open"
    moved = before is not None and (before.stage is not told.stage or reopened)
    after = _told(before, told, moved=moved)
    if before is not None and before.state == after.state and before.is_closed:
        after = _still(before, after)
    return after, _ended(before, told, reopened=reopened) if before is not None and moved else None


def _told(before: OpportunityFact | None, told: OpportunityTold, *, moved: bool) -> OpportunityFact:
    """The opportunity as it is told, with what of it is kept; what is no longer offered was offered all the same."""
    reached = Step.SIGNING if told.state == "won" else told.stage
    held = before.settled_time if before is not None and not told.unsettled else None
    settled = held or told.settled_time
    need, quote, negotiation, signing = _first_days(before, reached, told.day)
    customer = told.customer or _customer(before)
    return OpportunityFact(
        uuid=told.uuid,
        owner=told.owner,
        team=told.team,
        region=told.region,
        channel=told.channel,
        campaign=told.campaign,
        industry=told.industry,
        created=told.created,
        counts=told.counts,
        amount=told.amount,
        currency=told.currency,
        furthest=reached if before is None or _PLACES[reached] > _PLACES[before.furthest] else before.furthest,
        need=need,
        quote=quote,
        negotiation=negotiation,
        signing=signing,
        state=told.state,
        closed=told.closed if told.state != "open" else None,
        closed_time=told.closed_time if told.state != "open" else None,
        settled_time=settled if told.state == "won" else None,
        first_contact_time=told.first_contact_time,
        loss_reason=told.loss_reason if told.state == "lost" else "",
        win_reason=told.win_reason if told.state == "won" else "",
        stage=told.stage,
        entered_time=told.entered_time if before is None or moved else before.entered_time,
        stay=1 if before is None else before.stay + moved,
        expected=told.worked.expected if told.worked else None,
        practices=practised(before, owner=told.owner, state=told.state, worked=told.worked),
        account=told.account,
        tier=told.tier,
        lifecycle=customer.lifecycle,
        tags=customer.tags,
        products=told.products or (before.products if before is not None else ()),
        lead_seconds=told.lead_seconds,
    )


def _customer(before: OpportunityFact | None) -> Customer:
    return _NOT_TOLD if before is None else Customer(before.lifecycle, before.tags)


def _ended(before: OpportunityFact, told: OpportunityTold, *, reopened: bool) -> StageVisitFact:
    """The stay an opportunity left."""
    if reopened:
        ended = present_visit(before)
        return ended if ended.left_time else _visit(before, told.entered_time, Outcome.MOVED_BACK)
    forward = _PLACES[told.stage] > _PLACES[before.stage]
    return _visit(before, told.entered_time, Outcome.MOVED_ON if forward else Outcome.MOVED_BACK)


def present_visit(fact: OpportunityFact) -> StageVisitFact:
    """The stay in the stage where an opportunity is, or was when it was lost.

    A signature ends a stay before it; the stay in 签约回款, which begins with it, ends when nothing is owed any more
    (P-06).
    """
    if fact.state == "won" and fact.stage is Step.SIGNING:
        return _visit(fact, fact.settled_time, Outcome.MOVED_ON if fact.settled_time else Outcome.OPEN)
    return _visit(fact, fact.closed_time, _OUTCOMES[fact.state])


_OUTCOMES = {"open": Outcome.OPEN, "won": Outcome.MOVED_ON, "lost": Outcome.LOST}
_NOT_TOLD = Customer("", ())
_NONE = (None,) * len(STEPS[1:])
_PLACES = {step: place for place, step in enumerate(STEPS)}


def _visit(fact: OpportunityFact, left: datetime | None, outcome: Outcome) -> StageVisitFact:
    return StageVisitFact(
        uuid=fact.uuid,
        owner=fact.owner,
        team=fact.team,
        region=fact.region,
        stay=fact.stay,
        counts=fact.counts,
        stage=fact.stage,
        entered_time=fact.entered_time,
        left_time=left,
        outcome=outcome,
    )


def _first_days(before: OpportunityFact | None, reached: Step, day: date) -> Sequence[date | None]:
    """The day each later step was first reached; a skipped one with the step behind it."""
    known = _NONE if before is None else (before.need, before.quote, before.negotiation, before.signing)
    place = _PLACES[reached]
    if not place or known[place - 1]:
        return known
    return [each or (day if step < place else None) for step, each in enumerate(known)]


def _still(before: Fact | None, told: F) -> F:
    """What is told, with whose it was before."""
    return told if before is None else replace(told, owner=before.owner, team=before.team, region=before.region)


def _whose(fact: Fact) -> tuple[UUID, UUID, UUID]:
    return fact.owner, fact.team, fact.region


def _since(known: date | None, holds: bool, day: date) -> date | None:
    return (known or day) if holds else None
