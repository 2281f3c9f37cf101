"""Who has a customer of whom two members say he is theirs: each rule of precedence (撞单裁决)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pipeline.domain.collision_rules import CollisionRules, Precedent
from services.pipeline.domain.collision_timeline import Fact, FactKind, Timeline, timeline
from services.pipeline.domain.collision_verdict import Side, Verdict, verdict
from services.pipeline.domain.evidence import EvidenceKind
from services.pipeline.domain.registration import RegistrationState
from tests.unit.pipeline.collisions import (
    BODY,
    NOON,
    RULES,
    ago,
    approved,
    evidence,
    named,
    owned,
    rules,
    submitted,
)
from trade.rule_body import RuleBodyInvalid

_INSTANTS = st.integers(min_value=-800 * 86_400, max_value=0).map(lambda seconds: NOON + timedelta(seconds=seconds))
_DETAILS = {
    FactKind.EVIDENCE: st.sampled_from([kind.value for kind in EvidenceKind]),
    FactKind.EVIDENCE_NAMED: st.sampled_from([kind.value for kind in EvidenceKind]),
    FactKind.ACCOUNT_OWNED: st.just(""),
    FactKind.OPPORTUNITY_OPENED: st.just("open"),
    FactKind.FOLLOWED_UP: st.just("open"),
}
_STATES = st.sampled_from([state.value for state in RegistrationState])
_LISTS = st.lists(
    st.sampled_from(FactKind).flatmap(
        lambda kind: st.builds(
            Fact,
            kind=st.just(kind),
            time=_INSTANTS,
            source=st.sampled_from(["registrations/1", "opportunities/2/evidence/3", "accounts/4"]),
            detail=_DETAILS.get(kind, _STATES),
            until=st.none() | _INSTANTS.map(lambda time: time + timedelta(days=400)),
        )
    ),
    max_size=8,
)
_RULES = st.permutations(list(Precedent)).flatmap(
    lambda order: st.integers(min_value=0, max_value=len(order)).map(
        lambda most: rules(precedence=[each.value for each in order[:most]])
    )
)


def judged(claimant: Sequence[Fact], holder: Sequence[Fact], *, by: CollisionRules = RULES) -> Verdict:
    return verdict(claimant=timeline(claimant), holder=timeline(holder), rules=by, at=NOON)


def test_whoever_protects_the_customer_has_him_though_another_registered_before() -> None:
    found = judged([submitted(100)], [submitted(9), approved(8, protects=82)])
    assert (found.winner, found.rule) == (Side.HOLDER, Precedent.PROTECTED_OWNER)
    assert found.trials[0].holder.reason.parameters == {"until": "2026-05-23T04:00:00+00:00"}
    assert found.trials[0].claimant.reason.code == "COLLISION_NOTHING_BY_PROTECTED_OWNER"


def test_a_protection_that_has_ended_protects_nobody() -> None:
    found = judged([], [approved(100, protects=0)], by=rules(precedence=["protected_owner"]))
    assert found.winner is None


def test_where_both_protect_him_the_next_rule_is_tried_however_much_longer_one_does() -> None:
    found = judged(
        [submitted(20, state="approved"), approved(19, protects=5)],
        [submitted(10, state="approved"), approved(9, protects=500)],
    )
    assert [each.rule for each in found.trials] == [Precedent.PROTECTED_OWNER, Precedent.FIRST_REGISTRATION]
    assert found.winner is Side.CLAIMANT


def test_whose_valid_registration_was_there_first_has_him() -> None:
    found = judged([submitted(2)], [submitted(1.999)])
    assert (found.winner, found.rule) == (Side.CLAIMANT, Precedent.FIRST_REGISTRATION)


@pytest.mark.parametrize("state", ["draft", "returned", "rejected", "expired"])
def test_a_registration_in_another_state_is_not_valid(state: str) -> None:
    found = judged([submitted(2, state=state)], [submitted(1)])
    assert found.winner is None
    assert judged([submitted(2, state=state)], [submitted(1, state="approved")]).winner is Side.HOLDER


@pytest.mark.parametrize(("state", "winner"), [("under_review", None), ("approved", Side.CLAIMANT)])
def test_only_a_reviewed_registration_decides_against_a_side_that_has_none(state: str, winner: Side | None) -> None:
    found = judged([submitted(2, state=state)], [owned(900)])
    assert found.winner is winner
    code = "COLLISION_REGISTERED" if winner else "COLLISION_REGISTERED_ALONE"
    assert found.trials[1].claimant.reason.code == code


def test_a_registration_from_longer_ago_than_the_rules_say_is_not_valid() -> None:
    assert judged([submitted(366)], [submitted(1, state="approved")]).winner is Side.HOLDER
    assert judged([submitted(365)], [submitted(1)]).winner is Side.CLAIMANT


def begun(days: float) -> Fact:
    created = FactKind.REGISTRATION_CREATED
    return Fact(kind=created, time=ago(days), source="registrations/1", detail="under_review")


def test_registrations_count_from_when_the_rules_say() -> None:
    late, early = [begun(50), submitted(1)], [begun(3), submitted(2)]
    assert judged(late, early).winner is Side.HOLDER
    counts = {**BODY["registration"], "counts_from": "created"}
    assert judged(late, early, by=rules(registration=counts)).winner is Side.CLAIMANT


def test_the_higher_rank_of_evidence_has_him_where_nobody_registered() -> None:
    found = judged([evidence("meeting_record")] * 3, [evidence("signed_file")])
    assert (found.winner, found.rule) == (Side.HOLDER, Precedent.EVIDENCE_RANK)
    assert found.trials[-1].claimant.reason.parameters == {"kind": "meeting_record", "rank": "20"}


def test_evidence_of_another_customer_that_a_claim_names_decides_nothing() -> None:
    assert judged([named("signed_file")], []).winner is None
    assert judged([named("signed_file")], [evidence("other")]).winner is Side.HOLDER


def test_evidence_from_longer_ago_than_the_rules_say_shows_nothing() -> None:
    assert judged([evidence("signed_file", days=366)], [evidence("other")]).winner is Side.HOLDER


def test_evidence_of_rank_nothing_shows_nothing() -> None:
    ranks = {**BODY["evidence"]["ranks"], "other": 0}
    by = rules(evidence={**BODY["evidence"], "ranks": ranks})
    assert judged([evidence("other")], [], by=by).winner is None


def test_evidence_of_one_rank_leaves_it_to_the_manager() -> None:
    found = judged([evidence("quote")], [evidence("quote", days=9)])
    assert (found.winner, found.rule, len(found.trials)) == (None, None, 3)


def test_whoever_looks_after_the_account_has_him_where_that_is_a_rule() -> None:
    assert judged([], [owned(500)]).winner is None
    found = judged([], [owned(500)], by=rules(precedence=["account_owner"]))
    assert (found.winner, found.trials[0].holder.source) == (Side.HOLDER, "accounts/11")


def test_without_rules_every_case_is_the_managers() -> None:
    assert judged([approved(1, protects=9)], [], by=rules(precedence=[])).trials == ()


def test_the_order_of_the_rules_is_the_order_of_precedence() -> None:
    claimant, holder = [evidence("signed_file")], [submitted(1, state="approved")]
    assert judged(claimant, holder).winner is Side.HOLDER
    turned = rules(precedence=["evidence_rank", "first_registration"])
    assert judged(claimant, holder, by=turned).winner is Side.CLAIMANT


@given(claimant=_LISTS, holder=_LISTS, by=_RULES)
def test_the_same_timelines_and_rules_give_the_same_verdict_byte_for_byte(
    claimant: list[Fact], holder: list[Fact], by: CollisionRules
) -> None:
    first = judged(claimant, holder, by=by)
    kept = CollisionRules.from_mapping(by.to_mapping())
    again = judged(stored(claimant[::-1]), stored(holder[::-1]), by=kept)
    assert (again, again.digest) == (first, first.digest)


@given(claimant=_LISTS, holder=_LISTS, by=_RULES)
def test_no_side_is_favoured(claimant: list[Fact], holder: list[Fact], by: CollisionRules) -> None:
    found, turned = judged(claimant, holder, by=by), judged(holder, claimant, by=by)
    assert turned.winner is (found.winner.other if found.winner else None)


@given(claimant=_LISTS, holder=_LISTS, by=_RULES)
def test_every_rule_before_the_one_that_decided_told_the_two_not_apart(
    claimant: list[Fact], holder: list[Fact], by: CollisionRules
) -> None:
    found = judged(claimant, holder, by=by)
    assert all(each.winner is None for each in found.trials[:-1])
    assert [each.rule for each in found.trials] == list(by.precedence[: len(found.trials)])
    assert found.winner is not None or len(found.trials) == len(by.precedence)


def stored(facts: list[Fact]) -> Timeline:
    """The facts as they come back from where they are kept."""
    told: list[Any] = [each.to_mapping() for each in facts]
    return timeline(Fact.from_mapping(each) for each in told)


@pytest.mark.parametrize(
    ("changes", "place", "problem"),
    [
        ({"precedence": ["protected_owner", "protected_owner"]}, "precedence", "twice"),
        ({"precedence": ["seniority"]}, "precedence", "choices"),
        ({"registration": {**BODY["registration"], "states": ["lost"]}}, "registration.states", "choices"),
        ({"registration": {**BODY["registration"], "counts_from": "sent"}}, "registration.counts_from", "choice"),
        ({"appeal": {"days": 0}}, "appeal.days", "whole"),
        ({"evidence": {"within_days": 9, "ranks": {"quote": 1}}}, "evidence.ranks.requirement_document", "whole"),
        ({"seniority": 1}, "seniority", "unknown"),
    ],
)
def test_a_wrong_rule_is_refused_by_its_place(changes: dict[str, Any], place: str, problem: str) -> None:
    with pytest.raises(RuleBodyInvalid) as refusal:
        rules(**changes)
    assert (refusal.value.field, refusal.value.problem) == (place, problem)


def test_rules_are_read_again_from_what_a_case_keeps_of_them() -> None:
    assert CollisionRules.from_mapping(RULES.to_mapping()) == RULES
