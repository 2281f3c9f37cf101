"""`millrace customers candidates` tells which customer a lead is likely of, or whom to ask (已有客户)."""

import io
from typing import Any

from rich.console import Console

from gateway.cli import customer_candidates

SEEN: dict[str, Any] = {
    "name": "accountCandidates/01",
    "lead": "leads/018f",
    "leadCompanyName": "云帆[red]科技",
    "score": 0.97,
    "state": "ACCOUNT_CANDIDATE_STATE_OPEN",
    "reasons": [{"text": "The same company name (+13.0)"}],
    "account": "accounts/02",
    "accountDisplayName": "杭州云帆科技有限公司",
    "accountExists": True,
    "accountInPool": False,
    "accountTeamDisplayName": "杭州团队",
}
UNSEEN = SEEN | {"account": "", "accountDisplayName": ""}
GONE = UNSEEN | {"accountExists": False, "accountTeamDisplayName": ""}


def shown(*found: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=160, record=True)
    customer_candidates.print_candidates(found, console)
    return console.export_text()


def test_each_candidate_is_told_with_the_name_it_is_judged_by_and_its_reasons() -> None:
    told = [
        "accountCandidates/01",
        "云帆[red]科技",
        "杭州云帆科技有限公司",
        "杭州团队",
        "0.97",
        "The same company name",
    ]
    assert [part for part in told if part not in shown(SEEN)] == []


def test_of_a_customer_one_does_not_see_the_team_is_told_and_no_name() -> None:
    text = shown(UNSEEN)
    assert "杭州团队" in text
    assert "known, not for you to see" in text
    assert "杭州云帆" not in text


def test_of_a_customer_in_the_pool_it_is_told_that_nobody_looks_after_it() -> None:
    assert "nobody looks after it" in shown(SEEN | {"accountInPool": True})


def test_a_customer_that_is_gone_is_told_so() -> None:
    assert "archived, or not told just now" in shown(GONE)
