"""Conditions that administrators write."""

import pytest

from chassis.expressions import ConditionWrong, Vocabulary

VOCABULARY = Vocabulary({"count": "int", "word": "string", "custom": "mapping"})


def test_a_condition_answers_for_each_set_of_values_by_itself() -> None:
    condition = VOCABULARY.compile('count > 3 && word == "a"')
    seen = [{"count": count, "word": word} for count in (3, 4) for word in ("a", "b")]
    assert [condition.holds(values) for values in (*seen, *seen)] == [False, False, True, False] * 2


def test_more_values_than_are_remembered_are_answered_as_well() -> None:
    condition = VOCABULARY.compile("count > 1500")
    assert [condition.holds({"count": count}) for count in (*range(1490, 3000), 1500)][-1] is False


def test_what_cannot_be_evaluated_has_no_answer() -> None:
    assert VOCABULARY.compile('custom["size"] == "big"').holds({"custom": {}}) is None


def test_a_condition_that_is_no_yes_or_no_is_refused() -> None:
    with pytest.raises(ConditionWrong):
        VOCABULARY.compile("count + 1")
