"""Which tests stay together on one worker, because what they share is started once, and which come first."""

import pytest

ROOMS = {"faults": "faults", "browser": "browser"}
APART = {"test_febrl"}  # each of them starts a product of its own
LONGEST = ("faults", "test_febrl", "test_scope_matrix", "test_up", "browser")


def keep_together(items: list[pytest.Item]) -> None:
    """Give the tests that share a product the mark by which `--dist loadgroup` keeps them on one worker.

    A module of e2e shares its product, the pages share theirs; of the fault proofs, whose processes want the whole
    machine, one is at work at a time. What lasts longest is begun first, lest one worker waits for the other.
    """
    items.sort(key=_place)
    for item in items:
        module, room = item.path.stem, ROOMS.get(item.path.parent.name)
        group = module if item.path.parent.name == "e2e" and module not in APART else room
        if group:
            item.add_marker(pytest.mark.xdist_group(group))


def _place(item: pytest.Item) -> int:
    found = [place for place, name in enumerate(LONGEST) if name in {item.path.stem, item.path.parent.name}]
    return found[0] if found else len(LONGEST)
