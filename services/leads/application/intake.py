"""What the desk where leads are taken in knows, and what it decides about each; capturing writes it down."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis import metrics
from chassis.organization import Organization, Snapshot
from chassis.rule_sets import RuleKind
from chassis.work import Read
from chassis.work_time import WorkTime
from services.leads.application.identities import Traits, compare, finding_keys, fingerprint_of, match_keys
from services.leads.application.people import People
from services.leads.application.rule_kinds import GRADE, RECYCLING, RESPONSE
from services.leads.application.rulebook import Rulebook, RulesInForce
from services.leads.domain.assignment import AssignmentDecision, decide_owner
from services.leads.domain.board import Board
from services.leads.domain.channels import RegionUnknown
from services.leads.domain.facts import LeadFacts
from services.leads.domain.grading import decide_grade, demo_day, grade_facts
from services.leads.domain.lead import FindingKeys, Grade, Grading, Lead
from services.leads.domain.recycling import RecyclePlan
from services.leads.domain.resemblance import Candidate, Resemblance
from services.leads.domain.response import Timetable
from trade.duplicates import (
    DuplicateRules,
    Fingerprint,
    from_text,
    is_exact,
    prints_mark,
    shared_exact_keys,
    to_text,
)
from trade.industries import industry_code


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of a customer, with the traits where they were worked out beforehand."""

    facts: LeadFacts
    traits: Traits | None = None


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A lead at the desk: its facts with the region filled in, and what it is found and compared by.

    The `traits` of a row of a file were worked out when it was read; of others each is worked out when asked for.
    """

    facts: LeadFacts
    channel_kind: str
    standards: DuplicateRules
    traits: Traits | None = None

    @cached_property
    def prints(self) -> Fingerprint:
        """What it is compared by."""
        written = from_text(self.traits.prints, self.traits.mark) if self.traits else None
        return written or fingerprint_of(self.facts, self.standards)

    @cached_property
    def match(self) -> frozenset[str]:
        """What the stock is searched by."""
        return self.traits.match if self.traits else match_keys(self.prints, self.standards)

    @property
    def written_prints(self) -> str:
        """What it is compared by, as it lies beside the lead."""
        return self.traits.prints if self.traits else to_text(self.prints, prints_mark(self.standards))

    @property
    def keys(self) -> FindingKeys:
        """What the lead will be found by."""
        return self.traits.keys if self.traits else finding_keys(self.facts, self.prints)

    def searched(self, rules: RulesInForce) -> frozenset[str]:
        """The keys worth searching by: those that too many leads share are left out."""
        return self.match - rules.common_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """The rules, the organization and the loads at one moment: all that decisions at intake need."""

    rules: RulesInForce
    organization: Snapshot
    board: Board
    now: datetime
    today: date
    zone: ZoneInfo
    timetable: Timetable
    checks_companies: bool = False

    def prepare(self, told: LeadFacts, *, before: LeadFacts | None = None, traits: Traits | None = None) -> Newcomer:
        """Clean what was told: the industry gets its code, and the region follows from the address where none is named.

        `traits` worked out under other rules than those in force are left aside. A channel or campaign that was named
        `before` may be closed by now. Raises ChannelUnknown, CampaignUnknown, RegionUnknown, and what `check_received`,
        `check_demo` and `check_reach` raise.
        """
        told.check_received(now=self.now)
        if before is None or told.demo_request_time != before.demo_request_time:
            told.check_demo(now=self.now)
        if before is None or (told.phone, told.email) != (before.phone, before.email):
            told.check_reach()
        named = None if before is not None and before.region == told.region else told.region
        if named and named not in self.organization.regions:
            raise RegionUnknown(region=f"regions/{named}")
        same = before is not None and (before.channel, before.campaign) == (told.channel, told.campaign)
        kind = self.rules.kind_of(told.channel) if same else self.rules.channel_kind(told)
        region = told.region or self.organization.region_for_province(told.address.province)
        industry = industry_code(told.industry)
        same = (region, industry) == (told.region, told.industry)
        facts = told if same else replace(told, region=region, industry=industry)
        standards = self.rules.duplicates
        valid = traits if traits and traits.mark == prints_mark(standards) else None
        return Newcomer(facts=facts, channel_kind=kind, standards=standards, traits=valid)

    def known(self, facts: LeadFacts) -> Newcomer:
        """Facts that leads have already: nothing of them is checked anew; codes and a region are filled in."""
        region = facts.region or self.organization.region_for_province(facts.address.province)
        facts = replace(facts, region=region, industry=industry_code(facts.industry))
        kind, standards = self.rules.kind_of(facts.channel), self.rules.duplicates
        return Newcomer(facts=facts, channel_kind=kind, standards=standards)

    def resemblances(self, newcomer: Newcomer, known: Iterable[Candidate]) -> list[Resemblance]:
        """What the newcomer has in common with leads that share a key with it."""
        known = list(known)
        return compare(newcomer.prints, known, self.rules.duplicates) if known else []

    def first_keys(self, newcomer: Newcomer, known: Sequence[Candidate]) -> frozenset[str]:
        """The keys that are the newcomer's alone and that no known lead has."""
        exact = frozenset(filter(is_exact, newcomer.searched(self.rules)))
        if not exact or not known:
            return exact
        others = (each.prints for each in known)
        return exact - shared_exact_keys(newcomer.prints, others, self.rules.duplicates)

    def grade(self, facts: LeadFacts, *, channel_kind: str) -> Grading:
        """The grade by the rules in force, with its reasons."""
        seen = grade_facts(facts, channel=channel_kind, now=self.now, zone=self.zone)
        conditions = self.rules.conditions
        grade, reasons = decide_grade(
            self.rules.grade,
            seen,
            demo_asked=demo_day(facts, zone=self.zone),
            holds=lambda code: conditions[code].holds(seen),
            words=lambda code: conditions[code].words,
        )
        return Grading(grade=grade, reasons=reasons, rules_version=self.version(GRADE))

    def owner(
        self, *, grade: Grade, region: UUID | None, skill: str, without: Collection[UUID] = ()
    ) -> AssignmentDecision:
        """Who is to work a lead, `without` those who had it; counted at once, so that the next lead sees it."""
        decision = decide_owner(self.board, grade=grade, region=region, skill=skill, without=without)
        if decision.chosen:
            self.board.given(decision.chosen.member)
        return decision

    def team_of(self, lead: Lead) -> str:
        """What the team is called that looks after a lead; empty where none does."""
        team = self.organization.teams.get(lead.team) if lead.team else None
        return team.display_name if team else ""

    def version(self, kind: RuleKind[object]) -> int:
        """The version of the rules in force."""
        return self.rules.versions[kind.key]


class IntakeDesk:
    """Where leads are taken in: holds what a process keeps in memory for it."""

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        organization: Organization,
        zone: ZoneInfo,
        max_age: float = 1.0,
        checks_companies: bool = False,
    ) -> None:
        """With `checks_companies` the companies of leads are looked up in a register afterwards."""
        self.rulebook = rulebook
        self.zone = zone
        self.checks_companies = checks_companies
        self._people = People(organization, max_age=max_age)
        self._work_time = WorkTime(zone)
        self._plan: tuple[RulesInForce, Snapshot, RecyclePlan] | None = None
        for grade in set(Grade) - {Grade.UNGRADED}:  # an alarm sees no increase where there was no number before
            metrics.LEADS_NO_SENIOR_FREE.labels(grade.value)

    async def brief(self, read: Read, *, naming: Iterable[str] = ()) -> Briefing:
        """Everything decisions need, at most a moment old; what somebody is `naming` may be younger."""
        rules = await self.rulebook.current(read, naming=naming)
        today = read.now.astimezone(self.zone).date()
        organization, board = await self._people.available(read, rules=rules.assignment, today=today)
        return Briefing(
            rules=rules,
            organization=organization,
            board=board,
            now=read.now,
            today=today,
            zone=self.zone,
            timetable=Timetable(
                terms=rules.response.terms,
                version=rules.versions[RESPONSE.key],
                calendar_of=self._work_time.of(organization),
                now=read.now,
                recycling=self._recycling(rules, organization),
            ),
            checks_companies=self.checks_companies,
        )

    def _recycling(self, rules: RulesInForce, organization: Snapshot) -> RecyclePlan:
        """When leads fall back: worked out anew only for other rules and another organization."""
        known = self._plan
        if known is None or known[0] is not rules or known[1] is not organization:
            plan = RecyclePlan(
                limits=rules.recycling.limits,
                version=rules.versions[RECYCLING.key],
                calendar_of=self._work_time.of(organization),
            )
            known = self._plan = (rules, organization, plan)
        return known[2]
