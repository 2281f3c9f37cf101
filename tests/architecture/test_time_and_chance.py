"""Time and ids come in as arguments, so that a test travels by setting one clock."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import parsed, shown, sources

CLOCK_OF_THE_DATABASE = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|gen_random_uuid|uuidv7)\s*\(|\bcurrent_(timestamp|date|time)\b",
    re.IGNORECASE,
)
STATEMENT = re.compile(r"^\s*(select|insert|update|delete|with|create|alter|set|lock)\b", re.IGNORECASE)
IMPURE = {
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "uuid4",
    "uuid.uuid4",
    "time.time",
    "os.environ",
    "os.getenv",
}


def strings(path: Path) -> Iterator[ast.Constant]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def dotted(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def test_no_statement_asks_the_clock_of_the_database() -> None:
    found = [
        f"{shown(path)}:{text.lineno}"
        for path in sources("chassis", "services")
        for text in strings(path)
        if STATEMENT.search(str(text.value)) and CLOCK_OF_THE_DATABASE.search(str(text.value))
    ]
    assert found == []


def test_no_expression_asks_the_clock_of_the_database() -> None:
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in sources("chassis", "services")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and dotted(node) in {"func.now", "sa.func.now", "func.current_timestamp"}
    ]
    assert found == []


def test_no_column_has_a_default_of_the_database() -> None:
    found = [
        f"{shown(path)}:{keyword.value.lineno}"
        for path in sources("chassis", "services")
        for keyword in ast.walk(parsed(path))
        if isinstance(keyword, ast.keyword) and keyword.arg == "server_default"
    ]
    assert found == []


def test_domain_and_application_take_time_ids_and_settings_as_arguments() -> None:
    rules = [path for path in sources("services", "trade") if {"domain", "application", "trade"} & set(path.parts)]
    found = [
        f"{shown(path)}:{node.lineno} {dotted(node)}"
        for path in rules
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in IMPURE
    ]
    assert found == []
