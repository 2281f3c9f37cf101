"""What becomes of a lead in a programme."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.events import Change
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.nurturing.enrolment import (
    ENDED_BY_HAND,
    Happened,
    Nurturing,
    NurturingEnded,
    NurturingFinished,
    NurturingPutOff,
    NurturingState,
    NurturingStepped,
    is_held,
    why_to_end,
)
from services.leads.domain.nurturing.programme import Content, ExitKind
from services.leads.domain.nurturing.timing import Moment
from tests.support.clock import NOON
from tests.unit.leads.nurturing.builders import DIGEST, MAIL, PAPER, a_lead, under_way
from trade.mail_choices import NOTHING_CHOSEN, Standing
from trade.reasons import Reason

AGREED = Standing(consented=NOON)
LATER = Moment(time=NOON + timedelta(days=3), reasons=(Reason("NURTURING_QUIET_HOURS"),))


def why(
    *exits: ExitKind,
    lead: Any = None,
    standing: Standing = AGREED,
    digest: str = DIGEST,
    happened: Happened | None = None,
) -> str:
    content = Content(segment="grade = GRADE_C", steps=(PAPER,), exits=frozenset(exits))
    found = why_to_end(
        under_way(),
        lead or a_lead(),
        digest=digest,
        standing=standing,
        content=content,
        happened=happened or Happened(),
    )
    return found.code.removeprefix("NURTURING_ENDED_") if found else ""


def test_it_goes_on_while_nothing_ends_it() -> None:
    assert why() == why(*ExitKind) == ""


@pytest.mark.parametrize("state", sorted(set(LeadState) - OPEN_STATES - {LeadState.CONVERTING}, key=str))
def test_a_lead_that_nobody_works_is_mailed_no_more(state: LeadState) -> None:
    assert why(lead=a_lead(state=state)) == state.name


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (NOTHING_CHOSEN, "NO_CONSENT"),
        (Standing(consented=NOON, unsubscribed=NOON), "UNSUBSCRIBED"),
        (Standing(consented=NOON, bounced=NOON + timedelta(days=1)), "BOUNCED"),
    ],
)
def test_an_address_that_allows_it_not_is_mailed_no_more(standing: Standing, reason: str) -> None:
    assert why(standing=standing) == reason


def test_an_erased_person_or_another_address_ends_it() -> None:
    assert why(digest="") == "NO_ADDRESS"
    assert why(digest="e") == "ADDRESS_CHANGED"


@pytest.mark.parametrize(
    ("exit_kind", "told"),
    [
        (ExitKind.FOLLOWED_UP, {"happened": Happened(followed_up=True)}),
        (ExitKind.NEXT_STEP_PLANNED, {"happened": Happened(next_step_planned=True)}),
        (ExitKind.CONTACTED_AGAIN, {"lead": a_lead(touch_count=2)}),
        (ExitKind.DEMO_REQUESTED, {"lead": a_lead(demo=NOON)}),
        (ExitKind.LEFT_SEGMENT, {"happened": Happened(left_segment=True)}),
    ],
)
def test_an_exit_ends_it_where_the_programme_has_it(exit_kind: ExitKind, told: dict[str, Any]) -> None:
    assert why(exit_kind, **told) == exit_kind.name
    assert why(*set(ExitKind) - {exit_kind}, **told) == ""


def test_a_demo_asked_for_before_ends_nothing() -> None:
    assert why(ExitKind.DEMO_REQUESTED, lead=a_lead(demo=NOON - timedelta(days=1))) == ""


def test_while_pipeline_is_asked_nothing_is_decided() -> None:
    assert is_held(a_lead(state=LeadState.CONVERTING))
    assert why(lead=a_lead(state=LeadState.CONVERTING)) == ""


def test_the_last_step_finishes_it() -> None:
    change = under_way().stepped(MAIL, following=LATER, now=NOON)
    assert change.events == (NurturingStepped(MAIL),)
    assert (change.aggregate.due, change.aggregate.reasons, change.aggregate.steps_taken) == (
        LATER.time,
        LATER.reasons,
        1,
    )
    over = change.aggregate.stepped(MAIL, following=None, now=NOON)
    assert over.events == (NurturingStepped(MAIL), NurturingFinished())
    assert (over.aggregate.state, over.aggregate.due, over.aggregate.steps_taken) == (NurturingState.FINISHED, None, 2)


def test_what_is_put_off_says_why_and_once() -> None:
    change = under_way().put_off(LATER)
    assert change.events == (NurturingPutOff(),)
    assert change.aggregate.put_off(LATER).events == ()


def test_what_is_over_stays_over() -> None:
    ended = under_way().ended(ENDED_BY_HAND, now=NOON)
    assert ended.events == (NurturingEnded(),)
    assert ended.aggregate.ended(Reason("NURTURING_ENDED_CONVERTED"), now=NOON).events == ()
    assert ended.aggregate.reasons == (ENDED_BY_HAND,)


ACTS: Mapping[str, Callable[[Nurturing], Change[Nurturing]]] = {
    "step": lambda nurturing: nurturing.stepped(MAIL, following=LATER, now=NOON),
    "last": lambda nurturing: nurturing.stepped(MAIL, following=None, now=NOON),
    "later": lambda nurturing: nurturing.put_off(LATER),
    "end": lambda nurturing: nurturing.ended(ENDED_BY_HAND, now=NOON),
}


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=8))
def test_a_step_is_due_exactly_while_it_goes_on(acts: list[str]) -> None:
    nurturing = under_way()
    for act in acts:
        if not nurturing.is_active:
            break
        nurturing = ACTS[act](nurturing).aggregate
        assert (nurturing.due is not None) == nurturing.is_active == (nurturing.end_time is None)
