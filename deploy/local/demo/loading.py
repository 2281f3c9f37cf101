"""Loading the demo data: by the same calls that people and programs use, each with its own request id.

A loader that was killed goes on where it stood: what was stored answers again instead of being stored twice.
"""

import json
import os
import secrets
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime

import grpc
from millrace.leads.v1.lead_pb2 import Lead

from chassis.settings import Environment
from deploy.local.demo.behaviours import demo_behaviours
from deploy.local.demo.business import Trading
from deploy.local.demo.business.abandoning import abandon_some, open_account_pools
from deploy.local.demo.business.actors import SELLER, Actors
from deploy.local.demo.business.caring import care_for_customers
from deploy.local.demo.business.cases import read_cases, taken_up, write_cases
from deploy.local.demo.business.catalogue import load_catalogue
from deploy.local.demo.business.collecting import book_strangers
from deploy.local.demo.business.contending import contend
from deploy.local.demo.business.knowing import meet_again
from deploy.local.demo.business.marking import mark_some
from deploy.local.demo.business.nurturing import nurture_some
from deploy.local.demo.business.pooling import claim_some, open_pools
from deploy.local.demo.business.renewing import renew_some
from deploy.local.demo.business.reordering import reorder
from deploy.local.demo.business.sharing import share_some
from deploy.local.demo.business.targets import set_targets
from deploy.local.demo.campaigns import DemoCampaign, latest_run
from deploy.local.demo.company import NEWCOMERS, DemoMember, demo_administrator, demo_members
from deploy.local.demo.follow_ups import demo_follow_ups
from deploy.local.demo.judgements import VIEWS, demo_judgements
from deploy.local.demo.leads import demo_leads
from deploy.local.demo.remote import MOST_BEHAVIOURS, Remote
from deploy.local.demo.rhythm import YEAR, ZONE
from deploy.local.demo.vocabulary import VOCABULARY
from deploy.local.demo.weeks import begin_year, live_through
from deploy.local.home import Home, write_private
from deploy.local.process import DidNotStart
from deploy.local.programs import run_once
from deploy.local.stack import Stack

LEADS = 5_300  # some 5,000 in the list: the others repeat a customer and are attached to his lead
AT_ONCE = 25
STREAMS = 8  # a commit waits for the disk, and several wait together
BUDGET = 30_000


def load_demo(stack: Stack, *, leads: int | None = None) -> None:
    """Load the demo company once; later starts find it loaded."""
    home = stack.home
    if home.demo_loaded.exists():
        return
    stack.say("Loading the demo company (once) …")
    accounts = demo_accounts(home)
    _bootstrap(stack, accounts[0])
    count = demo_leads_wanted(Environment(os.environ)) if leads is None else leads
    with Remote(stack) as remote:
        try:
            remote.sign_in(accounts[0]["email"], accounts[0]["password"])
            company = _load_company(remote, accounts, newcomers=NEWCOMERS if count else ())
            if count:
                _live_through_the_year(stack, remote, accounts, leads=count, company=company)
        except grpc.RpcError as error:
            raise DidNotStart(f"The demo data could not be loaded; the logs are in {home.logs}\n{error}") from error
    home.clock.unlink(missing_ok=True)
    home.demo_loaded.touch()


def demo_leads_wanted(env: Environment) -> int:
    """How many leads the demo company is to have."""
    return env.whole(
        "MILLRACE_DEMO_LEADS", LEADS, least=0, most=1_000_000, means="how many invented leads are loaded, once"
    )


def print_accounts(home: Home) -> None:
    """Tell the person whom to sign in as."""
    if not home.demo_accounts.exists():
        return
    print(f"Demo accounts ({home.demo_accounts}):")
    for account in json.loads(home.demo_accounts.read_text(encoding="utf-8")):
        print(f"  {account['role']:<18} {account['email']:<34} {account['password']}")


def demo_year(home: Home) -> dict[str, str]:
    """What programs are told before the demo data is loaded: that it is still the year before the present.

    Nothing once it is loaded.
    """
    if home.demo_loaded.exists():
        home.clock.unlink(missing_ok=True)
        return {}
    demo_accounts(home)
    return begin_year(home, _day(home))


def demo_accounts(home: Home) -> list[dict[str, str]]:
    """One account of every role, the administrator first; passwords are made once for this installation."""
    if not home.demo_accounts.exists():
        first: dict[str, DemoMember] = {}
        for member in [demo_administrator(), *demo_members()]:
            first.setdefault(member.role, member)
        accounts = [
            {"email": member.email, "role": role, "password": f"Qucheng-{secrets.token_urlsafe(9)}"}
            for role, member in first.items()
        ]
        write_private(home.demo_accounts, json.dumps(accounts, ensure_ascii=False, indent=2))
    found: list[dict[str, str]] = json.loads(home.demo_accounts.read_text(encoding="utf-8"))
    return found


def _bootstrap(stack: Stack, account: dict[str, str]) -> None:
    """Make the first administrator, by the command for new installations."""
    told = {
        **stack.settings(),
        "MILLRACE_BOOTSTRAP_EMAIL": account["email"],
        "MILLRACE_BOOTSTRAP_PASSWORD": account["password"],
        "MILLRACE_BOOTSTRAP_NAME": demo_administrator().display_name,
    }
    run_once("bootstrap", ["services.directory", "bootstrap"], environment=told, home=stack.home)


@dataclass(frozen=True, slots=True)
class _Company:
    """The resource names of regions and teams by what people call them."""

    regions: Mapping[str, str]
    teams: Mapping[str, str]

    def hire(self, remote: Remote, number: int) -> tuple[DemoMember, str]:
        """One of the members in his team, and his resource name."""
        member = demo_members()[number]
        team, region = self.teams[member.team], self.regions.get(member.region, "")
        return member, remote.create_member(number, member, team=team, region=region)


def _load_company(remote: Remote, accounts: list[dict[str, str]], *, newcomers: Collection[int]) -> _Company:
    """Everybody in his team but the newcomers, who join later."""
    regions = {
        region["name"]: remote.create_region(number, region["name"], region["provinces"])
        for number, region in enumerate(VOCABULARY["regions"])
    }
    teams: dict[str, str] = {}
    for number, team in enumerate(VOCABULARY["teams"]):
        parent, region = teams.get(team.get("parent", ""), ""), regions.get(team.get("region", ""), "")
        teams[team["name"]] = remote.create_team(number, team["name"], parent=parent, region=region)
    passwords = {account["email"]: account["password"] for account in accounts}
    company = _Company(regions, teams)
    for number in range(len(demo_members())):
        if number not in newcomers:
            member, name = company.hire(remote, number)
            if member.email in passwords:
                remote.set_password(name, passwords[member.email])
    return company


def _live_through_the_year(
    stack: Stack, remote: Remote, accounts: list[dict[str, str]], *, leads: int, company: _Company
) -> None:
    """Do the business of each week while all clocks stand in it."""
    day = _day(stack.home)
    channels, campaigns = _load_sources(remote, day)
    for number, view in enumerate(VIEWS):
        remote.keep_view(number, view)
    told = list(demo_leads(leads, day=day, channels=channels, campaigns=campaigns))
    received = [lead.received_time.ToDatetime(UTC) for lead in told]
    actors = Actors(stack, accounts)
    cases, trading, catalogue = read_cases(stack.home.demo_cases), None, None
    for week in live_through(stack.home, day):
        actors.renew()
        remote.carry(actors.token(SELLER))
        if week.number == 0:
            open_pools(actors, company.regions)
            open_account_pools(actors, company.regions)
        for number, joins in NEWCOMERS.items():
            if joins == week.number:
                company.hire(remote, number)
        catalogue = catalogue or load_catalogue(actors)
        trading = trading or Trading(actors, catalogue)
        first, end = bisect_left(received, week.begin), bisect_left(received, week.end)
        names = _load_leads(remote, told[first:end], first=first)
        _follow_up(remote, names, first=first)
        _judge(remote, names, first=first, taken={case.lead for case in cases})
        _tell_behaviours(remote, names, first=first, until=week.end)
        cases = trading.live(taken_up(cases, names, first=first, week=week.number), week)
        write_cases(stack.home.demo_cases, cases)
        reorder(actors, catalogue, week)
        actors.renew()
        if week.number % 13 == 0:
            stack.say(
                f"  {week.end.date()}: {end} leads, {sum(bool(case.opportunity) for case in cases)} opportunities"
            )
    actors.renew()
    regions = list(company.regions.values())
    set_targets(actors, leads=leads, regions=regions, years=sorted({day.year, (day - YEAR).year}))
    book_strangers(actors, day)
    renew_some(actors, load_catalogue(actors), day)
    care_for_customers(actors, day)
    share_some(actors, day)
    mark_some(actors)
    claim_some(actors)
    abandon_some(actors)
    nurture_some(actors)
    contend(actors)
    meet_again(actors)
    actors.close()


def _load_leads(remote: Remote, leads: Sequence[Lead], *, first: int) -> list[str]:
    with ThreadPoolExecutor(STREAMS) as pool:
        runs = [
            pool.submit(remote.create_leads, leads[place : place + AT_ONCE], first=first + place)
            for place in range(0, len(leads), AT_ONCE)
        ]
        return [name for run in runs for name in run.result()]


def _follow_up(remote: Remote, names: Sequence[str], *, first: int) -> None:
    with ThreadPoolExecutor(STREAMS) as pool:
        done = [
            pool.submit(remote.follow_up, told, number=number) for number, told in demo_follow_ups(names, first=first)
        ]
        for each in done:
            each.result()


def _judge(remote: Remote, names: Sequence[str], *, first: int, taken: Collection[str]) -> None:
    with ThreadPoolExecutor(STREAMS) as pool:
        # Gone through to the end, so that what one of them raises is raised here.
        list(pool.map(remote.judge, demo_judgements(names, first=first, taken=taken)))


def _tell_behaviours(remote: Remote, names: Sequence[str], *, first: int, until: datetime) -> None:
    done = list(demo_behaviours(names, first=first, until=until))
    for place in range(0, len(done), MOST_BEHAVIOURS):
        remote.tell_behaviours(done[place : place + MOST_BEHAVIOURS], key=f"{first}-{place}")


def _load_sources(remote: Remote, day: date) -> tuple[list[str], list[DemoCampaign]]:
    """The resource names of channels, and campaigns of some of them."""
    channels, campaigns = [], []
    for number, source in enumerate(VOCABULARY["channels"]):
        channel = remote.create_channel(number, source["name"], source["kind"])
        channels.append(channel)
        for place, campaign in enumerate(source.get("campaigns", ())):
            run, budget = latest_run(campaign.get("months", ()), before=day), BUDGET * (number + place + 1)
            name = remote.create_campaign(
                f"{number}-{place}", campaign["name"], channel=channel, run=run, budget=budget
            )
            campaigns.append(DemoCampaign(name=name, channel=channel, run=run))
    return channels, campaigns


def _day(home: Home) -> date:
    """The day of the first start, so that a loader that goes on makes the same leads."""
    return datetime.fromtimestamp(home.demo_accounts.stat().st_mtime, ZONE).date()
