"""What each fact adds to the figures: points of a measure on a day. Figures are sums of points, nothing else.

A change of a fact takes its old points back and adds its new ones, so that the sums are right after every event.
A measure whose name begins with `cohort_` lies on the day when the lead or opportunity began; the others lie on the
day when it happened. What begins on a day is the same in both.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from services.analytics.domain.facts import (
    GONE,
    STEPS,
    AccountFact,
    ContractFact,
    Fact,
    HoldingFact,
    InstalmentFact,
    LeadFact,
    MemberFact,
    OpportunityFact,
    OrderFact,
    Outcome,
    QuoteFact,
    ReceiptFact,
    RegistrationFact,
    StageVisitFact,
    TermFact,
    WorkedFact,
)
from services.analytics.domain.stays import bucket_of

# A measure on a day, whole or seen from a side of its own: why something was lost or won,
# what was done before, how long it took.
Point = tuple[str, date, str, str]
Points = dict[Point, tuple[int, int]]
Drawn = Iterator[tuple[str, date | None, int, str, str]]
WHOLE, REASON, DAYS = "", "reason", "days"
WITH, WITHOUT = "with", "without"
REASONS = frozenset({"lost", "cohort_lost", "won_for", "cohort_won_for"})  # why, and not what was done before
LESS = "-"  # before a measure from which a point is taken
SIGNED = frozenset(
    {"accounts", "accounts_worked", "customers", "received"}
)  # measures whose sums may lie below nothing on a day


def points_of(fact: Fact, zone: tzinfo) -> Points:
    """The points of a fact, each with a count and a total. `zone` tells the days of instants."""
    points: Points = {}
    for measure, day, total, side, value in _DRAWN[type(fact)](fact, zone):
        if day is None:
            continue
        sign = -1 if measure[0] == LESS else 1
        point = (measure.removeprefix(LESS), day, side, value)
        count, so_far = points.get(point, (0, 0))
        points[point] = (count + sign, so_far + sign * total)
    return points


def _lead(fact: LeadFact, _zone: tzinfo) -> Drawn:
    """A customer is counted once: where his leads were merged, by the one that stands. What was taken back is not."""
    if fact.state in GONE:
        return
    yield "leads", fact.created, 0, WHOLE, ""
    if fact.converted:
        yield "converted", fact.converted, 0, WHOLE, ""
        yield "cohort_converted", fact.created, 0, WHOLE, ""
    if fact.disqualified:
        yield "disqualified", fact.disqualified, 0, WHOLE, ""
        yield "cohort_disqualified", fact.created, 0, WHOLE, ""
    if fact.taken_in_time and fact.first_response_time:
        yield "cohort_responded", fact.created, _seconds(fact.taken_in_time, fact.first_response_time), WHOLE, ""


def _registration(fact: RegistrationFact, _zone: tzinfo) -> Drawn:
    """Only what was reviewed is in the funnel (P-05)."""
    if fact.approved is None:
        return
    yield "registered", fact.approved, 0, WHOLE, ""
    yield "cohort_registered", fact.created, 0, WHOLE, ""
    if fact.opened:
        yield "registration_opened", fact.opened, 0, WHOLE, ""
        yield "cohort_registration_opened", fact.created, 0, WHOLE, ""
    elif fact.expired:
        yield "registration_expired", fact.expired, 0, WHOLE, ""
        yield "cohort_registration_expired", fact.created, 0, WHOLE, ""


def _opportunity(fact: OpportunityFact, _zone: tzinfo) -> Drawn:
    """Only what counts is in the funnel (P-05)."""
    if not fact.counts:
        return
    amount = fact.amount
    yield "opportunities", fact.created, amount, WHOLE, ""
    if fact.lead_seconds is not None:
        yield "opened_from_lead", fact.created, fact.lead_seconds, WHOLE, ""
    for step in STEPS[1 : STEPS.index(fact.furthest) + 1]:
        yield step.value, fact.reached(step), amount, WHOLE, ""
        yield f"cohort_{step.value}", fact.created, amount, WHOLE, ""
    if fact.is_closed:
        yield from _ENDED[fact.state](fact)
        for practice, done in fact.practices.items():
            yield f"{fact.state}_{WITH if done else WITHOUT}", fact.closed, 0, REASON, practice.value


def _won(fact: OpportunityFact) -> Drawn:
    yield "won", fact.closed, fact.amount, WHOLE, ""
    yield "cohort_won", fact.created, fact.amount, WHOLE, ""
    if fact.win_reason:
        yield "won_for", fact.closed, fact.amount, REASON, fact.win_reason
        yield "cohort_won_for", fact.created, fact.amount, REASON, fact.win_reason
    if fact.closed_time and fact.first_contact_time:
        yield "cycle", fact.closed, int((fact.closed_time - fact.first_contact_time).total_seconds()), WHOLE, ""


def _lost(fact: OpportunityFact) -> Drawn:
    at = f"lost_at_{fact.furthest.value}"
    for prefix, day in (("", fact.closed), ("cohort_", fact.created)):
        yield f"{prefix}{at}", day, fact.amount, WHOLE, ""
        yield f"{prefix}lost", day, fact.amount, REASON, fact.loss_reason


def _visit(fact: StageVisitFact, zone: tzinfo) -> Drawn:
    """A stay counts on the day it began; how it ended is added there when it is known."""
    if not fact.counts:
        return
    day, stage = fact.entered_time.astimezone(zone).date(), fact.stage.value
    yield f"{stage}_entered", day, 0, WHOLE, ""
    if fact.left_time is None or fact.outcome is Outcome.OPEN:
        return
    seconds = _seconds(fact.entered_time, fact.left_time)
    yield f"{stage}_{fact.outcome.value}", day, seconds, WHOLE, ""
    if fact.outcome is Outcome.MOVED_ON:
        yield f"{stage}_moved_on", day, seconds, DAYS, bucket_of(seconds)


def _account(_fact: AccountFact, _zone: tzinfo) -> Drawn:
    """Nothing of its own: it counts for whoever holds it, as long as he does."""
    return iter(())


def _holding(fact: HoldingFact, _zone: tzinfo) -> Drawn:
    """One more on the day it began, one less on the day it ended: summed up to a day, those held at its end."""
    yield "accounts", fact.since, 0, WHOLE, ""
    yield LESS + "accounts", fact.until, 0, WHOLE, ""


def _worked(fact: WorkedFact, _zone: tzinfo) -> Drawn:
    """As a holding: summed up to a day, the customers held at its end with whom something is open."""
    for begun, ended in fact.spans:
        yield "accounts_worked", begun, 0, WHOLE, ""
        yield LESS + "accounts_worked", ended, 0, WHOLE, ""


def _member(_fact: MemberFact, _zone: tzinfo) -> Drawn:
    """Nothing: who joined is read by the day."""
    return iter(())


def _order(fact: OrderFact, _zone: tzinfo) -> Drawn:
    """One more active customer on its day, and one less where the next order takes him over, or he lapses.

    That may lie ahead; whoever asks reads what is over.
    """
    if fact.signed is None:
        return
    yield "customers", fact.signed, 0, WHOLE, ""
    yield LESS + "customers", fact.over, 0, WHOLE, ""
    yield "customer_orders", fact.signed, 0, WHOLE, ""
    yield "first_orders" if fact.first else "repeat_orders", fact.signed, 0, WHOLE, ""
    if fact.first and fact.again:
        yield "cohort_repeated", fact.signed, 0, WHOLE, ""
    if fact.away is not None:
        yield "won_back", fact.signed, fact.away, WHOLE, ""
    if fact.lapses:
        yield "lapsed", fact.over, 0, WHOLE, ""


def _quote(fact: QuoteFact, _zone: tzinfo) -> Drawn:
    yield "quotes", fact.created, fact.amount, WHOLE, ""
    if fact.accepted:
        yield "cohort_quotes_accepted", fact.created, fact.amount, WHOLE, ""


def _contract(fact: ContractFact, _zone: tzinfo) -> Drawn:
    """A signed contract is an order, and stays one when it ends."""
    if fact.signed is None:
        return
    yield "orders", fact.signed, fact.amount, WHOLE, ""


def _term(fact: TermFact, _zone: tzinfo) -> Drawn:
    """Known ahead; whoever asks reads those that are over."""
    yield "terms_ended", fact.ends, fact.amount, WHOLE, ""
    if fact.renewed:
        yield "terms_renewed", fact.ends, fact.amount, WHOLE, ""


def _instalment(fact: InstalmentFact, _zone: tzinfo) -> Drawn:
    if fact.amount:
        yield "due", fact.due, fact.amount, WHOLE, ""
        yield "paid_of_due", fact.due, fact.paid, WHOLE, ""


def _receipt(fact: ReceiptFact, _zone: tzinfo) -> Drawn:
    if fact.amount:
        yield "received", fact.received, fact.amount, WHOLE, ""
        for day, amount in fact.refunds:
            yield LESS + "received", day, amount, WHOLE, ""


def _seconds(begun: datetime, ended: datetime) -> int:
    return max(int((ended - begun).total_seconds()), 0)


_ENDED: Mapping[str, Callable[[OpportunityFact], Drawn]] = {"won": _won, "lost": _lost}
_DRAWN: Mapping[type[Fact], Callable[[Any, tzinfo], Drawn]] = {
    LeadFact: _lead,
    RegistrationFact: _registration,
    OpportunityFact: _opportunity,
    StageVisitFact: _visit,
    AccountFact: _account,
    HoldingFact: _holding,
    WorkedFact: _worked,
    MemberFact: _member,
    QuoteFact: _quote,
    ContractFact: _contract,
    OrderFact: _order,
    TermFact: _term,
    InstalmentFact: _instalment,
    ReceiptFact: _receipt,
}
