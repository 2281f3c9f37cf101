"""The permissions that can be granted are those that something asks for, no more and no less."""

import re
from pathlib import Path

from services.directory.defaults import default_roles
from services.directory.domain.role import PERMISSIONS

ROOT = Path(__file__).parents[3]
PERMISSION = re.compile(r'"([a-z_]+[.][a-z_]+)"')


def _asked_by_methods() -> set[str]:
    """What stands in the access rules and masks of the contracts."""
    contracts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "protos").rglob("*.proto"))
    rules = re.findall(r"(?:permission|sees): (?:\[[^]]*\]|\"[^\"]*\")", contracts)
    return set(PERMISSION.findall("".join(rules)))


def _asked_of_approvers() -> set[str]:
    """Who may decide is asked row by row, by no rule of a contract."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("application/*.py"))
    return set(PERMISSION.findall("".join(re.findall(r"ApproverRule\(permission=\"[^\"]*\"", code))))


def test_every_permission_that_is_asked_for_can_be_granted() -> None:
    assert (_asked_by_methods() | _asked_of_approvers()) - set(PERMISSIONS) == set()


def test_every_permission_that_can_be_granted_is_asked_for() -> None:
    assert set(PERMISSIONS) - _asked_by_methods() - _asked_of_approvers() == set()


def test_the_roles_of_a_new_installation_have_permissions_that_there_are() -> None:
    granted = {permission for role in default_roles().values() for permission in role.grants}
    assert granted == set(PERMISSIONS)


def test_legal_words_contracts_and_decides_nothing_about_prices() -> None:
    granted = default_roles()["legal"].grants
    assert "contracts.legal" in granted
    assert not {"contracts.admin", "contracts.approve", "contracts.write"} & set(granted)


def test_whoever_leads_others_takes_lists_out_and_whoever_sells_himself_does_not() -> None:
    exporting = {key for key, role in default_roles().items() if "leads.export" in role.grants}
    assert exporting == {"sales_manager", "regional_manager", "sales_director", "marketing", "administrator"}
