"""Tables of Markdown."""

from collections.abc import Iterable, Sequence

MADE = "Made from the code by `make reference`; a test keeps it true."


def page(title: str, opening: str, *parts: str) -> str:
    """A page: title, what it is, its parts."""
    return "\n\n".join([f"# {title}", f"{opening} {MADE}", *parts]) + "\n"


def section(title: str, table: str) -> str:
    """A part of a page."""
    return f"## {title}\n\n{table}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar or a line break in a cell does not break it."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: str) -> str:
    """A text as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
