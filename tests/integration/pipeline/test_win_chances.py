"""Chances to win: learnt from how opportunities ended, told with reasons, else the chance of the stage (赢率)."""

import asyncio
import math
from uuid import UUID

import pytest
from millrace.pipeline.v1 import opportunity_events_pb2, opportunity_pb2
from millrace.pipeline.v1.opportunity_service_pb2 import OPPORTUNITY_VIEW_FULL, ReopenOpportunityRequest
from millrace.probability.v1.model_events_pb2 import ModelLearned
from sqlalchemy import delete, select

from chassis.jobs import carry_out
from chassis.learning.teaching import begin_learning
from chassis.principal import Scope
from chassis.tables import outbox
from chassis.work import Read
from services.pipeline.__main__ import ACCOUNT
from services.pipeline.domain.win_chance import observed_at
from services.pipeline.events.win_steps import remember
from services.pipeline.storage.win_chances import WIN_MODELS
from services.pipeline.storage.win_history import beginning, endings, lives_of
from services.pipeline.storage.win_tables import WIN_CHANCES
from tests.integration.pipeline.conftest import DIRECTOR, PipelineHouse
from tests.integration.pipeline.dealing import Dealings
from tests.integration.pipeline.winning import (
    RIVAL,
    learn,
    listed,
    live,
    model_of,
    score_all,
    silence,
    sweep,
    win,
    yuan,
)
from tests.support.clock import NOON, FixedClock

OPPORTUNITIES = 80


@pytest.fixture
def dealings(house: PipelineHouse) -> Dealings:
    return Dealings(house, house.boss)


def adds_up(opportunity: opportunity_pb2.Opportunity) -> bool:
    probability = opportunity.win_chance.probability
    weights = [float(reason.parameters["weight"]) for reason in opportunity.win_chance.reasons]
    return math.isclose(math.fsum(weights), math.log(probability / (1 - probability)), abs_tol=0.002)


async def test_below_the_minimum_sample_the_chance_is_that_of_the_stage_and_says_so(
    house: PipelineHouse, clock: FixedClock
) -> None:
    assert [reason.code for reason in (await model_of(house)).learning.silence] == ["WIN_NEVER_LEARNT"]
    await live(house, clock, opportunities=30)
    assert await learn(house)
    await score_all(house, clock)
    model = await model_of(house)
    assert (model.number, model.learning.outcomes, model.learning.happened) == (0, 30, 15)
    assert not model.HasField("card")
    dealings = Dealings(house, house.boss)
    shown = await dealings.get(await dealings.open())
    assert (shown.win_chance.probability, shown.win_chance.model, silence(shown)) == (0.2, 0, ["WIN_TOO_FEW_OUTCOMES"])
    assert yuan(shown.expected_amount) == (20_000, 0)
    assert "30" in shown.win_chance.silence[0].text
    assert "所处阶段" in shown.win_chance.silence[0].text


async def test_opportunities_are_scored_by_what_was_learnt_and_the_reasons_add_up(
    house: PipelineHouse, clock: FixedClock
) -> None:
    await live(house, clock, opportunities=OPPORTUNITIES)
    assert await learn(house)
    dealings = Dealings(house, house.boss)
    free, rivalled = await dealings.open(close=None), await dealings.open(close=None, **RIVAL)
    assert silence(free) == ["WIN_NOT_SCORED_YET"]
    await sweep(house, clock, "score opportunities")
    free, rivalled = await dealings.get(free), await dealings.get(rivalled)
    assert free.win_chance.probability > 0.7
    assert rivalled.win_chance.probability < 0.3
    assert (free.win_chance.model, silence(free)) == (1, [])
    assert adds_up(free)
    assert adds_up(rivalled)
    codes = [reason.code for reason in free.win_chance.reasons]
    assert codes[:2] == ["WIN_BASE", "WIN_COMPETITOR"]
    english = Dealings(house, house.as_member(DIRECTOR, Scope.ALL, locale="en"))
    texts = [reason.text for reason in (await english.get(free)).win_chance.reasons]
    assert any(text.startswith("A competitor is known (no): ") for text in texts)
    assert any(reason.text.startswith("已知竞争对手（否）：") for reason in free.win_chance.reasons)


async def test_what_is_expected_is_the_amount_times_the_learnt_probability_and_classes_it(
    house: PipelineHouse, clock: FixedClock
) -> None:
    await live(house, clock, opportunities=OPPORTUNITIES)
    await learn(house)
    dealings = Dealings(house, house.boss)
    free, rivalled = (
        await dealings.open(close=None, units=200_000),
        await dealings.open(close=None, units=200_000, **RIVAL),
    )
    assert (free.value_class, yuan(free.expected_amount)) == ("B", (40_000, 0))
    await sweep(house, clock, "score opportunities")
    free, rivalled = await dealings.get(free), await dealings.get(rivalled)
    share = round(free.win_chance.probability * 10_000)
    assert yuan(free.expected_amount) == (20 * share, 0)
    assert free.value_class == "A"
    assert yuan(free.weighted_amount) == (40_000, 0)
    assert rivalled.expected_amount.units < free.expected_amount.units


async def test_the_model_in_force_shows_its_card_beside_its_rivals_and_an_event_tells_of_it(
    house: PipelineHouse, clock: FixedClock
) -> None:
    await live(house, clock, opportunities=OPPORTUNITIES)
    await learn(house)
    model = await model_of(house)
    assert (model.number, model.learning.outcomes, model.learning.happened) == (1, OPPORTUNITIES, OPPORTUNITIES // 2)
    assert list(model.learning.silence) == []
    assert (model.card.learnt_from, model.card.judged_on) == (64, 16)
    assert model.card.model.auc > 0.8 > model.card.constant.auc == 0.5
    assert model.card.model.brier < model.card.constant.brier
    async with house.engine.connect() as connection:
        told = select(outbox.c.payload).where(outbox.c.subject == "millrace.pipeline.v1.win_model.learned")
        event = ModelLearned.FromString((await connection.execute(told)).scalar_one())
    assert (event.model.number, event.model.card) == (1, model.card)


async def test_a_model_learns_from_what_was_known_at_a_moment_and_from_nothing_later(
    house: PipelineHouse, dealings: Dealings, clock: FixedClock
) -> None:
    opened = await dealings.open(close=None)
    uuid = UUID(opened.name.partition("/")[2])
    clock.travel(days=130)
    dealings = Dealings(house, house.boss)
    await dealings.document(opened)
    await dealings.move(opened, "quote")
    await dealings.lose(opened, competitor="对手软件")
    async with house.engine.connect() as connection:
        read = Read(connection, clock.now(), ACCOUNT)
        (ending,), following = await endings(read, beginning(clock.now()))
    assert following is None
    assert (ending.moment, ending.won, ending.close_time) == (observed_at(uuid, NOON), False, clock.now())
    known = [step for step in remember(ending.events) if step.time <= ending.moment]
    assert [(step.is_open, step.stage, step.evidence, step.has_competitor) for step in known] == [
        (True, "need", 0, False)
    ]


async def test_what_was_closed_before_the_moment_drawn_for_it_teaches_nothing(
    house: PipelineHouse, dealings: Dealings, clock: FixedClock
) -> None:
    await dealings.lose(await dealings.open())
    async with house.engine.connect() as connection:
        found, _ = await endings(Read(connection, clock.now(), ACCOUNT), beginning(clock.now()))
    assert list(found) == []


async def test_a_model_is_learnt_once_a_day(house: PipelineHouse, clock: FixedClock) -> None:
    await live(house, clock, opportunities=OPPORTUNITIES)
    assert await learn(house)
    assert not await learn(house)
    clock.travel(hours=25)
    assert await learn(house)
    assert (await model_of(house)).number == 2


async def test_of_two_processes_that_begin_at_once_one_learns(house: PipelineHouse) -> None:
    assert sorted(await asyncio.gather(learn(house), learn(house))) == [False, True]


async def test_whoever_was_killed_while_he_learnt_is_followed_by_another_after_an_hour(
    house: PipelineHouse, clock: FixedClock
) -> None:
    begun = await carry_out(
        house.parts.store, ACCOUNT, action="learn", use_case=lambda work: begin_learning(work, models=WIN_MODELS)
    )
    assert begun
    clock.travel(minutes=59)
    assert not await learn(house)
    clock.travel(minutes=1)
    assert await learn(house)
    assert [each.code for each in (await model_of(house)).learning.silence] == ["WIN_TOO_FEW_OUTCOMES"]


async def test_a_new_model_and_a_new_day_score_the_whole_stock_anew(house: PipelineHouse, clock: FixedClock) -> None:
    await live(house, clock, opportunities=OPPORTUNITIES)
    dealings = Dealings(house, house.boss)
    opened = await dealings.open(close=None)
    await sweep(house, clock)
    assert (await dealings.get(opened)).win_chance.model == 0
    await learn(house)
    await score_all(house, clock)
    first = (await dealings.get(opened)).win_chance
    assert first.model == 1
    clock.travel(days=1)
    await score_all(house, clock)
    second = (await Dealings(house, house.boss).get(opened)).win_chance
    assert second.score_time.ToDatetime() > first.score_time.ToDatetime()
    assert await sweep(house, clock) == 0


async def test_one_that_is_won_or_lost_has_no_chance_and_nothing_is_expected_of_it(
    house: PipelineHouse, dealings: Dealings, clock: FixedClock
) -> None:
    gone, gained = await dealings.open(units=900_000), await dealings.open()
    lost = await dealings.lose(gone)
    assert (silence(lost), lost.win_chance.HasField("probability")) == (["WIN_OPPORTUNITY_CLOSED"], False)
    assert not lost.HasField("expected_amount")
    await win(house, gained)
    assert silence(await dealings.get(gained)) == ["WIN_OPPORTUNITY_CLOSED"]
    await sweep(house, clock, "score opportunities")
    assert (await listed(house, filter="win_probability >= 0")).total_size == 0
    assert (await listed(house, filter="expected_amount >= 0")).total_size == 0
    by_chance = await listed(house, order_by="expected_amount desc")
    assert len(by_chance.opportunities) == 2
    assert lost.value_class == "A"


async def test_one_that_is_worked_on_again_has_the_chance_of_its_stage(
    house: PipelineHouse, dealings: Dealings
) -> None:
    opened = await dealings.open()
    lost = await dealings.lose(opened)
    again = await dealings.stub.ReopenOpportunity(ReopenOpportunityRequest(name=lost.name), **house.boss)
    assert (again.win_chance.probability, silence(again)) == (0.2, ["WIN_NEVER_LEARNT"])


async def test_lists_are_sorted_and_filtered_by_chance_and_by_what_is_expected(
    house: PipelineHouse, clock: FixedClock
) -> None:
    await live(house, clock, opportunities=OPPORTUNITIES)
    await learn(house)
    dealings = Dealings(house, house.boss)
    await dealings.open(close=None, units=100_000, display_name="近")
    await dealings.open(close=None, units=900_000, display_name="大", **RIVAL)
    await dealings.open(close=None, units=10_000, display_name="小", **RIVAL)
    await sweep(house, clock, "score opportunities")
    is_open = "state = OPPORTUNITY_STATE_OPEN"
    by_chance = await listed(house, filter=is_open, order_by="win_probability desc", page_size=2)
    rest = await listed(
        house, filter=is_open, order_by="win_probability desc", page_size=2, page_token=by_chance.next_page_token
    )
    shown = [*by_chance.opportunities, *rest.opportunities]
    told = [each.win_chance.probability for each in shown]
    assert (len(shown), told) == (3, sorted(told, reverse=True))
    assert shown[0].display_name == "近"
    assert not any(each.win_chance.reasons for each in shown)
    expected = [each.display_name for each in (await listed(house, order_by="expected_amount desc")).opportunities[:3]]
    assert expected == _by_expectation(shown)
    probable = await listed(house, filter="win_probability >= 0.5")
    assert [each.display_name for each in probable.opportunities] == ["近"]
    small = await listed(house, filter="expected_amount < 10000 AND rotting = false", order_by="expected_amount")
    assert [each.display_name for each in small.opportunities] == ["小"]
    full = await listed(house, order_by="win_probability desc", page_size=1, view=OPPORTUNITY_VIEW_FULL)
    assert adds_up(full.opportunities[0])


def _by_expectation(shown: list[opportunity_pb2.Opportunity]) -> list[str]:
    return [each.display_name for each in sorted(shown, key=lambda each: -each.expected_amount.units)]


async def test_whoever_may_not_see_money_is_told_neither_what_is_expected_nor_what_the_amount_adds(
    house: PipelineHouse, clock: FixedClock
) -> None:
    await _live_by_amount(house, clock)
    await learn(house)
    dealings = Dealings(house, house.boss)
    opened = await dealings.open(close=None, units=900_000)
    await sweep(house, clock, "score opportunities")
    told = await dealings.get(opened)
    poor = Dealings(house, house.as_member(DIRECTOR, Scope.ALL, may=("pipeline.read",)))
    shown = await poor.get(opened)
    codes = [{reason.code for reason in each.win_chance.reasons} for each in (told, shown)]
    assert codes[0] - codes[1] == {"WIN_AMOUNT"}
    assert (shown.HasField("expected_amount"), shown.value_class) == (False, "")
    assert shown.win_chance.probability == told.win_chance.probability


async def _live_by_amount(house: PipelineHouse, clock: FixedClock) -> None:
    dealings = Dealings(house, house.boss)
    amounts = [units + number for number in range(OPPORTUNITIES // 2) for units in (900_000, 9_000)]
    opened = [await dealings.open(close=None, units=units) for units in amounts]
    clock.travel(days=125)
    dealings = Dealings(house, house.boss)
    for large, small in zip(opened[::2], opened[1::2], strict=True):
        await win(house, large)
        await dealings.lose(small)


async def test_an_opportunity_that_a_release_before_opened_stands_in_lists_after_the_next_walk(
    house: PipelineHouse, dealings: Dealings, clock: FixedClock
) -> None:
    opened = await dealings.open()
    async with house.engine.begin() as connection:
        await connection.execute(delete(WIN_CHANCES))
    assert (await dealings.get(opened)).win_chance.probability == 0.2
    await score_all(house, clock)
    assert [each.name for each in (await listed(house, order_by="expected_amount")).opportunities] == [opened.name]


async def test_the_events_of_an_opportunity_tell_what_is_learnt_from(
    house: PipelineHouse, dealings: Dealings, clock: FixedClock
) -> None:
    opened = await dealings.open()
    await dealings.document(opened)
    await dealings.move(opened, "quote")
    clock.travel(days=2)
    await Dealings(house, house.boss).move(opened, "need")
    async with house.engine.connect() as connection:
        told = select(outbox.c.event_type, outbox.c.payload).where(outbox.c.aggregate_type == "opportunity")
        rows = (await connection.execute(told.order_by(outbox.c.version))).all()
    moved = [opportunity_events_pb2.OpportunityMoved.FromString(row.payload) for row in rows[-1:]]
    assert moved[0].move == opportunity_events_pb2.STAGE_MOVE_BACK
    async with house.engine.connect() as connection:
        lives = await lives_of(Read(connection, clock.now(), ACCOUNT), [UUID(opened.name.partition("/")[2])])
    steps = remember(next(iter(lives.values())))
    assert [(step.stage, step.evidence, step.moved_back) for step in steps] == [
        ("need", 0, False),
        ("need", 1, False),
        ("quote", 1, False),
        ("need", 1, True),
    ]
    assert (steps[0].amount, steps[0].tier, steps[0].source) == (100_000, "key", "hand")
