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
# What a field of a request can be refused for, whatever the method does with it.
_OF_FIELD = {
    "filter": ("FILTER_INVALID",),
    "order_by": ("ORDER_INVALID",),
    "page_token": ("PAGE_TOKEN_INVALID",),
    "etag": ("STALE_VERSION",),
    "update_mask": ("STALE_VERSION",),
    "name": ("NOT_FOUND",),
    "parent": ("NOT_FOUND",),
    "columns": (
        "IMPORT_FIELD_UNKNOWN",
        "IMPORT_FIELD_TWICE",
        "IMPORT_COLUMN_UNKNOWN",
        "IMPORT_COLUMN_TWICE",
        "IMPORT_WITHOUT_COLUMNS",
    ),
}
# Of methods that do not look at it: short lists are answered whole, an account nobody knows owes nothing.
_NOT_LOOKED_AT = {
    ("ListLeadRuleSets", "page_token"),
    ("ListLeadAssignments", "page_token"),
    ("ListReceiptAllocations", "page_token"),
    ("GetAccountStatement", "name"),
    ("DownloadAccountStatement", "name"),
}
_METHOD = re.compile(r"((?:^ *//[^\n]*\n)+) *rpc (\w+)\((?:stream )?(\w+)\)", re.MULTILINE)
_FIELD = re.compile(r"^  (?:repeated )?[\w.]+ (\w+) = \d+", re.MULTILINE)


def methods() -> dict[str, tuple[str, set[str]]]:
    """Every method with its comment and the fields of its request."""
    found = {}
    for path in (ROOT / "protos" / "millrace").rglob("*.proto"):
        contract = path.read_text(encoding="utf-8")
        for comment, method, request in _METHOD.findall(contract):
            message = re.search(rf"^message {request} \{{\n(.*?)^\}}", contract, re.MULTILINE | re.DOTALL)
            found[method] = (comment, set(_FIELD.findall(message[1])) if message else set())
    return found


METHODS = methods()


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


@pytest.mark.parametrize("method", METHODS)
def test_a_method_names_what_the_fields_of_its_request_can_be_refused_for(method: str) -> None:
    comment, fields = METHODS[method]
    looked_at = [field for field in sorted(fields & _OF_FIELD.keys()) if (method, field) not in _NOT_LOOKED_AT]
    # A reason of its own, such as LEAD_NOT_FOUND, says it as well.
    assert [reason for field in looked_at for reason in _OF_FIELD[field] if reason not in comment] == []


def test_what_is_not_looked_at_still_exists() -> None:
    assert [field for method, field in sorted(_NOT_LOOKED_AT) if field not in METHODS[method][1]] == []
