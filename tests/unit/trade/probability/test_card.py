"""The four figures of a card, by hand."""

import pytest

from trade.probability.card import auc, expected_calibration_error, judge, lift

ORDER = [number / 100 for number in range(100)]


def test_auc_counts_pairs_in_the_right_order_and_equals_by_half() -> None:
    assert auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == 0.75
    assert auc([0.5, 0.5], [False, True]) == 0.5
    assert auc([0.2, 0.9], [True, True]) == 0.5


def test_lift_is_the_share_of_the_best_tenth_over_the_share_of_all() -> None:
    assert lift(ORDER, [number >= 90 for number in range(100)]) == pytest.approx(10)
    assert lift(ORDER, [number < 10 for number in range(100)]) == 0
    assert lift([0.3] * 100, [number < 10 for number in range(100)]) == pytest.approx(1)


def test_calibration_error_is_the_mean_distance_of_promise_and_share() -> None:
    half = [number % 2 == 0 for number in range(100)]
    assert expected_calibration_error([0.5] * 100, half) == pytest.approx(0)
    assert expected_calibration_error([0.9] * 100, half) == pytest.approx(0.4)


def test_without_a_win_every_figure_has_a_value() -> None:
    judged = judge([0.1] * 10, [False] * 10)
    assert (judged.auc, judged.lift) == (0.5, 1.0)
    assert judged.brier == pytest.approx(0.01)
