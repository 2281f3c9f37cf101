"""The permissions that can be granted are those the methods ask for."""

import re
from pathlib import Path

from services.directory.domain.role import PERMISSIONS

PROTOS = Path(__file__).parents[3] / "protos"


def _rules(contract: str) -> str:
    """What stands in the access rules and masks of a contract."""
    return "".join(re.findall(r"(?:permission|sees): (?:\[[^]]*\]|\"[^\"]*\")", contract))


def test_every_permission_a_method_asks_for_can_be_granted() -> None:
    asked = {
        permission
        for path in PROTOS.rglob("*.proto")
        for permission in re.findall(r'"([a-z_]+[.](?:[a-z_]+))"', _rules(path.read_text(encoding="utf-8")))
    }
    assert asked - set(PERMISSIONS) == set()
