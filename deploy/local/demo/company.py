"""Who works in the demo company: 4 regions, 12 teams, 60 members with the roles of a sales house."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from deploy.local.demo.vocabulary import VOCABULARY, person_name
from trade.names.readings import syllables

SEED = 20260101
MAIL_DOMAIN = "yunfan.example"
SALES_TEAM_ROLES = ("sales_manager", "senior_sales", "sales", "sales", "sales")
CAPACITY = {"senior_sales": 260, "sales": 200, "sales_manager": 40}
SENIORITY = {"sales": 2, "senior_sales": 3, "sales_manager": 3, "regional_manager": 3, "sales_director": 3}


# Who joins in the course of the year (新人): his place among all, and in which week.
NEWCOMERS = {10: 6, 21: 13, 32: 20, 43: 27}


@dataclass(frozen=True, kw_only=True)
class DemoMember:
    """One person of the demo company; team and region by their display names."""

    display_name: str
    email: str
    role: str
    team: str
    region: str
    seniority: int
    capacity: int
    skills: tuple[str, ...]


def demo_administrator() -> DemoMember:
    """The administrator, who signs in first and makes all others."""
    return DemoMember(
        display_name="系统管理员",
        email=f"admin@{MAIL_DOMAIN}",
        role="administrator",
        team="",
        region="",
        seniority=2,
        capacity=0,
        skills=(),
    )


def demo_members() -> list[DemoMember]:
    """The other 59, in the same order every time."""
    random = Random(SEED)
    taken: set[str] = set()
    return [_member(random, taken, role, team, region) for role, team, region in _posts()]


def _posts() -> Iterator[tuple[str, str, str]]:
    """Every post as (role, team, region); a regional manager sits in the first team of the region."""
    led: set[str] = set()
    for team in VOCABULARY["teams"]:
        region = team.get("region", "")
        if region and region not in led:
            led.add(region)
            yield "regional_manager", team["name"], region
        for role in team.get("roles", SALES_TEAM_ROLES):
            yield role, team["name"], region


def _member(random: Random, taken: set[str], role: str, team: str, region: str) -> DemoMember:
    while True:
        name = person_name(random)
        surname, *given = syllables(name)
        email = f"{surname}.{''.join(given)}@{MAIL_DOMAIN}"
        if email not in taken:
            break
    taken.add(email)
    industries = [industry["key"] for industry in VOCABULARY["industries"]]
    sells = role in CAPACITY
    return DemoMember(
        display_name=name,
        email=email,
        role=role,
        team=team,
        region=region,
        seniority=SENIORITY.get(role, 2),
        capacity=CAPACITY.get(role, 0),
        skills=tuple(sorted(random.sample(industries, 4))) if sells else (),
    )
