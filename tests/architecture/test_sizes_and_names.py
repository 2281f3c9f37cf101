"""Files and functions stay small, and none bears a name under which everything fits."""

import ast
import re
from pathlib import Path

from tests.architecture.tree import ROOT, functions, parsed, shown, sources

LONGEST_FILE = 300
LONGEST_TEST_FILE = 400
LONGEST_FUNCTION = 50
NINE_IN_TEN = 30
EMPTY_WORDS = {"service", "manager", "helper", "handler", "util", "utils", "common", "base", "core", "misc", "types"}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_outgrows_a_few_screens() -> None:
    allowed = {
        path: LONGEST_TEST_FILE if "tests" in path.relative_to(ROOT).parts else LONGEST_FILE for path in sources()
    }
    assert [f"{shown(path)}: {lines(path)}" for path, most in allowed.items() if lines(path) > most] == []


def test_no_function_outgrows_a_screen() -> None:
    found = [
        f"{shown(path)}:{function.lineno} {function.name}: {length(function)}"
        for path in sources()
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    ]
    assert found == []


def test_nine_functions_in_ten_are_short() -> None:
    lengths = sorted(length(function) for path in sources() for function in functions(path))
    assert lengths[int(len(lengths) * 0.9)] <= NINE_IN_TEN


def test_no_file_bears_an_empty_name() -> None:
    assert [shown(path) for path in sources() if path.stem.split("_")[-1] in EMPTY_WORDS] == []


def test_no_class_bears_an_empty_name() -> None:
    found = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and words(node.name)[-1].lower() in EMPTY_WORDS
    ]
    assert found == []


def words(name: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name) or [name]


def test_every_exception_to_a_check_names_its_rule_and_reason() -> None:
    bare = re.compile(r"#\s*(noqa(?!: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - )|type: ignore(?!\[[a-z-]+(, ?[a-z-]+)*\]))")
    found = [
        f"{shown(path)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if bare.search(line) and path != Path(__file__)
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    found = [shown(path) for path in sources() if later.search(path.read_text(encoding="utf-8"))]
    assert found == []
