"""What may happen to a case of a collision, and who decides it (撞单)."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.pipeline.domain.collision_case import (
    NEXT_STATES,
    Appeal,
    CollisionCase,
    CollisionEnding,
    CollisionOrigin,
    CollisionState,
    Ruling,
    Start,
    open_case,
)
from services.pipeline.domain.collision_happenings import CollisionCaseDecided, CollisionCaseOpened
from services.pipeline.domain.collision_refusals import (
    CollisionAppealOver,
    CollisionCannotMove,
    CollisionCaseExists,
    CollisionDecidedBefore,
    CollisionDecidedFinally,
    CollisionNotAppealedByWinner,
    CollisionNotDecidedByParty,
)
from services.pipeline.domain.collision_verdict import Side
from tests.support.refusing import refusal_of
from tests.unit.pipeline.collisions import (
    DIRECTOR,
    LI_NA,
    NOON,
    PRESIDENT,
    RULES,
    WANG_LEI,
    ZHANG_WEI,
    a_case,
    a_party,
    approved,
    rules,
)

TEAM, REGION, ALL = 2, 3, 4
MINE, OTHERS = UUID(int=21), UUID(int=22)


def ruled(case: CollisionCase, winner: Side, *, by: str = LI_NA, reach: int = TEAM) -> CollisionCase:
    return case.decide(Ruling(winner=winner, by=by, reach=reach, comment="客户确认", time=NOON)).aggregate


def appealed(case: CollisionCase, *, by: UUID = WANG_LEI, time: datetime = NOON) -> CollisionCase:
    return case.appealed(Appeal(by=f"members/{by}", statement="再审", time=time)).aggregate


def protected_case() -> CollisionCase:
    return a_case(holder=a_party(ZHANG_WEI, approved(8, protects=82)))


def test_a_case_that_a_rule_decides_is_decided_when_it_is_opened_and_can_be_appealed() -> None:
    case = protected_case()
    assert (case.state, case.winner, case.rulings[0].by) == (CollisionState.DECIDED, Side.HOLDER, "")
    assert case.appeal_end_time == NOON + timedelta(days=7)


def test_a_case_that_no_rule_decides_waits_for_a_manager() -> None:
    case = a_case()
    assert (case.state, case.winner, case.appeal_end_time) == (CollisionState.UNDER_REVIEW, None, None)


def test_opening_tells_both_that_it_was_opened_and_decided() -> None:
    change = open_case(
        uuid=UUID(int=7),
        account=None,
        claimant=a_party(WANG_LEI),
        holder=a_party(ZHANG_WEI, approved(8, protects=82)),
        start=Start(opener="members/3", origin=CollisionOrigin.SUBMISSION, time=NOON),
        rules=RULES,
        rules_version=0,
    )
    assert change.events == (CollisionCaseOpened(), CollisionCaseDecided())


def test_neither_side_nor_the_opener_nor_an_author_decides() -> None:
    claimant = a_party(WANG_LEI, authors=frozenset({"members/assistant"}))
    case = a_case(claimant=claimant, opener=LI_NA)
    for party in (f"members/{WANG_LEI}", f"members/{ZHANG_WEI}", LI_NA, "members/assistant"):
        with pytest.raises(CollisionNotDecidedByParty):
            case.must_be_decided_by(party, reach=ALL, widest=ALL)
    case.must_be_decided_by(DIRECTOR, reach=TEAM, widest=ALL)


def test_an_appeal_goes_to_somebody_further_up_who_has_not_decided() -> None:
    case = appealed(ruled(a_case(), Side.HOLDER, by=LI_NA, reach=REGION))
    with pytest.raises(CollisionDecidedBefore):
        case.must_be_decided_by(LI_NA, reach=ALL, widest=ALL)
    with pytest.raises(CollisionDecidedBefore):
        case.must_be_decided_by(DIRECTOR, reach=REGION, widest=ALL)
    case.must_be_decided_by(DIRECTOR, reach=ALL, widest=ALL)


def test_at_the_top_an_appeal_goes_to_another_person() -> None:
    case = appealed(ruled(a_case(), Side.HOLDER, by=DIRECTOR, reach=ALL))
    with pytest.raises(CollisionDecidedBefore):
        case.must_be_decided_by(DIRECTOR, reach=ALL, widest=ALL)
    case.must_be_decided_by(PRESIDENT, reach=ALL, widest=ALL)


def test_what_the_rules_decided_is_on_appeal_decided_by_any_manager_of_both() -> None:
    case = appealed(protected_case())
    assert refusal_of(lambda: case.must_be_decided_by(LI_NA, reach=TEAM, widest=ALL)) is None


def test_only_whoever_lost_appeals() -> None:
    case = ruled(a_case(), Side.CLAIMANT)
    with pytest.raises(CollisionNotAppealedByWinner):
        appealed(case, by=WANG_LEI)
    assert appealed(case, by=ZHANG_WEI).state is CollisionState.APPEALED


def test_nobody_appeals_when_the_days_are_over() -> None:
    case = protected_case()
    assert appealed(case, time=NOON + timedelta(days=7, microseconds=-1)).state is CollisionState.APPEALED
    with pytest.raises(CollisionAppealOver):
        appealed(case, time=NOON + timedelta(days=7))


def test_nobody_appeals_twice() -> None:
    case = appealed(protected_case())
    with pytest.raises(CollisionCannotMove):
        appealed(case)
    final = ruled(case, Side.HOLDER).closed(CollisionEnding.CARRIED_OUT, now=NOON).aggregate
    with pytest.raises(CollisionCannotMove):
        appealed(final)


def test_what_is_decided_is_not_decided_again_unless_it_is_appealed() -> None:
    with pytest.raises(CollisionCannotMove):
        ruled(protected_case(), Side.CLAIMANT)


def test_a_decided_appeal_gives_no_further_days() -> None:
    case = appealed(protected_case())
    final = ruled(case, Side.CLAIMANT)
    assert (final.winner, final.appeal_end_time) == (Side.CLAIMANT, case.appeal_end_time)


def test_an_appeal_that_waits_is_not_closed_without_a_decision_of_it_unless_both_keep_the_customer() -> None:
    case = appealed(protected_case())
    shared = case.closed(CollisionEnding.SHARED, now=NOON).aggregate
    assert (shared.state, shared.ending) == (CollisionState.CLOSED, CollisionEnding.SHARED)
    with pytest.raises(CollisionCannotMove):
        shared.closed(CollisionEnding.CARRIED_OUT, now=NOON)


def test_what_is_final_keeps_the_loser_from_claiming_again_for_some_time_and_the_winner_not() -> None:
    case = protected_case()
    with pytest.raises(CollisionCaseExists):
        case.must_admit(WANG_LEI, now=NOON)
    final = case.closed(CollisionEnding.CARRIED_OUT, now=NOON).aggregate
    with pytest.raises(CollisionDecidedFinally):
        final.must_admit(WANG_LEI, now=NOON + timedelta(days=180, microseconds=-1))
    final.must_admit(WANG_LEI, now=NOON + timedelta(days=180))
    final.must_admit(ZHANG_WEI, now=NOON)


@pytest.mark.parametrize("ending", [CollisionEnding.SHARED, CollisionEnding.OVERTAKEN])
def test_a_case_that_was_not_carried_out_keeps_nobody_from_claiming(ending: CollisionEnding) -> None:
    closed = protected_case().closed(ending, now=NOON).aggregate
    assert refusal_of(lambda: closed.must_admit(WANG_LEI, now=NOON)) is None


def test_a_closed_case_stays_closed() -> None:
    assert NEXT_STATES[CollisionState.CLOSED] == frozenset()


def test_a_registration_waits_while_its_side_has_not_won() -> None:
    undecided = a_case(claimant=a_party(WANG_LEI, registration=MINE), holder=a_party(ZHANG_WEI, registration=OTHERS))
    assert (undecided.holds_back(MINE), undecided.holds_back(OTHERS)) == (True, True)
    decided = ruled(undecided, Side.HOLDER)
    assert (decided.holds_back(MINE), decided.holds_back(OTHERS)) == (True, False)
    again = appealed(decided)
    assert (again.holds_back(MINE), again.holds_back(OTHERS)) == (True, True)
    assert not undecided.holds_back(UUID(int=23))


def test_other_rules_are_tried_on_the_day_the_case_was_opened() -> None:
    case = protected_case()
    assert case.judged_by(case.rules) == case.verdict
    assert case.judged_by(rules(precedence=["first_registration"])).winner is None
    later = replace(case, update_time=NOON + timedelta(days=400))
    assert later.judged_by(case.rules).digest == case.verdict.digest
