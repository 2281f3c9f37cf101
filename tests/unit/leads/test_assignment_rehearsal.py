"""Past decisions are made again by other rules; by the same rules they come out the same (分配试算)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.leads.domain.assignment import decide_owner
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.assignment_rehearsal import GivenByDay, PastDecision, Replay, first_open_leads
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.board import Board, Salesperson
from services.leads.domain.lead import Grade
from tests.unit.leads.builders import ANNA, BO, CHEN, EAST, NOON, RULES, WEST, person

TODAY = date(2026, 3, 31)
MACHINERY = "machinery"


@dataclass
class House:
    """People who are given leads one after another, as the product does it, with the ledger it keeps of that."""

    people: list[Salesperson]
    rules: AssignmentRules = RULES
    ledger: list[PastDecision] = field(default_factory=list)

    def give(self, grade: Grade = Grade.B, *, region: UUID | None = EAST, skill: str = "") -> UUID | None:
        """Decide about one lead; who got it."""
        decision = decide_owner(Board(self.people, self.rules), grade=grade, region=region, skill=skill)
        number = len(self.ledger)
        chosen = decision.chosen
        entry = LedgerEntry(
            time=NOON + timedelta(minutes=number),
            member=chosen.member if chosen else None,
            rules=1,
            grade=grade,
            # What create_lead makes of a lead without a region.
            region=region or (chosen.region if chosen else None),
            skill=skill,
            reasons=decision.reasons,
            candidates=tuple(each._replace(score=round(each.score, 6)) for each in decision.weighed),
            others=decision.others,
        )
        self.ledger.append(PastDecision(lead=UUID(int=1000 + number), day=TODAY, entry=entry))
        if chosen:
            self.people = [
                replace(each, open_leads=each.open_leads + 1, recent_leads=each.recent_leads + 1)
                if each.member == chosen.member
                else each
                for each in self.people
            ]
        return entry.member

    def rehearse(self, rules: AssignmentRules, *, people: Sequence[Salesperson] | None = None) -> Replay:
        """Make all decisions again, with what the organization knows in the end."""
        now = list(people if people is not None else self.people)
        replay = Replay(
            rules=rules,
            people_of=lambda _: now,
            rules_of={1: self.rules}.get,
            given=GivenByDay({}),
            rehearsed_given=GivenByDay({}),
            first_open=first_open_leads(self.ledger),
        )
        for past in self.ledger:
            replay.go_through(past)
        return replay


def counts(replay: Replay) -> dict[UUID | None, int]:
    return {member: count for member, count in replay.owners.items() if count}


def as_people(told: list[dict[str, Any]]) -> list[Salesperson]:
    return [person(UUID(int=number), **each) for number, each in enumerate(told, start=1)]


people = st.lists(
    st.fixed_dictionaries(
        {
            "region": st.sampled_from([EAST, WEST, None]),
            "skills": st.sampled_from([frozenset(), frozenset({MACHINERY})]),
            "senior": st.booleans(),
            "capacity": st.integers(0, 6),
            "on_duty": st.booleans(),
        }
    ),
    min_size=1,
    max_size=9,
).map(as_people)
leads = st.lists(
    st.tuples(
        st.sampled_from([Grade.A, Grade.B]), st.sampled_from([EAST, WEST, None]), st.sampled_from(["", MACHINERY])
    ),
    min_size=1,
    max_size=25,
)
rules = st.builds(
    AssignmentRules,
    region_weight=st.sampled_from([0, 100]),
    skill_weight=st.sampled_from([0, 50]),
    fairness_weight=st.sampled_from([0, 20]),
    room_weight=st.sampled_from([0, 10]),
    recent_days=st.sampled_from([1, 7]),
    only_own_region=st.booleans(),
    senior_first=st.sampled_from([frozenset(), frozenset({Grade.A})]),
    roles=st.just(frozenset({"sales"})),
)


def after(sold: House, told: Any) -> House:
    for grade, region, skill in told:
        sold.give(grade, region=region, skill=skill)
    return sold


@settings(deadline=None)
@given(people, leads, rules)
def test_the_same_rules_give_the_same_owners(people: list[Salesperson], told: Any, rules: AssignmentRules) -> None:
    house = after(House(people, rules), told)
    replay = house.rehearse(rules)
    assert replay.differing == []
    assert replay.owners == replay.former
    assert replay.replayed + replay.not_reconstructed == len(told)


@settings(deadline=None)
@given(people.filter(lambda people: len(people) <= 5), leads, rules)
def test_where_the_ledger_shows_everybody_every_decision_is_made_again(
    people: list[Salesperson], told: Any, rules: AssignmentRules
) -> None:
    house = after(House(people, rules), told)
    assert house.rehearse(rules).not_reconstructed == 0


@settings(deadline=None)
@given(people.filter(lambda people: len(people) <= 5), leads, rules, rules)
def test_other_rules_give_what_they_would_have_given_from_the_beginning(
    people: list[Salesperson], told: Any, own: AssignmentRules, other: AssignmentRules
) -> None:
    """Where nobody closes a lead, the rehearsal comes to what the other rules do by themselves."""
    house, lived = after(House(people, own), told), after(House(people, other), told)
    replay = house.rehearse(other)
    differing = {each.lead: each.owner for each in replay.differing}
    owners = [differing.get(past.lead, past.entry.member) for past in house.ledger]
    assert owners == [past.entry.member for past in lived.ledger]
    assert sum(replay.owners.values()) == len(told)


def test_rules_that_weigh_fairness_alone_share_leads_that_skill_gave_to_one() -> None:
    house = House([person(ANNA, skills=frozenset({MACHINERY})), person(BO)])
    for _ in range(4):
        assert house.give(skill=MACHINERY) == ANNA
    replay = house.rehearse(replace(RULES, skill_weight=0))
    assert counts(replay) == {ANNA: 2, BO: 2}
    assert replay.former == {ANNA: 4}
    assert [each.owner for each in replay.differing] == [BO, BO]
    assert "ASSIGNED_FAIRNESS" in [reason.code for reason in replay.differing[0].reasons]


def test_loads_follow_what_would_have_been_given_so_that_whoever_is_full_gets_no_more() -> None:
    house = House([person(ANNA, senior=True, capacity=2), person(BO, capacity=10), person(CHEN, capacity=10)])
    house.people = [replace(each, recent_leads=9 if each.member == ANNA else 0) for each in house.people]
    for _ in range(4):
        house.give(Grade.B)
    assert ANNA not in {past.entry.member for past in house.ledger}
    replay = house.rehearse(replace(RULES, senior_first=frozenset({Grade.B})))
    assert counts(replay)[ANNA] == 2, "a third would be more than she may have"


def test_a_decision_whose_rules_nobody_can_read_any_more_is_counted_and_not_guessed() -> None:
    house = House([person(ANNA), person(BO)])
    house.give()
    house.ledger[0] = replace(house.ledger[0], entry=replace(house.ledger[0].entry, rules=7))
    replay = house.rehearse(RULES)
    assert (replay.replayed, replay.not_reconstructed, replay.differing) == (0, 1, [])


def test_a_decision_that_its_own_rules_do_not_give_any_more_is_not_reconstructed() -> None:
    house = House([person(ANNA, region=WEST), person(BO)])
    assert house.give() == BO
    moved = [replace(each, region=EAST if each.member == ANNA else WEST) for each in house.people]
    replay = house.rehearse(RULES, people=moved)
    assert (replay.replayed, replay.not_reconstructed) == (0, 1)


def test_what_a_person_decided_is_a_load_and_no_decision() -> None:
    house = House([person(ANNA), person(BO)])
    by_hand = LedgerEntry(
        time=NOON, member=ANNA, rules=1, grade=Grade.B, region=EAST, skill="", reasons=(), candidates=(), others={}
    )
    house.ledger.append(PastDecision(lead=UUID(int=1), day=TODAY, entry=by_hand))
    replay = house.rehearse(RULES)
    assert (replay.replayed, replay.not_reconstructed) == (0, 0)
    assert replay.given.recent(ANNA, TODAY, days=7) == 1


def test_leads_given_are_counted_over_the_days_the_rules_name() -> None:
    given_leads = GivenByDay({(ANNA, TODAY - timedelta(days=6)): 2, (ANNA, TODAY - timedelta(days=7)): 5})
    given_leads.add(ANNA, TODAY)
    assert given_leads.recent(ANNA, TODAY, days=7) == 3
    assert given_leads.recent(ANNA, TODAY, days=8) == 8
    assert given_leads.recent(ANNA, TODAY, days=1) == 1
    assert given_leads.recent(BO, TODAY, days=7) == 0
