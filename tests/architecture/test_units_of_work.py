"""A unit of work is begun and ended by the chassis alone, and nobody leaves it by a door that is not watched."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import parsed, shown, sources

ENDING = {"commit", "rollback", "begin_nested"}
DOORS = {"insecure_channel", "secure_channel"}


def called(path: Path) -> Iterator[tuple[str, ast.Attribute]]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.func


def test_no_service_begins_commits_or_undoes_a_transaction() -> None:
    found = [
        f"{shown(path)}:{where.lineno} {ast.unparse(where)}"
        for path in sources("services")
        for name, where in called(path)
        if name in ENDING or (name == "begin" and ast.unparse(where.value) != "work")
    ]
    assert found == []


def test_every_channel_is_opened_where_it_is_guarded() -> None:
    opened = {
        shown(path) for path in sources("chassis", "services", "gateway") for name, _ in called(path) if name in DOORS
    }
    assert opened == {"chassis/channels.py"}
