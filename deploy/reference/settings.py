"""`settings.md`: every variable the processes read, found where `Environment` is asked for it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from deploy.reference.markdown import code, page, section, table
from deploy.reference.tree import EVERYWHERE, part, sources

_OPENING = (
    "What the processes read from their environment. A text may also stand in a file named by `<NAME>_FILE`: secrets "
    "should. `<SERVICE>` is a service's name in capitals, as in `MILLRACE_LEADS_LISTEN`. All mistakes are told at "
    "once, at the start."
)
_READERS = frozenset({"address", "text", "whole", "zone"})

_ENDS = ("least", "most")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Setting:
    """A variable: who reads it, its default (None where it must be set), what it means, between what it lies."""

    part: str
    name: str
    default: str | None
    meaning: str
    ends: tuple[str, ...] = ()


# Read by the library that reads the command line.
_TYPED = (
    Setting(
        part="The command line",
        name="MILLRACE_PASSWORD",
        default="",
        meaning="the password of `millrace sign-in`; else it asks",
    ),
)


def settings() -> str:
    """The page."""
    ordered = sorted(set(found()), key=lambda each: (each.part != EVERYWHERE, each.part, each.name))
    parts = [
        section(title, table(("Variable", "Default", "Meaning"), [_row(each) for each in group]))
        for title, group in groupby(ordered, key=lambda each: each.part)
    ]
    return page("Settings", _OPENING, *parts)


def found() -> Iterator[Setting]:
    """Every variable that some file asks for."""
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and (means := _means(call)) is not None:
                yield _setting(path, tree, call, _text(means, tree))
    yield from _TYPED


def _setting(path: Path, tree: ast.Module, call: ast.Call, meaning: str) -> Setting:
    default = _text(call.args[1], tree) if len(call.args) > 1 else None
    ends = tuple(_text(each.value, tree) for each in call.keywords if each.arg in _ENDS)
    return Setting(part=part(path), name=_text(call.args[0], tree), default=default, meaning=meaning, ends=ends)


def _means(call: ast.Call) -> ast.expr | None:
    """What the reader says the variable means; None for any other call."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _READERS:
        return None
    return next((each.value for each in call.keywords if each.arg == "means"), None)


def _text(node: ast.expr, tree: ast.Module) -> str:
    """A literal as it is, a constant by its value, and what is filled in by what it is or as `<SERVICE>`."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each, tree) for each in node.values)
    if isinstance(node, ast.FormattedValue):
        known = isinstance(node.value, ast.Name) and _assigned(node.value.id, tree) is not None
        return _text(node.value, tree) if known else "<SERVICE>"
    if isinstance(node, ast.Name):
        value = _assigned(node.id, tree)
        if value is None:
            raise ValueError(f"the page cannot tell what {node.id} stands for")
        return _text(value, tree)
    return str(ast.literal_eval(node))


def _assigned(name: str, tree: ast.Module) -> ast.expr | None:
    """The literal that a name stands for in the file; None where it is none, or several."""
    found = [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in each.targets)
    ]
    return found[0] if len(found) == 1 and isinstance(found[0], ast.Constant) else None


def _row(setting: Setting) -> tuple[str, str, str]:
    default = "must be set" if setting.default is None else code(setting.default)
    span = f" ({' to '.join(setting.ends)})" if setting.ends else ""
    return code(setting.name), default, f"{setting.meaning}{span}"
