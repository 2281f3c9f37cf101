"""The leads of the demo company: companies, people, phones, budgets, over twelve months, some twice."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from google.type.money_pb2 import Money
from millrace.leads.v1.lead_pb2 import Address, Lead, Urgency

from deploy.local.demo.campaigns import DemoCampaign
from deploy.local.demo.rhythm import ZONE, Rhythm, midnight
from deploy.local.demo.vocabulary import VOCABULARY, person_name
from trade.credit_code import check_digit
from trade.names.readings import syllables

SEED = 20260102
DAYS_SEED = 20260103
CODES_SEED = 20260104
MOBILE_PREFIXES = ("138", "139", "136", "137", "158", "159", "186", "187", "188", "150", "177", "199")
TWICE = 0.04
WITH_BUDGET = 0.45
WITH_DEMO = 0.25
WITH_PLACE = 0.25
WITH_CAMPAIGN = 0.6
WITH_MAIL = 0.7
WITH_CODE = 0.3
# GB 32100: 91 is a company; then the region's six digits, nine characters of its own, and the check digit.
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def demo_leads(count: int, *, day: date, channels: Sequence[str], campaigns: Sequence[DemoCampaign]) -> Iterator[Lead]:
    """`count` leads of the twelve months before the day, oldest first.

    About four in a hundred are an earlier one, written differently. The same seed gives the same customers; what has to
    do with time follows the day, by a chance of its own.
    """
    random, chance, codes = Random(SEED), Random(DAYS_SEED), Random(CODES_SEED)
    rhythm = Rhythm(day, chance)
    recent: list[Lead] = []
    for number in range(count):
        if recent and random.random() < TWICE:
            lead = _written_differently(random, random.choice(recent))
        else:
            lead = _lead(random, channels)
            if codes.random() < WITH_CODE:
                lead.credit_code = _credit_code(codes)
            recent = [*recent[-300:], lead]
        received = rhythm.instant((number + chance.random()) / count)
        _add_what_has_its_time(chance, lead, received, campaigns, latest=midnight(day))
        yield lead


def _lead(random: Random, channels: Sequence[str]) -> Lead:
    place = random.choices(VOCABULARY["places"], [place["weight"] for place in VOCABULARY["places"]])[0]
    city = random.choice(place["cities"])
    industry = random.choice(VOCABULARY["industries"])
    brand = random.choice(VOCABULARY["brand_first"]) + random.choice(VOCABULARY["brand_second"])
    brand += random.choice(["", random.choice(VOCABULARY["brand_second"])])
    contact = person_name(random)
    lead = Lead(
        company_name=_company(random, city, brand, industry),
        contact_name=contact,
        job_title=random.choice(VOCABULARY["job_titles"]),
        phone=random.choice(MOBILE_PREFIXES) + f"{random.randrange(10**8):08d}",
        address=Address(province=place["province"], city=city, country="CN"),
        industry=industry["key"],
        employee_count=int(random.lognormvariate(4.8, 1.2)) + 5,
        urgency=random.choices([Urgency.URGENCY_HIGH, Urgency.URGENCY_MEDIUM, Urgency.URGENCY_LOW], [2, 5, 3])[0],
        need=random.choice(industry["needs"]),
        tags=random.sample(VOCABULARY["tags"], random.choice([0, 0, 1, 1, 2])),
    )
    _add_what_is_sometimes_known(random, lead, brand, contact)
    if channels:
        lead.channel = random.choice(channels)
    return lead


def _credit_code(random: Random) -> str:
    first = f"91{random.randrange(110000, 660000)}" + "".join(random.choices(CODE_LETTERS, k=9))
    return first + check_digit(first)


def _company(random: Random, city: str, brand: str, industry: dict[str, Any]) -> str:
    trade, form = random.choice(industry["trades"]), random.choice(VOCABULARY["legal_forms"])
    if random.random() < WITH_PLACE:
        return f"{brand}{trade}({city}){form}"
    return f"{city}{brand}{trade}{form}"


def _add_what_is_sometimes_known(random: Random, lead: Lead, brand: str, contact: str) -> None:
    if random.random() < WITH_MAIL:
        own = "".join(syllables(brand)) + f"{random.randrange(100)}.example"
        domain = random.choice([own, own, own, *VOCABULARY["mail_domains"]])
        lead.email = f"{''.join(syllables(contact))}{random.randrange(1000)}@{domain}"
    if random.random() < WITH_BUDGET:
        lowest = random.choice([3, 5, 8, 10, 20, 30, 50, 80]) * 10_000
        lead.budget_min.CopyFrom(Money(currency_code="CNY", units=lowest))
        lead.budget_max.CopyFrom(Money(currency_code="CNY", units=lowest * random.choice([1, 2, 3])))


def _add_what_has_its_time(
    chance: Random, lead: Lead, received: datetime, campaigns: Sequence[DemoCampaign], *, latest: datetime
) -> None:
    """The time of contact; some ask for a demo then or within days, some came by a campaign that ran that day."""
    lead.received_time.FromDatetime(received)
    if chance.random() < WITH_DEMO:
        asked = received + timedelta(days=chance.choice([0, 0, 0, 1, 2, 3]), minutes=chance.randrange(60))
        lead.demo_request_time.FromDatetime(min(asked, latest))
    day = received.astimezone(ZONE).date()
    running = [each.name for each in campaigns if each.channel == lead.channel and each.run.covers(day)]
    if running and chance.random() < WITH_CAMPAIGN:
        lead.campaign = chance.choice(running)


def _written_differently(random: Random, lead: Lead) -> Lead:
    """The same inquiry as another person writes it down."""
    again = Lead()
    again.CopyFrom(lead)
    phone = lead.phone
    again.phone = random.choice([phone, f"+86 {phone}", f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"])
    name = lead.company_name
    again.company_name = random.choice(
        [name, name.removesuffix("有限公司"), name.replace("(", "（").replace(")", "）"), f" {name} "]
    )
    for field in ("tags", "campaign", "demo_request_time"):
        again.ClearField(field)
    again.need = f"再次咨询：{lead.need}"
    return again
