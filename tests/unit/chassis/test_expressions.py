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
    with pytest.raises(ConditionWrong) as wrong:
        VOCABULARY.compile("count + 1")
    assert wrong.value.problem == "condition_no_truth"


@pytest.mark.parametrize(
    ("text", "problem", "line", "column", "parameters"),
    [
        ("cuont > 3", "condition_unknown", 1, 1, {"name": "cuont"}),
        ("count > 3 &&\n wrod == 'a'", "condition_unknown", 2, 2, {"name": "wrod"}),
        ("count == 'a'", "condition_types", 1, 7, {"name": "==", "types": "int, string"}),
        ("count in word", "condition_types", 1, 7, {"name": "in", "types": "int, string"}),
        ("size(count) > 1", "condition_types", 1, 5, {"name": "size", "types": "int"}),
        ("count > ", "condition_syntax", 1, 9, {}),
        ("word == 'a", "condition_syntax", 1, 9, {}),
        ("has(custom)", "condition_wrong", 1, 5, {}),
    ],
)
def test_a_condition_that_does_not_compile_is_told_by_its_first_mistake(
    text: str, problem: str, line: int, column: int, parameters: dict[str, str]
) -> None:
    with pytest.raises(ConditionWrong) as wrong:
        VOCABULARY.compile(text)
    assert wrong.value.problem == problem
    assert wrong.value.parameters == {"line": str(line), "column": str(column), **parameters}


def test_a_condition_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ConditionWrong) as wrong:
        VOCABULARY.compile(f"{'(' * 300}true{')' * 300}")
    assert wrong.value.problem == "condition_unreadable"
