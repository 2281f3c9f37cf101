"""The gate applies each version once and in order, whatever order and repetition it is delivered in (G6, G7)."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chassis.consumer.event import Event
from chassis.consumer.gate import Gap, pass_gate


def event(aggregate: str, version: int) -> Event:
    return Event(
        id=f"{aggregate}-{version}",
        subject="millrace.leads.v1.lead.updated",
        type="x",
        aggregate=aggregate,
        version=version,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        payload=b"",
        message=None,
    )


def test_the_next_version_passes_and_an_older_one_is_skipped() -> None:
    passed = pass_gate([event("a", 1), event("a", 2), event("a", 3)], applied={"a": 1}, parked=())
    assert [e.version for e in passed.apply] == [2, 3]
    assert passed.versions == {"a": 3}


def test_a_later_version_is_a_gap_and_what_follows_waits() -> None:
    passed = pass_gate([event("a", 4), event("a", 5), event("b", 1)], applied={"a": 1}, parked=())
    assert passed.gaps == (Gap("a", 2, 3),)
    assert [e.aggregate for e in passed.apply] == ["b"]


def test_events_of_a_parked_aggregate_are_kept_and_not_applied() -> None:
    passed = pass_gate([event("a", 2), event("b", 1)], applied={}, parked=["a"])
    assert [e.aggregate for e in passed.parked] == ["a"]
    assert [e.aggregate for e in passed.apply] == ["b"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 6)), max_size=60))
def test_whatever_is_delivered_each_aggregate_advances_without_hole_or_repeat(order: list[tuple[str, int]]) -> None:
    applied: dict[str, int] = {}
    seen: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    for aggregate, version in order:
        passed = pass_gate([event(aggregate, version)], applied=applied, parked=())
        applied.update(passed.versions)
        for each in passed.apply:
            seen[each.aggregate].append(each.version)
    for versions in seen.values():
        assert versions == list(range(1, len(versions) + 1))
