"""Which tests stay together on one worker, because what they share is started once, and which come first."""

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {"faults", "browser", "architecture"}
LOOKED_AT = {"tests/e2e/test_aggregates.py", "tests/e2e/test_refusals.py"}  # see tests/e2e/conftest.py
APART = "tests/e2e/test_febrl.py"  # each of its tests starts a product of its own
_MODULE_PARTS = 3  # of tests/e2e/test_up.py; what has more is in a folder that shares its product
# Begun in this order; of the product, two first starts are wanted, which two workers make at once.
LONGEST = (
    "tests/architecture/",
    "tests/faults/",
    "tests/e2e/test_scope_matrix.py",
    APART,
    "tests/e2e/test_up.py",
    "tests/browser/",
)


class ByRoom(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Sends the tests of a room to one worker, the longest rooms first."""

    def _split_scope(self, nodeid: str) -> str:
        return room_of(nodeid)


def room_of(nodeid: str) -> str:
    """What a test shares with the others of its room.

    A module of e2e shares its product, or a folder of them; some share one that they only look at, the pages share
    theirs; of the fault proofs, whose processes want the whole machine, one is at work at a time. What is said of the
    code as a whole is read once. Unit tests are too quick to be sent one by one.
    """
    path = nodeid.partition("::")[0]
    folder = PurePath(path).parts[1]
    if folder in TOGETHER:
        return folder
    if path in LOOKED_AT:
        return "looked at"
    if folder == "e2e" and len(PurePath(path).parts) > _MODULE_PARTS:
        return str(PurePath(path).parent)
    return path if folder in {"unit", "e2e"} and path != APART else nodeid


def longest_first(items: list[pytest.Item]) -> None:
    """Put what lasts longest at the beginning, lest one worker waits for the other at the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    found = [place for place, start in enumerate(LONGEST) if item.nodeid.startswith(start)]
    return found[0] if found else len(LONGEST)
