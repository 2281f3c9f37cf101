"""`millrace leads look-up` tells where a customer is known and whom to ask (查重查询)."""

import io
from typing import Any

import pytest
from rich.console import Console

from gateway.cli import looking
from gateway.cli.talk import Refused

NOBODY: dict[str, Any] = {"exists": False, "inPool": False, "teamDisplayName": "", "remainingLookUps": 299}
WORKED = {**NOBODY, "exists": True, "teamDisplayName": "杭州团队"}


def shown(found: looking.Found) -> str:
    console = Console(file=io.StringIO(), width=120, record=True)
    looking.print_found(found, console)
    return console.export_text()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (NOBODY, "not known"),
        (WORKED, "somebody works it"),
        ({**WORKED, "inPool": True, "teamDisplayName": ""}, "may be claimed"),
        ({**WORKED, "isCustomer": True}, "is a customer now"),
        ({**WORKED, "protectionEndTime": "2026-08-12T00:00:00Z"}, "protected until 2026-08-12"),
    ],
)
def test_it_says_how_the_customer_stands(told: dict[str, Any], words: str) -> None:
    assert words in shown({"leads": told})


def test_leads_and_customers_each_name_the_team_to_ask() -> None:
    lines = shown({"leads": NOBODY, "customers": WORKED}).splitlines()
    assert any("leads" in line and "—" in line for line in lines)
    assert any("customers" in line and "杭州团队" in line for line in lines)


@pytest.mark.parametrize("told", [{}, {"company": "云帆", "phone": "13805718000"}])
def test_one_looks_up_by_one_thing(told: dict[str, str]) -> None:
    everything = {"company": "", "phone": "", "email": "", "credit_code": "", **told}
    with pytest.raises(Refused):
        looking.wanted(**everything)
