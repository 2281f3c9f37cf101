"""The invented leads are spread over a year as those of a real house are."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from millrace.leads.v1.lead_pb2 import Lead

from deploy.local.demo.campaigns import DemoCampaign, Run, latest_run
from deploy.local.demo.leads import demo_leads
from deploy.local.demo.rhythm import ZONE, midnight
from trade.credit_code import is_credit_code

DAY = date(2026, 7, 1)
CHANNELS = ("channels/website", "channels/fair")
SPRING = DemoCampaign(
    name="campaigns/spring", channel=CHANNELS[0], run=Run(start=date(2026, 3, 1), end=date(2026, 5, 31))
)
ALWAYS = DemoCampaign(name="campaigns/always", channel=CHANNELS[0], run=Run(start=date(2025, 7, 1)))
CAMPAIGNS = {each.name: each for each in (SPRING, ALWAYS)}


@pytest.fixture(scope="module")
def leads() -> list[Lead]:
    return made(5000)


def made(count: int, *, day: date = DAY) -> list[Lead]:
    return list(demo_leads(count, day=day, channels=CHANNELS, campaigns=tuple(CAMPAIGNS.values())))


def received(lead: Lead) -> datetime:
    return lead.received_time.ToDatetime(UTC).astimezone(ZONE)


def on(leads: Sequence[Lead], *days: date) -> float:
    """How many a day."""
    counted = Counter(received(lead).date() for lead in leads)
    return sum(counted[day] for day in days) / len(days)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=past) for past in range((last - first).days + 1)]


def test_the_leads_cover_each_of_the_twelve_months_before_the_day(leads: list[Lead]) -> None:
    months = Counter(f"{received(lead):%Y-%m}" for lead in leads)
    assert sorted(months) == [
        *("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12"),
        *("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"),
    ]
    assert min(months.values()) > 100


@pytest.mark.parametrize("count", [1, 12, 5000])
def test_no_lead_is_received_before_the_year_or_on_the_day_itself(count: int) -> None:
    times = [received(lead) for lead in made(count)]
    assert times == sorted(times)
    assert midnight(date(2025, 7, 1)) <= times[0] <= times[-1] < midnight(DAY)


def test_weekends_are_quiet(leads: list[Lead]) -> None:
    week = Counter(received(lead).isoweekday() for lead in leads)
    assert max(week[6], week[7]) < min(week[day] for day in range(1, 6)) / 1.5


def test_spring_festival_is_quieter_than_any_weekend(leads: list[Lead]) -> None:
    festival = on(leads, *days(date(2026, 2, 15), date(2026, 2, 23)))
    assert festival < on(leads, *[day for day in days(date(2026, 3, 7), date(2026, 4, 30)) if day.isoweekday() > 5])
    assert on(leads, *days(date(2026, 2, 9), date(2026, 2, 13))) < on(leads, *days(date(2026, 3, 9), date(2026, 3, 13)))


def test_the_house_grows(leads: list[Lead]) -> None:
    assert on(leads, *days(date(2025, 7, 1), date(2025, 9, 30))) < on(leads, *days(date(2026, 4, 1), date(2026, 6, 30)))


def test_nights_are_still(leads: list[Lead]) -> None:
    assert sum(1 for lead in leads if 1 <= received(lead).hour < 6) == 0


def test_nobody_asks_for_a_demo_before_making_contact_or_after_the_loading(leads: list[Lead]) -> None:
    asked = [lead for lead in leads if lead.HasField("demo_request_time")]
    assert len(asked) > 1000
    for lead in asked:
        assert received(lead) <= lead.demo_request_time.ToDatetime(UTC) <= midnight(DAY)


def test_a_lead_comes_by_a_campaign_of_its_channel_that_ran_that_day(leads: list[Lead]) -> None:
    brought = [lead for lead in leads if lead.campaign]
    assert {lead.campaign for lead in brought} == set(CAMPAIGNS)
    for lead in brought:
        campaign = CAMPAIGNS[lead.campaign]
        assert campaign.channel == lead.channel
        assert campaign.run.covers(received(lead).date())


def test_some_leads_tell_a_credit_code_that_holds(leads: list[Lead]) -> None:
    codes = [lead.credit_code for lead in leads if lead.credit_code]
    assert 1200 < len(codes) < 1800
    assert all(map(is_credit_code, codes))


def test_the_same_day_gives_the_same_leads_and_another_day_the_same_customers() -> None:
    today, again, tomorrow = made(200), made(200), made(200, day=DAY + timedelta(days=1))
    assert today == again
    assert [lead.company_name for lead in today] == [lead.company_name for lead in tomorrow]
    assert [received(lead) for lead in today] != [received(lead) for lead in tomorrow]


@pytest.mark.parametrize(
    ("months", "run"),
    [
        ((), Run(start=date(2025, 7, 1))),
        ((3, 5), Run(start=date(2026, 3, 1), end=date(2026, 5, 31))),
        ((6, 12), Run(start=date(2026, 6, 1), end=date(2026, 12, 31))),
        ((7, 7), Run(start=date(2025, 7, 1), end=date(2025, 7, 31))),
    ],
)
def test_a_campaign_ran_last_when_it_last_began_before_the_day(months: tuple[int, ...], run: Run) -> None:
    assert latest_run(months, before=DAY) == run
