"""A probability as it is told: its reasons add up, the heaviest first."""

import math

from hypothesis import given
from hypothesis import strategies as st

from trade.probability import Part, Score


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=15), st.floats(-3, 3))
def test_the_weights_that_are_shown_add_up_to_the_logit(weights: list[float], base: float) -> None:
    parts = tuple(Part(f"feature{place}", "", weight) for place, weight in enumerate(weights))
    shown = Score(probability=0.5, model=1, base=base, parts=parts).reasons("INTENT")
    assert shown[0].code == "INTENT_BASE"
    total = math.fsum(float(reason.parameters["weight"]) for reason in shown)
    assert math.isclose(total, base + math.fsum(weights), abs_tol=0.0001 * (len(weights) + 1))


def test_the_heaviest_reason_comes_first_after_what_all_have_in_common() -> None:
    parts = (Part("clicks", "1", 0.1), Part("downloads", "2", -0.4))
    shown = Score(probability=0.5, model=1, parts=parts).reasons("INTENT")
    assert [reason.code for reason in shown] == ["INTENT_BASE", "INTENT_DOWNLOADS", "INTENT_CLICKS"]
    assert shown[1].parameters == {"value": "2", "weight": "-0.4000"}


def test_a_probability_that_rests_on_no_model_has_no_reasons() -> None:
    assert Score(probability=0.2).reasons("WIN") == ()
