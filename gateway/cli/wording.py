"""What the command line says, in the language of the terminal (LANG)."""

import os
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

from rich.markup import escape


@cache
def language() -> str:
    """`zh` or `en`, from LC_ALL, LC_MESSAGES or LANG; English where none says Chinese."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    return "en"


@cache
def _texts() -> dict[str, str]:
    path = Path(__file__).parent / "messages" / f"{language()}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def say(key: str, **values: object) -> str:
    """The text of a key with its values filled in."""
    return _texts()[key].format(**values)


def word(value: str) -> str:
    """A value of a closed list in the reader's words; as it stands where a newer server has more of them."""
    return _texts().get(value) or plain(value)


def plain(text: str) -> str:
    """A value somebody entered, so that it can neither style nor steer the terminal."""
    return escape("".join(each if each.isprintable() else " " for each in text))


def local_time(instant: str | None) -> str:
    """An instant as the clock of the terminal shows it, to the minute; nothing where an older service tells none."""
    if not instant:
        return ""
    try:
        return f"{datetime.fromisoformat(instant).astimezone():%Y-%m-%d %H:%M}"
    except OverflowError:  # the first hours of the year 1 have no local time west of Greenwich, the last none east
        return instant
