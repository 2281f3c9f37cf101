"""Trying out rules of assignment on past leads (分配试算): each decision of the ledger is made again, by other rules.

The ledger keeps who stood foremost at a decision, with loads; what it does not keep is taken from the organization of
now and from the decisions around it. So each decision is first made again by its own rules: only where that gives the
owner the ledger tells is it held for reconstructed, and made again by the others. With the same rules the owners are
the same by that, and what cannot be reconstructed is counted and not guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from services.leads.domain.assignment import AssignmentDecision, decide_owner
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.board import Board, PassedOver, Salesperson
from services.leads.domain.lead import Grade
from trade.reasons import Reason

# How many candidates the ledger shows of a decision: where it shows fewer, there were no others.
_SHOWN = 5
_REGION_MATTERED = frozenset({"ASSIGNED_SAME_REGION", "ASSIGNED_OTHER_REGION"})
_NO_SENIOR_FREE = "ASSIGNED_NO_SENIOR_FREE"
# The ledger keeps points to six decimals.
_ROUNDED = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDecision:
    """A decision of the ledger about a lead, and the business day on which it was made."""

    lead: UUID
    day: date
    entry: LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherOwner:
    """A past lead that would have gone to somebody else, or to nobody (None), and why; `former` is who got it."""

    lead: UUID
    entry: LedgerEntry
    former: UUID | None
    owner: UUID | None
    reasons: tuple[Reason, ...]

    @property
    def grade(self) -> Grade:
        """The lead's grade then."""
        return self.entry.grade


class GivenByDay:
    """How many leads each member was given on which day; days are asked for in order."""

    def __init__(self, counts: Mapping[tuple[UUID, date], int]) -> None:
        """What was given before the first decision, and on the days that lie before it."""
        self._counts: dict[UUID, Counter[date]] = defaultdict(Counter)
        for (member, day), count in counts.items():
            self._counts[member][day] += count
        self._before: dict[tuple[UUID, date, int], int] = {}

    def add(self, member: UUID, day: date, count: int = 1) -> None:
        """Count a lead given on the present day."""
        self._counts[member][day] += count

    def recent(self, member: UUID, day: date, *, days: int) -> int:
        """How many a member was given within so many days, the present one included."""
        key = (member, day, days)
        if key not in self._before:
            first = day - timedelta(days=days - 1)
            self._before[key] = sum(count for each, count in self._counts[member].items() if first <= each < day)
        return self._before[key] + self._counts[member][day]


@dataclass
class Replay:
    """Goes through past decisions in their order, with the loads as they were and as they would have become.

    `people_of` tells who takes leads by some rules, as the organization is now, with the open leads each has;
    `rules_of` what a version of the rules said, None where nobody can tell any more.
    """

    rules: AssignmentRules
    people_of: Callable[[AssignmentRules], Sequence[Salesperson]]
    rules_of: Callable[[int], AssignmentRules | None]
    given: GivenByDay
    rehearsed_given: GivenByDay
    first_open: Mapping[UUID, int]
    replayed: int = 0
    not_reconstructed: int = 0
    former: Counter[UUID | None] = field(default_factory=Counter)
    owners: Counter[UUID | None] = field(default_factory=Counter)
    differing: list[OtherOwner] = field(default_factory=list)
    _open: dict[UUID, int] = field(default_factory=dict)
    _more_open: Counter[UUID] = field(default_factory=Counter)

    def go_through(self, past: PastDecision) -> None:
        """Make one decision again; what a person decided is no decision of rules, and counts as a load alone."""
        entry = past.entry
        if entry.candidates:
            self._make_again(past)
        self._note_loads(past)

    def _make_again(self, past: PastDecision) -> None:
        entry, own = past.entry, self.rules_of(past.entry.rules)
        people = self._as_they_stood(past, own) if own is not None else []
        if own is None or _owner(self._decide(past, people, own)) != entry.member:
            self.not_reconstructed += 1
            return
        decision = self._decide(past, self._as_they_would_stand(past, own, people), self.rules)
        owner = _owner(decision)
        self.replayed += 1
        self.former[entry.member] += 1
        self.owners[owner] += 1
        if owner != entry.member:
            self.differing.append(
                OtherOwner(lead=past.lead, entry=entry, former=entry.member, owner=owner, reasons=decision.reasons)
            )
            self._move(past, owner)

    def _decide(self, past: PastDecision, people: Sequence[Salesperson], rules: AssignmentRules) -> AssignmentDecision:
        entry, region = past.entry, _region_of(past.entry)
        had_it = {each.person.member for each in entry.candidates if each.outcome is PassedOver.HAD_IT}
        return decide_owner(Board(people, rules), grade=entry.grade, region=region, skill=entry.skill, without=had_it)

    def _as_they_stood(self, past: PastDecision, own: AssignmentRules) -> list[Salesperson]:
        """Whoever was weighed, with the load the ledger tells; and the others where it does not speak against that."""
        known = {person.member: person for person in self.people_of(own)}
        listed = [_listed(each.person, each.outcome, known) for each in past.entry.candidates]
        shown = {person.member for person in listed}
        others = [
            replace(
                person,
                open_leads=self._open_then(person),
                recent_leads=self.given.recent(person.member, past.day, days=own.recent_days),
            )
            for person in known.values()
            if person.member not in shown
        ]
        return [*listed, *_possible(others, past.entry, own, listed)]

    def _as_they_would_stand(
        self, past: PastDecision, own: AssignmentRules, people: Iterable[Salesperson]
    ) -> list[Salesperson]:
        """The same people, and those whom only the other rules let take leads, after all that went otherwise so far."""
        stood = {person.member: person for person in people}
        barred = {person.member for person in self.people_of(own)} - stood.keys()
        wanted = {person.member for person in self.people_of(self.rules)}
        gone = stood.keys() - {person.member for person in self.people_of(own)}
        new = [
            replace(person, open_leads=self._open_then(person))
            for person in self.people_of(self.rules)
            if person.member not in stood and person.member not in barred
        ]
        asked = [person for person in stood.values() if person.member in wanted or person.member in gone]
        return [self._after(person, past, own) for person in [*asked, *new]]

    def _after(self, person: Salesperson, past: PastDecision, own: AssignmentRules) -> Salesperson:
        days, member = self.rules.recent_days, person.member
        then = self.given.recent(member, past.day, days=days)
        recent = person.recent_leads if days == own.recent_days else then
        more = self.rehearsed_given.recent(member, past.day, days=days) - then
        return replace(
            person,
            open_leads=max(person.open_leads + self._more_open[member], 0),
            recent_leads=max(recent + more, 0),
        )

    def _open_then(self, person: Salesperson) -> int:
        member = person.member
        return self._open.get(member, self.first_open.get(member, person.open_leads))

    def _note_loads(self, past: PastDecision) -> None:
        """What is known of loads after a decision; who would have got the lead otherwise was counted before."""
        for each in past.entry.candidates:
            self._open[each.person.member] = each.person.open_leads
        member = past.entry.member
        if member is not None:
            self._open[member] = self._open.get(member, self.first_open.get(member, 0)) + 1
            self.given.add(member, past.day)
            self.rehearsed_given.add(member, past.day)

    def _move(self, past: PastDecision, owner: UUID | None) -> None:
        former = past.entry.member
        if former is not None:
            self._more_open[former] -= 1
            self.rehearsed_given.add(former, past.day, -1)
        if owner is not None:
            self._more_open[owner] += 1
            self.rehearsed_given.add(owner, past.day)


def first_open_leads(decisions: Iterable[PastDecision]) -> dict[UUID, int]:
    """How many open leads each member had when he was weighed for the first time."""
    found: dict[UUID, int] = {}
    for past in decisions:
        for each in past.entry.candidates:
            found.setdefault(each.person.member, each.person.open_leads)
    return found


def _region_of(entry: LedgerEntry) -> UUID | None:
    """The region by which it was decided: a lead without one got that of its owner, and bears it in the ledger."""
    mattered = not _REGION_MATTERED.isdisjoint(reason.code for reason in entry.reasons)
    return entry.region if mattered or entry.member is None else None


def _owner(decision: AssignmentDecision) -> UUID | None:
    return decision.chosen.member if decision.chosen else None


def _listed(told: Salesperson, outcome: PassedOver, known: Mapping[UUID, Salesperson]) -> Salesperson:
    """Somebody the ledger shows: what he is as of now, what he had as of then."""
    return replace(
        known.get(told.member, told),
        open_leads=told.open_leads,
        recent_leads=told.recent_leads,
        capacity=told.capacity,
        on_duty=outcome is not PassedOver.OFF_DUTY,
    )


def _possible(
    others: Sequence[Salesperson], entry: LedgerEntry, own: AssignmentRules, listed: Sequence[Salesperson]
) -> list[Salesperson]:
    """Those of whom the ledger may be silent: it would have shown somebody with more points than all it shows.

    It shows everybody where it shows few, and nobody could take a lead that nobody got.
    """
    if len(listed) < _SHOWN or entry.member is None:
        return []
    least = min(each.score for each in entry.candidates) + _ROUNDED
    no_senior_free = any(reason.code == _NO_SENIOR_FREE for reason in entry.reasons)
    scores = Board(others, own).scores(region=_region_of(entry), skill=entry.skill)
    return [
        person
        for person, score in zip(others, scores, strict=True)
        if score <= least and not (person.senior and no_senior_free)
    ]
