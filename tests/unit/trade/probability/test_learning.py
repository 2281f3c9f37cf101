"""What is learnt is held against the truth of an invented world, and against rivals on later records."""

import json
from dataclasses import asdict

import pytest

from tests.unit.trade.probability.worlds import world
from trade.probability.card import auc, expected_calibration_error, judge
from trade.probability.features import Row
from trade.probability.learning import Learned, learn, predict
from trade.probability.model import Model
from trade.probability.sample import TooFewOutcomes

NEW, HAPPENED, TRUE = world(3000, seed=99)


@pytest.fixture(scope="module")
def learned() -> Learned:
    rows, outcomes, _ = world(1500, seed=1)
    return learn(rows, outcomes)


@pytest.fixture(scope="module")
def promised(learned: Learned) -> list[float]:
    return [learned.model.judge(row).probability for row in NEW]


def test_new_records_are_ranked_nearly_as_by_who_knows_the_truth(promised: list[float]) -> None:
    assert auc(promised, HAPPENED) > auc(TRUE, HAPPENED) - 0.02


def test_what_is_promised_comes_true(promised: list[float]) -> None:
    assert expected_calibration_error(promised, HAPPENED) < 0.025
    assert sum(promised) == pytest.approx(sum(HAPPENED), rel=0.12)


def test_the_reasons_of_every_record_add_up_to_what_is_promised(learned: Learned) -> None:
    for row in NEW[:200]:
        opinion = learned.model.judge(row)
        assert opinion.base + sum(opinion.parts.values()) == pytest.approx(opinion.logit, abs=1e-9)
    assert learned.model.share > 0, "the world wants trees, so that their reasons are among those"


def test_the_reasons_name_what_the_world_turns_on(learned: Learned) -> None:
    opinion = learned.model.judge({"visits": 12, "industry": "医疗", "budget": 300_000, "source": "a"})
    assert {name for name, part in opinion.reasons(3) if part > 0} == {"visits", "industry", "budget"}


def test_a_model_kept_as_json_answers_the_same(learned: Learned) -> None:
    kept = Model.from_mapping(json.loads(json.dumps(learned.model.to_mapping())))
    assert [kept.judge(row) for row in NEW[:100]] == [learned.model.judge(row) for row in NEW[:100]]


def test_the_card_stands_beside_the_constant_and_naive_bayes(learned: Learned) -> None:
    card = learned.card
    assert (card.learnt_from, card.judged_on) == (1200, 300)
    assert card.is_of_use
    assert card.model.brier < card.naive_bayes.brier
    assert card.model.brier < card.constant.brier
    assert card.model.lift > 2


def test_fewer_than_five_hundred_are_learnt_from_by_a_line_alone() -> None:
    rows, outcomes, _ = world(400, seed=5)
    model = learn(rows, outcomes).model
    assert model.share == 0
    assert not model.trees.trees
    assert auc([model.judge(row).probability for row in NEW], HAPPENED) > 0.72


@pytest.mark.parametrize(("records", "wins"), [(49, 20), (200, 9), (200, 191)])
def test_too_few_outcomes_teach_nothing(records: int, wins: int) -> None:
    rows: list[Row] = [{"visits": number} for number in range(records)]
    with pytest.raises(TooFewOutcomes, match=f"{records} outcomes, {wins} of them won"):
        learn(rows, [number < wins for number in range(records)])


def test_what_is_written_down_after_the_outcome_is_refused() -> None:
    rows, outcomes, _ = world(300, seed=3)
    told: list[Row] = [{**row, "won_by": "张伟" if won else None} for row, won in zip(rows, outcomes, strict=True)]
    assert learn(told, outcomes).card.refused == ("won_by",)
    assert predict(told, outcomes, NEW[:50]) == predict(rows, outcomes, NEW[:50])


def test_records_that_all_look_alike_get_the_base_rate() -> None:
    outcomes = [number % 4 == 0 for number in range(200)]
    assert predict([{"industry": "制造"}] * 200, outcomes, [{"industry": "医疗"}]) == [pytest.approx(0.25, abs=0.01)]


def test_a_card_of_too_few_earlier_records_is_that_of_a_coin() -> None:
    rows, outcomes, _ = world(58, seed=2, shift=-1.0)
    card = learn(rows, outcomes).card
    assert asdict(card.model) == asdict(card.constant)
    assert not card.is_of_use


def test_figures_agree_with_those_of_the_library() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    assert auc(TRUE, HAPPENED) == pytest.approx(metrics.roc_auc_score(HAPPENED, TRUE))
    assert judge(TRUE, HAPPENED).brier == pytest.approx(metrics.brier_score_loss(HAPPENED, TRUE))
