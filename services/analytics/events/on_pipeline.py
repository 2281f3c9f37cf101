"""What pipeline tells: accounts, registrations, opportunities."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from millrace.pipeline.v1 import opportunity_events_pb2 as opportunities
from millrace.pipeline.v1 import registration_events_pb2 as registrations
from millrace.pipeline.v1.account_pb2 import AccountPhase

from chassis.consumer import Event
from services.analytics.application.projecting import Folded
from services.analytics.domain.facts import (
    AccountFact,
    HoldingFact,
    OpportunityFact,
    RegistrationFact,
    StageVisitFact,
    Step,
)
from services.analytics.domain.folding import (
    Customer,
    OpportunityTold,
    account_after,
    opportunity_after,
    present_holding,
    present_visit,
    registration_after,
)
from services.analytics.domain.practices import BACK, SKIP, Conduct, Worked
from services.analytics.events.reading import amount, calendar_day, day_of, day_told, identity, instant, reference
from trade.industries import industry_code

_STEPS: Mapping[int, Step] = {
    opportunities.STAGE_KIND_UNSPECIFIED: Step.PROSPECT,
    opportunities.STAGE_KIND_PROSPECT: Step.PROSPECT,
    opportunities.STAGE_KIND_NEED: Step.NEED,
    opportunities.STAGE_KIND_QUOTE: Step.QUOTE,
    opportunities.STAGE_KIND_NEGOTIATION: Step.NEGOTIATION,
    opportunities.STAGE_KIND_SIGNING: Step.SIGNING,
}
_STATES: Mapping[int, str] = {
    opportunities.OPPORTUNITY_STATE_WON: "won",
    opportunities.OPPORTUNITY_STATE_LOST: "lost",
}
_MOVES: Mapping[int, str] = {opportunities.STAGE_MOVE_SKIP: SKIP, opportunities.STAGE_MOVE_BACK: BACK}
_CREATED = opportunities.OpportunityCreated.DESCRIPTOR.full_name
_MOVED = opportunities.OpportunityMoved.DESCRIPTOR.full_name
_CLOSED = frozenset(each.DESCRIPTOR.full_name for each in (opportunities.OpportunityWon, opportunities.OpportunityLost))
_SETTLED = opportunities.OpportunitySettled.DESCRIPTOR.full_name
_UNSETTLED = opportunities.OpportunityUnsettled.DESCRIPTOR.full_name
_REVIEWED = frozenset({registrations.REGISTRATION_STATE_APPROVED, registrations.REGISTRATION_STATE_EXPIRED})


def account_told(event: Event, zone: tzinfo) -> AccountFact:
    """The account as the event tells it."""
    told: Any = event.message.account
    created = day_told(told.create_time, zone) or day_of(event.time, zone)
    return AccountFact(
        uuid=identity(event),
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        created=created,
        since=created,
        deleted=told.deleted,
    )


def registration_told(before: RegistrationFact | None, event: Event, zone: tzinfo) -> RegistrationFact:
    """The registration as the event tells it: reviewed on the day of its judgement."""
    told: Any = event.message.registration
    day = day_of(event.time, zone)
    reviewed = told.state in _REVIEWED
    fact = RegistrationFact(
        uuid=identity(event),
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        channel=told.channel,
        campaign=told.campaign,
        industry=industry_code(told.industry),
        created=day_told(told.create_time, zone) or day,
        approved=(day_told(told.review_time, zone) or day) if reviewed else None,
        expired=(day_told(told.protection_end_time, zone) or day)
        if told.state == registrations.REGISTRATION_STATE_EXPIRED
        else None,
    )
    return registration_after(before, fact, opened=bool(told.opportunity), day=day)


def opportunity_told(event: Event, zone: tzinfo) -> OpportunityTold:
    """What the event tells of its opportunity."""
    told: Any = event.message.opportunity
    day = day_of(event.time, zone)
    minor, currency = amount(told.amount)
    state = _STATES.get(told.state, "open")
    closed = (instant(told.close_time) or event.time) if state != "open" else None
    return OpportunityTold(
        uuid=identity(event),
        day=day,
        created=day_told(told.create_time, zone) or day,
        owner=reference(told.owner),
        team=reference(told.team),
        region=reference(told.region),
        channel=told.channel,
        campaign=told.campaign,
        industry=industry_code(told.industry),
        counts=told.counts,
        amount=minor,
        currency=currency,
        stage=_STEPS.get(told.stage_kind, Step.PROSPECT),
        entered_time=instant(told.stage_entered_time) or event.time,
        state=state,
        closed=day_of(closed, zone) if closed else None,
        closed_time=closed,
        settled_time=event.time if event.type == _SETTLED else None,
        unsettled=event.type == _UNSETTLED,
        first_contact_time=instant(told.first_contact_time),
        loss_reason=told.loss_reason,
        win_reason=told.win_reason,
        worked=_worked(event),
        account=reference(told.account),
        tier=told.tier,
        customer=_customer(event),
        products=tuple(told.products),
        lead_seconds=_lead_seconds(told),
    )


def _customer(event: Event) -> Customer | None:
    """How the customer stood; only what opens an opportunity tells, and not in every release."""
    message: Any = event.message
    if event.type != _CREATED or not message.HasField("customer"):
        return None
    phase = AccountPhase.DESCRIPTOR.values_by_number.get(message.customer.phase)
    lifecycle = phase.name.removeprefix("ACCOUNT_PHASE_").lower() if phase is not None and phase.number else ""
    return Customer(lifecycle, tuple(message.customer.tags))


def _lead_seconds(told: opportunities.OpportunitySnapshot) -> int | None:
    """From the first contact of its lead until it was opened; None where it came of none, or that is not told."""
    begun, opened = instant(told.first_contact_time), instant(told.create_time)
    if not told.lead or begun is None or opened is None:
        return None
    return max(int((opened - begun).total_seconds()), 0)


def _worked(event: Event) -> Worked:
    """What the event tells of how its opportunity is worked."""
    message: Any = event.message
    told = message.opportunity
    known = message.acquaintance if event.type in _CLOSED and message.HasField("acquaintance") else None
    return Worked(
        time=event.time,
        move=_MOVES.get(message.move, "") if event.type == _MOVED else "",
        expected=calendar_day(told.expected_close_date),
        competitor=bool(told.competitor),
        registered=bool(told.registration),
        from_lead=bool(told.lead),
        conduct=_conduct(told.conduct) if told.HasField("conduct") else None,
        contacts=known.contact_count if known else None,
        decision_makers=known.decision_maker_count if known else None,
    )


def _conduct(told: opportunities.OpportunityConduct) -> Conduct:
    return Conduct(
        need_confirmed=instant(told.need_confirmed_time),
        first_quoted=instant(told.first_quoted_time),
        evidence=frozenset(told.evidence_kinds),
    )


def fold_accounts(
    known: Mapping[Any, AccountFact], events: Sequence[Event], zone: tzinfo
) -> tuple[Folded[AccountFact], Folded[HoldingFact]]:
    """The accounts after the events, and in whose hands they were: what ended, and what holds."""
    after: dict[Any, AccountFact] = {}
    ended: list[tuple[HoldingFact | None, HoldingFact]] = []
    held_before = {uuid: present_holding(fact) for uuid, fact in known.items()}
    for event in events:
        told = account_told(event, zone)
        before = after.get(told.uuid) or known.get(told.uuid)
        after[told.uuid], holding = account_after(before, told, day=day_of(event.time, zone))
        if holding is not None:
            ended.append((held_before.pop(told.uuid, None), holding))
    present = [
        (held_before.get(uuid), holding)
        for uuid, fact in after.items()
        if (holding := present_holding(fact)) is not None
    ]
    changed = [(known.get(uuid), fact) for uuid, fact in after.items()]
    return Folded(changed), Folded([*ended, *present])


def fold_opportunities(
    known: Mapping[Any, OpportunityFact], events: Sequence[Event], zone: tzinfo
) -> tuple[Folded[OpportunityFact], Folded[StageVisitFact]]:
    """The opportunities after the events, and their stays: those that ended, and the present one of each."""
    after: dict[Any, OpportunityFact] = {}
    ended: list[tuple[StageVisitFact | None, StageVisitFact]] = []
    before_visits = {uuid: present_visit(fact) for uuid, fact in known.items()}
    for event in events:
        told = opportunity_told(event, zone)
        before = after.get(told.uuid) or known.get(told.uuid)
        after[told.uuid], visit = opportunity_after(before, told)
        if visit is not None:
            ended.append((before_visits.pop(told.uuid, None), visit))
    present = [(before_visits.get(uuid), present_visit(fact)) for uuid, fact in after.items()]
    changed = [(known.get(uuid), fact) for uuid, fact in after.items()]
    return Folded(changed), Folded([*ended, *present])
