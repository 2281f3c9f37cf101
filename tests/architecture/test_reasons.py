"""Whoever reads the contracts finds every reason a service refuses by: nobody meets one that is written nowhere."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import ROOT, parsed, sources

SERVICES = sorted(
    path.name for path in (ROOT / "protos" / "millrace").iterdir() if (ROOT / "services" / path.name).is_dir()
)
_WORD = re.compile(r"\b[A-Z][A-Z0-9_]+\b")
# Met by no caller: of the command that makes the first administrator, and of a rule that its callers ask before.
_MET_BY_NOBODY = {"ADMINISTRATOR_EXISTS", "INSTALMENT_TOUCHED"}


def named(service: str) -> set[str]:
    """Every word in capitals in the service's contracts."""
    contracts = (ROOT / "protos" / "millrace" / service).rglob("*.proto")
    return {word for path in contracts for word in _WORD.findall(path.read_text(encoding="utf-8"))}


def raised(service: str) -> Iterator[str]:
    """The constant reason of every refusal the service declares."""
    for path in sources(f"services/{service}"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef):
                yield from filter(None, map(_reason, node.body))


def _reason(statement: ast.stmt) -> str | None:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Constant):
        return None
    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return str(statement.value.value) if names == ["reason"] else None


@pytest.mark.parametrize("service", SERVICES)
def test_every_reason_of_a_service_stands_in_its_contracts(service: str) -> None:
    reasons = set(raised(service))
    assert reasons
    assert sorted(reasons - named(service) - _MET_BY_NOBODY) == []
