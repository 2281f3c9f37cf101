"""`millrace leads look-up`: whether a customer is known, and whom to ask, without seeing the record (查重查询)."""

from collections.abc import Mapping
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from gateway.cli.talk import Refused, Talk
from gateway.cli.wording import local_time, plain, say

# By what accounts are looked up too; people's mailboxes only leads are.
_OF_ACCOUNTS = frozenset({"companyName", "phone", "creditCode"})
Found = Mapping[str, Mapping[str, Any]]


def wanted(*, company: str, phone: str, email: str, credit_code: str) -> dict[str, str]:
    """The one thing a customer is looked up by; raises Refused for none and for several."""
    told = {"companyName": company, "phone": phone, "email": email, "creditCode": credit_code}
    by = {field: value for field, value in told.items() if value}
    if len(by) != 1:
        raise Refused(say("look_up_by_one"))
    return by


def look_up(talk: Talk, by: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What leads and customers tell of it; of one of the two alone to whoever may not ask the other."""
    places = {"leads": "/v1/leads:lookUp"}
    if _OF_ACCOUNTS.issuperset(by):
        places["customers"] = "/v1/accounts:lookUp"
    answers = {place: _asked(talk, path, by) for place, path in places.items()}
    found = {place: told for place, told in answers.items() if not isinstance(told, Refused)}
    if not found:
        raise next(told for told in answers.values() if isinstance(told, Refused))
    return found


def _asked(talk: Talk, path: str, by: Mapping[str, str]) -> dict[str, Any] | Refused:
    try:
        return talk.ask("POST", path, body=dict(by))
    except Refused as refused:
        if refused.status != httpx.codes.FORBIDDEN:
            raise
        return refused


def print_found(found: Found, console: Console) -> None:
    """A table: where it is known, whom to ask, until when it is protected, and how often one may ask still."""
    table = Table(*(say(head) for head in ("look_up_where", "look_up_known", "look_up_ask", "look_up_remaining")))
    for place, told in found.items():
        table.add_row(say(f"look_up_{place}"), _known(told), _whom(told), str(told["remainingLookUps"]))
    console.print(table)


def _known(told: Mapping[str, Any]) -> str:
    if not told["exists"]:
        return say("look_up_unknown")
    until = local_time(told.get("protectionEndTime"))
    if until:
        return say("look_up_protected", until=until)
    if told.get("isCustomer"):
        return say("look_up_customer")
    return say("look_up_in_pool") if told["inPool"] else say("look_up_worked")


def _whom(told: Mapping[str, Any]) -> str:
    return plain(told["teamDisplayName"]) or "—"
