"""Which aggregates stand otherwise than was told of them, and that no table is forgotten."""

from uuid import UUID

import pytest

from deploy.local.stack import SERVICES
from tests.faults.kept import Standing, copied_tables, disagreements, kept_tables

ANNA, BO = UUID(int=1), UUID(int=2)


def row(version: int, *, table: str = "members", uuid: UUID = ANNA) -> Standing:
    return Standing(table, uuid, version)


def event(version: int, *, kind: str = "member", uuid: UUID = ANNA, gone: bool = False) -> Standing:
    return Standing(kind, uuid, version, gone)


def test_a_row_at_the_version_of_its_last_event_agrees() -> None:
    assert disagreements([row(3)], [event(3)]) == []


@pytest.mark.parametrize("told", [2, 4])
def test_a_row_at_another_version_than_was_told_is_named_with_both(told: int) -> None:
    assert disagreements([row(3)], [event(told)]) == [
        f"{ANNA} is kept as members at 3 and was told as member at {told}"
    ]


def test_a_row_nobody_told_of_is_named() -> None:
    assert disagreements([row(1)], []) == [f"{ANNA} is kept as members at 1 and was told as nothing"]


def test_an_event_without_its_row_is_named() -> None:
    assert disagreements([], [event(1)]) == [f"{ANNA} is kept as nothing and was told as member at 1"]


def test_an_aggregate_that_may_be_gone_needs_no_row_and_where_it_has_one_stands_as_told() -> None:
    assert disagreements([], [event(2, kind="session", gone=True)]) == []
    assert len(disagreements([row(1)], [event(2, kind="session", gone=True)])) == 1


def test_two_aggregates_of_one_id_are_compared_together() -> None:
    told = [event(2), event(1, kind="credential"), event(1, uuid=BO)]
    assert disagreements([row(2), row(1, table="credentials"), row(1, uuid=BO)], told) == []
    assert len(disagreements([row(2), row(1, uuid=BO)], told)) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_with_an_identity_and_a_version_is_kept_or_a_copy(service: str) -> None:
    assert kept_tables(service)
    assert set(kept_tables(service)).isdisjoint(copied_tables(service))
    assert bool(copied_tables(service)) == (service != "directory")


def test_what_a_life_and_a_house_are_made_of_is_kept() -> None:
    assert set(kept_tables("pipeline")) >= {"accounts", "contacts", "registrations", "opportunities", "approvals"}
    assert set(kept_tables("contracts")) >= {"quotes", "contracts", "instalments", "receipts", "signatures"}
    assert set(kept_tables("directory")) >= {"members", "credentials", "sessions", "roles"}
    assert copied_tables("leads") == ["known_calendars", "known_members", "known_regions", "known_roles", "known_teams"]
