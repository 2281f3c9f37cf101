"""`millrace customers candidates`, `link` and `refuse`: leads that are likely an existing customer's (已有客户)."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.talk import Talk, named
from gateway.cli.wording import local_time, plain, say, word

_OPEN = "state = ACCOUNT_CANDIDATE_STATE_OPEN"
_COLLECTION = "accountCandidates"


def candidates(talk: Talk, *, condition: str, count: int) -> list[dict[str, Any]]:
    """The leads that are likely an existing customer's, the surest first; those nobody judged where none is named."""
    query = {"filter": condition or _OPEN, "orderBy": "score desc", "pageSize": count}
    found: list[dict[str, Any]] = talk.ask("GET", f"/v1/{_COLLECTION}", params=query)[_COLLECTION]
    return found


def of_lead(lead: str) -> str:
    """The condition of what is said of one lead, but for what was refused."""
    return f'lead = "{lead}" AND state != ACCOUNT_CANDIDATE_STATE_REFUSED'


def link(talk: Talk, candidate: str, *, code: str, note: str) -> dict[str, Any]:
    """Say that the lead is the account's."""
    name = named(_COLLECTION, candidate)
    return talk.ask("POST", f"/v1/{name}:link", body={"disqualifyCode": code, "note": note})


def refuse(talk: Talk, candidate: str) -> dict[str, Any]:
    """Say that they are two customers."""
    return talk.ask("POST", f"/v1/{named(_COLLECTION, candidate)}:refuse", body={})


def print_candidates(found: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of them, each with the name it is judged by; of an account one does not see whom to ask."""
    heads = (say("candidate"), say("company"), say("existing_customer"), say("pair_score"), say("reasons"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for each in found:
        company = f"{plain(each['leadCompanyName'])}\n[dim]{plain(each['lead'])}[/dim]"
        reasons = "\n".join(plain(reason["text"]) for reason in each["reasons"])
        told = f"{plain(each['name'])}\n{word(each['state'])}"
        table.add_row(told, company, _customer(each), f"{each['score']:.2f}", reasons)
    console.print(table)


def _customer(candidate: Mapping[str, Any]) -> str:
    if not candidate["accountExists"]:
        return say("customer_untold")
    if candidate["account"]:
        told = [plain(candidate["accountDisplayName"]), f"[dim]{plain(candidate['account'])}[/dim]"]
    else:
        told = [say("customer_unseen")]
    told.append(say("customer_in_pool") if candidate["accountInPool"] else plain(candidate["accountTeamDisplayName"]))
    until = local_time(candidate.get("accountProtectionEndTime"))
    if until:
        told.append(say("customer_protected", until=until))
    return "\n".join(each for each in told if each)
