"""What follows from several facts of one customer together: whether he is active, came back, is worked.

Each function takes all there is of one customer and tells it as facts, each of one owner, whose points are summed up
like those of any other. The order in which things were heard changes nothing, and neither does the day on which
somebody asks: when a customer will lapse is known when he signs, and whoever asks reads as far as yesterday (ADR 80).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.analytics.domain.facts import (
    NOBODY,
    ContractFact,
    Fact,
    HoldingFact,
    OpportunityFact,
    OrderFact,
    WorkedFact,
)

# So long a customer is active after an order, and after the end of its term, for renewals are often signed late. A
# figure keeps its meaning, so no rule edits them. Whoever comes in a calendar year does not lapse in it.
ACTIVE, GRACE = timedelta(days=365), timedelta(days=90)
_DAY = timedelta(days=1)
_Span = tuple[date, date | None]


def orders_of(contracts: Iterable[ContractFact]) -> Sequence[OrderFact]:
    """The orders of a customer; of a contract that is not signed, one without a day.

    A customer is active from the day he signs until 365 days later, or until 90 days after the end of the term where
    that is later, and lapses on the day after, unless he signs by then. A contract without a customer is an order of
    nobody.
    """
    told = sorted(contracts, key=lambda each: each.uuid)
    signed = [(each.signed, each) for each in told if each.signed is not None and each.account != NOBODY]
    signed.sort(key=lambda pair: pair[0])
    orders = {each.uuid: _order(each) for each in told}
    following: Sequence[date | None] = [*(day for day, _ in signed[1:]), None]
    lapse: date | None = None
    for place, ((day, contract), after) in enumerate(zip(signed, following, strict=False)):
        away = None if lapse is None or day <= lapse else (day - lapse).days
        lapse = max(_lapse(contract, day), day if lapse is None or away else lapse)
        lapses = after is None or after > lapse
        orders[contract.uuid] = replace(
            orders[contract.uuid],
            signed=day,
            over=lapse if lapses else after,
            lapses=lapses,
            first=place == 0,
            again=after is not None,
            away=away,
        )
    return list(orders.values())


def worked_of(facts: Iterable[Fact]) -> Sequence[WorkedFact]:
    """Of each holding of a customer, when at least one opportunity that counts was open, whoever worked on it.

    One that is opened and closed on the same day is open at the end of none.
    """
    told = list(facts)
    opportunities = [each for each in told if isinstance(each, OpportunityFact) and each.counts]
    spans = list(_joined((each.created, each.closed) for each in opportunities))
    return [
        WorkedFact(
            uuid=each.uuid,
            owner=each.owner,
            team=each.team,
            region=each.region,
            spell=each.spell,
            spans=list(_within(each, spans)),
        )
        for each in told
        if isinstance(each, HoldingFact)
    ]


def _order(contract: ContractFact) -> OrderFact:
    return OrderFact(uuid=contract.uuid, owner=contract.owner, team=contract.team, region=contract.region, signed=None)


def _lapse(contract: ContractFact, day: date) -> date:
    """The day after the last on which he is active by this order alone."""
    return max(day + ACTIVE, (contract.ends or day) + GRACE) + _DAY


def _joined(spans: Iterable[_Span]) -> Iterator[_Span]:
    """The same days in spans that neither overlap nor touch."""
    begun: date | None = None
    ended: date | None = None
    for first, last in sorted(spans, key=lambda span: (span[0], span[1] or date.max)):
        if begun is not None and (ended is None or first <= ended):
            ended = None if ended is None or last is None else max(ended, last)
            continue
        if begun is not None:
            yield begun, ended
        begun, ended = first, last
    if begun is not None:
        yield begun, ended


def _within(holding: HoldingFact, spans: Iterable[_Span]) -> Iterator[_Span]:
    for first, last in spans:
        begun = max(first, holding.since)
        ends = [each for each in (last, holding.until) if each is not None]
        ended = min(ends) if ends else None
        if ended is None or begun < ended:
            yield begun, ended
