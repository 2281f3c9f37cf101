"""The examples of A-01 and A-02, and what makes a figure honest."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.analytics.domain.figures import Ratio, Tallies, difference
from services.analytics.domain.funnel import Mode, Stage, compared, funnel
from services.analytics.domain.questions import (
    Dimension,
    FigureNotByPerson,
    FigureSidesMixed,
    Period,
    PeriodInvalid,
    PeriodNotWholeMonths,
    Question,
    Span,
    Sum,
)
from services.analytics.domain.ratios import Metric, measured
from services.analytics.domain.stage_times import stage_times
from services.analytics.domain.stays import bucket_of, median_days

DAY = 86_400
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def tallies(**counts: int) -> Tallies:
    found = Tallies()
    for measure, count in counts.items():
        found.take(Sum(group=(), measure=measure, tally=count))
    return found


def told(found: Tallies) -> dict[Metric, str]:
    return {each.metric: each.text for each in measured(found)}


def test_east_25_percent_and_south_20_percent_reads_minus_5_points_and_minus_20_percent() -> None:
    found = difference(Ratio(20, 100), Ratio(25, 100))
    assert (found.points, found.percent) == (Decimal("-5.0"), Decimal("-20.0"))


def test_20_opportunities_and_5_orders_are_a_deal_ratio_of_4_00_and_an_order_rate_of_25_percent() -> None:
    found = told(tallies(opportunities=20, won=5, lost_at_quote=6, lost_at_need=4, orders=5))
    assert found[Metric.DEAL_RATIO] == "4.00"
    assert found[Metric.WIN_RATE] == "33.3%"
    assert found[Metric.ORDER_RATE] == "25.0%"


def test_100_customers_owned_at_the_end_and_20_opportunities_are_a_customer_ratio_of_5_00() -> None:
    assert told(tallies(accounts=100, opportunities=20))[Metric.CUSTOMER_RATIO] == "5.00"


def test_a_zero_denominator_shows_a_dash_and_is_no_number() -> None:
    found = measured(tallies(opportunities=3))
    assert {each.text for each in found if each.ratio.denominator == 0} == {"—"}
    assert {each.value for each in found if each.ratio.denominator == 0} == {None}
    assert told(tallies(opportunities=3))[Metric.ORDER_RATE] == "0.0%"


def test_every_metric_is_defined_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert [each.name for each in Metric if f"| `{each.name}` " not in page] == []


def test_hours_are_told_of_a_response_and_days_of_everything_else_that_takes_time() -> None:
    found = tallies()
    for measure in ("cohort_responded", "opened_from_lead"):
        found.take(Sum(group=(), measure=measure, tally=2, total=3 * DAY))
    for measure in ("won_back", "ramped_up"):
        found.take(Sum(group=(), measure=measure, tally=2, total=45))
    times = (Metric.FIRST_RESPONSE, Metric.LEAD_TO_OPPORTUNITY, Metric.WIN_BACK_TIME, Metric.RAMP_UP)
    assert [told(found)[each] for each in times] == ["36.0", "1.5", "22.5", "22.5"]


def test_retention_and_churn_are_one_and_no_more_lapse_than_there_were() -> None:
    found = told(tallies(customers_before=6, first_orders=1, won_back=1, lapsed=2))
    assert (found[Metric.CUSTOMER_RETENTION], found[Metric.CHURN]) == ("75.0%", "25.0%")
    lost = told(tallies(first_orders=1, lapsed=2))
    assert (lost[Metric.CUSTOMER_RETENTION], lost[Metric.CHURN]) == ("0.0%", "100.0%")


def test_the_sales_cycle_is_told_in_days() -> None:
    found = tallies()
    found.take(Sum(group=(), measure="cycle", tally=2, total=45 * DAY + 30 * DAY))
    assert told(found)[Metric.SALES_CYCLE] == "37.5"


def test_quote_to_contract_in_3_days_on_average_with_65_percent_moving_on_is_reported_as_exactly_that() -> None:
    found = tallies(quote_entered=20, quote_lost=4)
    found.take(Sum(group=(), measure="quote_moved_on", tally=13, total=13 * 3 * DAY))
    found.take(Sum(group=(), measure="quote_moved_on", value=bucket_of(3 * DAY), tally=13))
    quote = next(each for each in stage_times(found) if each.step.value == "quote")
    assert (quote.average, quote.median, quote.share.percent(), quote.still_open) == (
        Decimal("3.0"),
        Decimal("3.0"),
        "65.0%",
        3,
    )


def test_a_median_lies_in_the_bucket_of_the_middle_stay() -> None:
    assert median_days({"001": 1, "007": 1, "300": 0, "270": 1}) == Decimal("7.0")
    assert median_days({"090": 4}) == Decimal("105.0")
    assert median_days({}) is None


def test_every_stay_has_a_bucket() -> None:
    assert [bucket_of(days * DAY) for days in (0, 21, 22, 23, 24, 364, 365, 9999)] == [
        "000",
        "021",
        "021",
        "021",
        "024",
        "270",
        "365",
        "365",
    ]


def test_a_cohort_tells_what_moved_on_was_lost_and_is_still_open_and_they_add_up() -> None:
    found = funnel(
        tallies(
            leads=100,
            cohort_converted=30,
            cohort_disqualified=20,
            opportunities=40,
            cohort_need=32,
            cohort_quote=20,
            cohort_negotiation=9,
            cohort_signing=8,
            cohort_won=8,
            cohort_lost_at_prospect=5,
            cohort_lost_at_need=2,
            cohort_lost_at_quote=7,
        ),
        Mode.COHORT,
    )
    steps = {step.stage: step for step in found.steps}
    assert [(step.count, step.moved_on, step.lost, step.still_open) for step in found.steps] == [
        (100, 30, 20, 50),
        (0, 0, 0, 0),
        (40, 32, 5, 3),
        (32, 20, 2, 10),
        (20, 9, 7, 4),
        (9, 8, 0, 1),
        (8, 8, 0, 0),
        (8, 0, 0, None),
    ]
    assert steps[Stage.QUOTE].rate.percent() == "45.0%"
    assert found.bottleneck is Stage.QUOTE
    assert found.worst_loss is Stage.LEAD


def test_what_is_merely_young_is_no_bottleneck() -> None:
    young = {"leads": 100, "cohort_converted": 4, "opportunities": 12, "cohort_need": 6, "cohort_lost_at_prospect": 2}
    assert funnel(tallies(**young), Mode.COHORT).bottleneck is Stage.OPPORTUNITY
    assert funnel(tallies(leads=100, cohort_converted=4), Mode.COHORT).bottleneck is None


def test_where_all_move_on_it_is_not_narrow() -> None:
    found = funnel(tallies(opportunities=9, cohort_need=9, cohort_quote=9, cohort_lost_at_quote=4), Mode.COHORT)
    assert found.bottleneck is None
    assert found.worst_loss is Stage.QUOTE


def test_a_window_does_not_claim_to_know_what_is_open() -> None:
    found = funnel(tallies(opportunities=10, need=12, won=3, lost_at_need=4), Mode.WINDOW)
    assert {step.still_open for step in found.steps} == {None}
    assert found.worst_loss is Stage.NEED


def test_a_funnel_without_anything_has_neither_a_bottleneck_nor_a_loss() -> None:
    found = funnel(tallies(), Mode.COHORT)
    assert (found.bottleneck, found.worst_loss) == (None, None)


def test_two_funnels_are_compared_stage_by_stage() -> None:
    east = funnel(tallies(opportunities=100, cohort_need=25), Mode.COHORT)
    south = funnel(tallies(opportunities=50, cohort_need=10), Mode.COHORT)
    found = dict(compared(south, east))
    assert (found[Stage.OPPORTUNITY].points, found[Stage.OPPORTUNITY].percent) == (Decimal("-5.0"), Decimal("-20.0"))
    assert found[Stage.QUOTE].points is None


def test_a_period_is_read_in_whole_months_and_the_days_around_them() -> None:
    period = Period(date(2026, 1, 15), date(2026, 4, 2))
    assert period.months == Span(date(2026, 2, 1), date(2026, 3, 1))
    assert period.rest == (
        Span(date(2026, 1, 15), date(2026, 1, 31)),
        Span(date(2026, 4, 1), date(2026, 4, 2)),
    )
    assert (MARCH.months, MARCH.rest) == (Span(date(2026, 3, 1), date(2026, 3, 1)), ())
    assert Period(date(2026, 3, 2), date(2026, 3, 31)).months is None
    with pytest.raises(PeriodInvalid):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_whoever_sees_everybody_reads_regions_and_others_read_persons() -> None:
    everybody = Question(period=MARCH, group_by=(Dimension.REGION,)).cuts(everybody=True, own=False)
    assert [cut for cut, _ in everybody] == ["region/month"]
    some = Question(period=MARCH).cuts(everybody=False, own=True)
    assert [cut for cut, spans in some if spans] == ["person/month"]
    by_person = Question(period=MARCH, group_by=(Dimension.MEMBER,)).cuts(everybody=True, own=False)
    assert [cut for cut, spans in by_person if spans] == ["person/month"]


def test_figures_by_channel_are_kept_for_teams_and_months() -> None:
    by_channel = Question(period=MARCH, group_by=(Dimension.CHANNEL, Dimension.REGION))
    assert [cut for cut, _ in by_channel.cuts(everybody=True, own=False)] == ["team/channel"]
    with pytest.raises(FigureNotByPerson):
        by_channel.cuts(everybody=False, own=True)
    with pytest.raises(FigureSidesMixed):
        Question(period=MARCH, group_by=(Dimension.CHANNEL,), only={Dimension.INDUSTRY: "制造业"}).cuts(
            everybody=True, own=False
        )
    with pytest.raises(PeriodNotWholeMonths):
        Question(period=Period(date(2026, 3, 2), date(2026, 3, 9)), group_by=(Dimension.CHANNEL,)).cuts(
            everybody=True, own=False
        )
