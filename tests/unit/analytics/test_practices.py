"""What was done in working an opportunity, and what the won ones did that the lost ones did not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import comb
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.facts import OpportunityFact, Practice, Step
from services.analytics.domain.figures import Tallies
from services.analytics.domain.folding import OpportunityTold, opportunity_after
from services.analytics.domain.points import points_of
from services.analytics.domain.practice_effects import PracticeEffect, practice_effects
from services.analytics.domain.practices import Conduct, Worked
from services.analytics.domain.questions import Sum
from services.analytics.domain.significance import fisher
from tests.support.selling import ANNA, BO

START = datetime(2026, 1, 5, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def told(days: float = 0, *, state: str = "open", owner: UUID = ANNA, **worked: object) -> OpportunityTold:
    at = START + timedelta(days=days)
    return OpportunityTold(
        uuid=UUID(int=1),
        day=at.date(),
        created=START.date(),
        entered_time=START,
        owner=owner,
        stage=Step.NEED,
        state=state,
        closed=at.date(),
        closed_time=at,
        worked=Worked(time=at, **worked),  # type: ignore[arg-type]  # named values
    )


def after(*events: OpportunityTold) -> OpportunityFact:
    fact: OpportunityFact | None = None
    for event in events:
        fact, _ = opportunity_after(fact, event)
    assert fact is not None
    return fact


def conduct(confirmed: float | None = 0, quoted: float | None = None, *evidence: str) -> Conduct:
    def at(days: float | None) -> datetime | None:
        return None if days is None else START + timedelta(days=days)

    return Conduct(need_confirmed=at(confirmed), first_quoted=at(quoted), evidence=frozenset(evidence))


@pytest.mark.parametrize(
    ("closed", "told_of", "in_time"),
    [
        (30, conduct(0, 7), True),
        (30, conduct(0, 7.01), False),
        (30, conduct(5, 1), True),
        (8, conduct(0), False),
        (7, conduct(0), None),
        (30, conduct(None), None),
        (30, None, None),
    ],
)
def test_quoted_in_time_is_within_seven_days_and_not_known_before_they_are_over(
    closed: float, told_of: Conduct | None, in_time: bool | None
) -> None:
    fact = after(told(), told(closed, state="lost", conduct=told_of))
    assert fact.practices.get(Practice.QUOTED_IN_TIME) is in_time


def test_what_happened_once_has_happened() -> None:
    fact = after(
        told(expected=date(2026, 3, 1)),
        told(1, move="skip", expected=date(2026, 3, 2), competitor=True),
        told(2, move="back", owner=BO, expected=date(2026, 3, 1)),
        told(3, owner=BO),
        told(4, owner=BO, state="lost"),
        told(5, owner=BO),
        told(6, owner=BO, state="won"),
    )
    done = {practice for practice, yes in fact.practices.items() if yes}
    assert done == {
        Practice.STAGE_SKIPPED,
        Practice.FELL_BACK,
        Practice.CLOSING_POSTPONED,
        Practice.HANDED_OVER,
        Practice.COMPETITOR_KNOWN,
    }


def test_an_earlier_closing_date_is_not_put_off() -> None:
    fact = after(told(expected=date(2026, 3, 1)), told(1, expected=date(2026, 2, 1)), told(2, state="lost"))
    assert fact.practices[Practice.CLOSING_POSTPONED] is False


def test_neither_the_skip_of_a_signature_nor_what_is_learnt_at_the_end_is_a_way_of_working() -> None:
    won = after(told(), told(5, state="won", move="skip"), told(5, state="won"))
    lost = after(told(), told(5, state="lost", competitor=True), told(9, state="lost", competitor=True))
    assert won.practices[Practice.STAGE_SKIPPED] is False
    assert lost.practices[Practice.COMPETITOR_KNOWN] is False


def test_who_was_known_counts_as_of_the_closing_and_not_before_it_or_after_a_reopening() -> None:
    closing = told(5, state="won", contacts=2, decision_makers=0)
    won = after(told(), told(5, state="won"), closing, told(9, state="won"))
    assert (won.practices[Practice.SEVERAL_CONTACTS], won.practices[Practice.DECISION_MAKER_KNOWN]) == (True, False)
    again = after(told(), told(5, state="lost", contacts=2, decision_makers=1), told(6))
    assert Practice.SEVERAL_CONTACTS not in again.practices


def test_evidence_that_was_filed_after_the_closing_changes_nothing() -> None:
    fact = after(
        told(conduct=conduct(0)),
        told(5, state="lost", conduct=conduct(0, None, "meeting_record")),
        told(6, state="lost", conduct=conduct(0, None, "meeting_record", "requirement_document")),
    )
    assert (fact.practices[Practice.MEETING_RECORDED], fact.practices[Practice.REQUIREMENT_FILED]) == (True, False)


def test_a_release_that_did_not_tell_is_counted_neither_with_nor_without() -> None:
    fact = after(told(), told(9, state="lost"))
    assert not {Practice.REQUIREMENT_FILED, Practice.SEVERAL_CONTACTS, Practice.QUOTED_IN_TIME} & set(fact.practices)


def test_practices_count_in_the_month_of_the_closing_and_only_of_what_counts() -> None:
    won = after(told(), told(40, state="won", registered=True))
    silent = opportunity_after(None, told(40, state="won")._replace(counts=False))[0]
    points = points_of(won, SHANGHAI)
    assert points["won_with", date(2026, 2, 14), "reason", "registered"] == (1, 0)
    assert points["won_without", date(2026, 2, 14), "reason", "from_lead"] == (1, 0)
    assert not any(measure.startswith("won_with") for measure, *_ in points_of(silent, SHANGHAI))


def tallies(practice: Practice, **counts: int) -> list[Sum]:
    return [Sum((), measure, value=practice.value, tally=count) for measure, count in counts.items()]


def effects(*sums: list[Sum]) -> dict[Practice, PracticeEffect]:
    found = Tallies()
    for each in sums:
        for one in each:
            found.take(one)
    return {effect.practice: effect for effect in practice_effects(found)}


def test_an_effect_tells_both_win_rates_their_difference_and_what_chance_would_do() -> None:
    found = effects(tallies(Practice.QUOTED_IN_TIME, won_with=18, lost_with=12, won_without=6, lost_without=24))
    effect = found[Practice.QUOTED_IN_TIME]
    assert (effect.rate_with.percent(), effect.rate_without.percent(), effect.silence) == ("60.0%", "20.0%", None)
    assert (effect.points, effect.chance) == (Decimal("40.0"), Decimal("0.0033"))


def test_below_ten_cases_with_or_without_it_says_why_it_is_silent() -> None:
    found = effects(
        tallies(Practice.QUOTED_IN_TIME, won_with=9, lost_without=50),
        tallies(Practice.REGISTERED, won_with=50, lost_without=9),
        tallies(Practice.FROM_LEAD, won_with=10, lost_without=10),
    )
    seldom, usual = found[Practice.QUOTED_IN_TIME], found[Practice.REGISTERED]
    assert (seldom.points, seldom.chance) == (None, None)
    assert seldom.silence is not None
    assert (seldom.silence.code, dict(seldom.silence.parameters)) == ("PRACTICE_SELDOM", {"cases": "9", "least": "10"})
    assert usual.silence is not None
    assert usual.silence.code == "PRACTICE_USUAL"
    assert found[Practice.FROM_LEAD].silence is None


def test_what_goes_with_winning_most_comes_first_and_what_is_silent_last() -> None:
    found = effects(
        tallies(Practice.STAGE_SKIPPED, won_with=2, lost_with=10, won_without=10, lost_without=2),
        tallies(Practice.REGISTERED, won_with=10, lost_with=10, won_without=10, lost_without=10),
        tallies(Practice.HANDED_OVER, won_with=10, lost_with=2, won_without=2, lost_without=10),
        tallies(Practice.QUOTED_IN_TIME, won_with=9),
    )
    assert list(found)[:4] == [
        Practice.HANDED_OVER,
        Practice.REGISTERED,
        Practice.STAGE_SKIPPED,
        Practice.QUOTED_IN_TIME,
    ]
    assert len(found) == len(Practice)


def by_hand(won_with: int, won_without: int, lost_with: int, lost_without: int) -> float:
    """The same from whole numbers."""
    won, with_it = won_with + won_without, won_with + lost_with
    everything = won + lost_with + lost_without
    ways = {
        at: comb(won, at) * comb(everything - won, with_it - at)
        for at in range(max(0, with_it + won - everything), min(won, with_it) + 1)
    }
    return sum(each for each in ways.values() if each <= ways[won_with]) / sum(ways.values())


def test_the_lady_tasting_tea_is_told_by_chance_every_other_time() -> None:
    assert fisher(won_with=3, won_without=1, lost_with=1, lost_without=3) == pytest.approx(34 / 70)
    assert fisher(won_with=0, won_without=0, lost_with=0, lost_without=0) == 1


@given(*[st.integers(0, 60)] * 4)
def test_chance_is_the_exact_sum_whatever_the_table(a: int, b: int, c: int, d: int) -> None:
    found = fisher(won_with=a, won_without=b, lost_with=c, lost_without=d)
    assert found == pytest.approx(by_hand(a, b, c, d), rel=1e-6)


def test_a_million_cases_are_no_trouble() -> None:
    assert fisher(won_with=250_000, won_without=250_000, lost_with=250_000, lost_without=250_000) == pytest.approx(1)
    assert fisher(won_with=400_000, won_without=100_000, lost_with=100_000, lost_without=400_000) == 0
