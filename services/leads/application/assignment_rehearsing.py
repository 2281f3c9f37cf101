"""Trying out rules of assignment on past leads before they come into force (分配试算)."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from chassis.organization import KnownMember
from chassis.rule_sets import shipped
from chassis.work import Read
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.people import salespeople
from services.leads.application.reading import READ
from services.leads.application.rule_kinds import ASSIGNMENT, RULE_SETS
from services.leads.domain.assignment_rehearsal import GivenByDay, OtherOwner, PastDecision, Replay, first_open_leads
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.board import Salesperson
from services.leads.storage.assignment_rehearsal import given_by_day, past_assignments, rule_bodies
from services.leads.storage.leads import visible_among
from services.leads.storage.ledger import read_loads
from trade.rule_body import RuleBodyInvalid

# So many decisions are made again at once, and so many that differ are told one by one.
MOST, TOLD = 5000, 200
# Between so many decisions the loop serves others.
_BREATH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many leads somebody got of those that were decided again, and would have got; None is nobody."""

    member: UUID | None
    display_name: str
    former: int
    then: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRehearsal:
    """What other rules would have made of past decisions: how many, whose, and which differ, the newest first."""

    decisions: int
    replayed: int
    not_reconstructed: int
    differing: int
    shares: Sequence[Share]
    told: Sequence[OtherOwner]


async def rehearse_assignment_rules(
    read: Read, *, body: Mapping[str, object], days: int, desk: IntakeDesk
) -> AssignmentRehearsal:
    """The decisions of the last days are made again by other rules, in their order; nothing is written.

    Counts are of every lead, whoever's they are; one by one those the reader sees are told. Raises RuleBodyInvalid.
    """
    wanted = AssignmentRules.from_mapping(body)
    briefing = await desk.brief(read)
    past = await _past(read, briefing, days=days)
    replay = await _replay(read, briefing, wanted, past)
    for place, decision in enumerate(past, start=1):
        replay.go_through(decision)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    newest = replay.differing[::-1]
    seen = await visible_among(read, {each.lead for each in newest[: 2 * TOLD]}, permission=READ)
    return AssignmentRehearsal(
        decisions=replay.replayed + replay.not_reconstructed,
        replayed=replay.replayed,
        not_reconstructed=replay.not_reconstructed,
        differing=len(replay.differing),
        shares=_shares(briefing, replay),
        told=[each for each in newest[: 2 * TOLD] if each.lead in seen][:TOLD],
    )


async def _past(read: Read, briefing: Briefing, *, days: int) -> list[PastDecision]:
    found = await past_assignments(read, since=read.now - timedelta(days=days), most=MOST)
    return [
        PastDecision(lead=lead, day=entry.time.astimezone(briefing.zone).date(), entry=entry) for lead, entry in found
    ]


async def _replay(read: Read, briefing: Briefing, wanted: AssignmentRules, past: Sequence[PastDecision]) -> Replay:
    known = await _rules_by_version(read)
    longest = max(rules.recent_days for rules in (wanted, *known.values()))
    first = past[0].day if past else briefing.today
    given = await _given_before(read, past, since=first - timedelta(days=longest))
    loads = await read_loads(read, since=briefing.today)
    organization = briefing.organization

    @cache
    def people_of(roles: frozenset[str]) -> Sequence[Salesperson]:
        return salespeople(organization, by_roles[roles], loads)

    by_roles = {rules.roles: rules for rules in (wanted, *known.values())}
    return Replay(
        rules=wanted,
        people_of=lambda rules: people_of(rules.roles),
        rules_of=known.get,
        given=GivenByDay(given),
        rehearsed_given=GivenByDay(given),
        first_open=first_open_leads(past),
    )


async def _given_before(read: Read, past: Sequence[PastDecision], *, since: date) -> Mapping[tuple[UUID, date], int]:
    """What was given each day, without what the decisions gave that are gone through: that is counted as it comes."""
    within = Counter((each.entry.member, each.day) for each in past if each.entry.member is not None)
    counted = await given_by_day(read, since=since)
    return {(member, day): given - within[member, day] for (member, day), given in counted.items()}


async def _rules_by_version(read: Read) -> Mapping[int, AssignmentRules]:
    """The rules of every version that can still be read; 0 is what the product ships with."""
    bodies = await rule_bodies(read, ASSIGNMENT.key)
    own = shipped(ASSIGNMENT, collection=RULE_SETS.collection).body
    rules: dict[int, AssignmentRules] = {}
    for version, body in {0: own, **bodies}.items():
        try:
            rules[version] = ASSIGNMENT.read(body)
        except RuleBodyInvalid:  # of a release that knew other rules: its decisions are not reconstructed
            continue
    return rules


def _shares(briefing: Briefing, replay: Replay) -> list[Share]:
    """The leads of each, whoever gets the most first; at the end those of nobody."""
    members = briefing.organization.members
    shares = [
        Share(
            member=member,
            display_name=_called(members, member),
            former=replay.former[member],
            then=replay.owners[member],
        )
        for member in {*replay.former, *replay.owners}
    ]
    return sorted(shares, key=lambda share: (share.member is None, -share.then, -share.former, str(share.member)))


def _called(members: Mapping[UUID, KnownMember], member: UUID | None) -> str:
    known = members.get(member) if member else None
    return known.display_name if known else ""
