"""What a rule says has happened is told to the others: every event of a change has its publication."""

import ast
import importlib
from collections.abc import Iterator

import pytest

from gateway.settings import SERVICES
from tests.architecture.tree import ROOT


def happened(service: str) -> Iterator[str]:
    """The classes of the events that the domain hands over in a `Change`."""
    for path in sorted(ROOT.glob(f"services/{service}/domain/**/*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("Change"):
                told = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "events")]
                tuples = [events for each in told for events in ast.walk(each) if isinstance(events, ast.Tuple)]
                yield from (_class_of(event) for events in tuples for event in events.elts if _class_of(event))


def _class_of(event: ast.expr) -> str:
    name = ast.unparse(event.func) if isinstance(event, ast.Call) else ""
    return name if name[:1].isupper() else ""


@pytest.mark.parametrize("service", SERVICES)
def test_every_event_of_a_change_is_published(service: str) -> None:
    published = {
        kind.__name__ for kind in importlib.import_module(f"services.{service}.__main__").DEFINITION.publications
    }
    assert set(happened(service)) - published == set()
    assert set(happened(service))
