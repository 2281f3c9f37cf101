"""The program that learns chances to win: what it is told of closed opportunities, and what it makes of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from millrace.pipeline.v1 import opportunity_events_pb2 as messages

from services.pipeline.events.opportunity_publications import snapshot
from services.pipeline.events.win_learning_apart import lesson_of
from services.pipeline.events.win_steps import step_at
from tests.support.clock import NOON
from tests.unit.pipeline.opportunities import an_opportunity, evidence
from trade.probability import Model, score_of

DAY = timedelta(days=1)


def an_ending(number: int, *, lost_before: bool = False) -> dict[str, Any]:
    """One closed after ten days, learnt from after the fifth; every other was won, and had no competitor."""
    opened = NOON + number * DAY
    won = number % 2 == 1 if number % 10 else number % 20 == 0
    state = messages.OpportunitySnapshot(
        state=messages.OPPORTUNITY_STATE_OPEN,
        stage_kind=messages.STAGE_KIND_NEED,
        competitor="" if number % 2 else "对手",
        probability=20,
    )
    state.create_time.FromDatetime(opened)
    state.stage_entered_time.FromDatetime(opened)
    events = [_line(opened, messages.OpportunityCreated(opportunity=state))]
    if lost_before:
        state.state = messages.OPPORTUNITY_STATE_LOST
        events.append(_line(opened + DAY, messages.OpportunityLost(opportunity=state)))
    return {
        "moment": (opened + 5 * DAY).isoformat(),
        "close_time": (opened + 10 * DAY).isoformat(),
        "won": won,
        "events": events,
    }


def a_postponed_ending(number: int) -> dict[str, Any]:
    """One whose closing date was put off twice before its moment, if it is an odd one; most of those were lost."""
    told = an_ending(number)
    if number % 2:
        opened = NOON + number * DAY
        events = []
        for place in range(3):
            event = messages.OpportunityUpdated.FromString(bytes.fromhex(told["events"][0][2]))
            closing = (opened + (10 + place) * DAY).date()
            day = event.opportunity.expected_close_date
            day.year, day.month, day.day = closing.year, closing.month, closing.day
            events.append(_line(opened + place * DAY, event))
        told["events"] = events
    return {**told, "won": not told["won"]}


def _line(time: datetime, event: Any) -> tuple[str, str, str]:
    return time.isoformat(), event.DESCRIPTOR.full_name, event.SerializeToString().hex()


def test_an_opportunity_out_of_its_event_stands_as_the_opportunity_itself() -> None:
    opportunity = replace(an_opportunity(), evidence=(evidence(),))
    step = step_at(NOON, messages.OpportunityCreated(opportunity=snapshot(opportunity)))
    assert (step.is_open, step.stage, step.stage_probability) == (True, "need", 20)
    assert (step.stage_entered_time, step.create_time) == (NOON, NOON)
    assert (step.amount, step.closing) == (100_000, opportunity.facts.expected_close_date)
    assert (step.source, step.evidence, step.moved_back) == ("hand", 1, False)


def test_what_an_event_of_an_older_release_does_not_tell_is_not_known() -> None:
    bare = messages.OpportunitySnapshot(name="opportunities/1")
    step = step_at(NOON, messages.OpportunityCreated(opportunity=bare))
    assert (step.evidence, step.quoted_time, step.amount) == (None, None, None)


def test_an_amount_in_another_currency_is_not_comparable() -> None:
    state = messages.OpportunitySnapshot()
    state.amount.currency_code, state.amount.units = "USD", 5
    assert step_at(NOON, messages.OpportunityCreated(opportunity=state)).amount is None


def test_a_lesson_keeps_with_its_model_what_won_ones_took() -> None:
    lesson = lesson_of([an_ending(number) for number in range(100)], {})
    assert (lesson.outcomes, lesson.happened) == (100, 55)
    assert lesson.body is not None
    assert lesson.body["pace"] == {"need": 10.0}
    assert lesson.card is not None
    assert lesson.card.model.auc > 0.8


def test_what_is_put_off_again_and_again_is_less_probable_and_a_reason_says_so() -> None:
    lesson = lesson_of([a_postponed_ending(number) for number in range(100)], {})
    assert lesson.body is not None
    model = Model.from_mapping(lesson.body["model"])
    steady, postponed = (
        score_of(row, model.judge(row), model=1, now=NOON) for row in ({"postponements": 0}, {"postponements": 2})
    )
    assert steady.probability is not None
    assert postponed.probability is not None
    assert postponed.probability < steady.probability
    told = {reason.code: float(reason.parameters["weight"]) for reason in postponed.reasons("WIN")}
    assert told["WIN_POSTPONEMENTS"] < 0


def test_one_that_was_lost_at_its_moment_and_opened_again_later_teaches_nothing() -> None:
    lesson = lesson_of([an_ending(number, lost_before=True) for number in range(100)], {})
    assert lesson.outcomes == 0


def test_below_the_minimum_sample_a_lesson_is_only_its_count() -> None:
    lesson = lesson_of([an_ending(number) for number in range(49)], {})
    assert (lesson.outcomes, lesson.card, lesson.body) == (49, None, None)
