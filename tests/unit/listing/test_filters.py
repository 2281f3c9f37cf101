"""The filter language."""

import pytest

from chassis.listing import FilterInvalid
from chassis.listing.filters import Comparison, Junction, Negation, parse_filter

A, B, C = (Comparison(field, "=", "1") for field in "abc")


def test_an_empty_filter_states_nothing() -> None:
    assert parse_filter("  ") is None


def test_or_binds_tighter_than_and() -> None:
    assert parse_filter("a = 1 AND b = 1 OR c = 1") == Junction("AND", (A, Junction("OR", (B, C))))


def test_parentheses_and_not_are_kept() -> None:
    assert parse_filter("NOT (a=1 AND b=1) OR c=1") == Junction("OR", (Negation(Junction("AND", (A, B))), C))


def test_a_field_may_be_written_as_in_json() -> None:
    assert parse_filter('createTime:* AND team = "teams/A"') == parse_filter('create_time:* AND team = "teams/A"')


def test_a_text_may_hold_anything() -> None:
    assert parse_filter(r'a:"x \" AND (y" ') == Comparison("a", ":", 'x " AND (y')


def test_an_instant_needs_no_quotes_when_it_holds_no_colon() -> None:
    assert parse_filter("a >= 2026-01-01") == Comparison("a", ">=", "2026-01-01")


@pytest.mark.parametrize("wrong", ["a", "a =", "= 1", "a = 1 AND", "(a = 1", "a = 1)", "a = 1 b = 1", 'a = "x', "NOT"])
def test_what_is_no_filter_is_refused(wrong: str) -> None:
    with pytest.raises(FilterInvalid):
        parse_filter(wrong)


def test_a_filter_of_endless_depth_is_refused() -> None:
    with pytest.raises(FilterInvalid):
        parse_filter("(" * 50 + "a = 1" + ")" * 50)


def test_a_filter_of_endless_length_is_refused() -> None:
    with pytest.raises(FilterInvalid):
        parse_filter(" AND ".join(["a = 1"] * 200))
