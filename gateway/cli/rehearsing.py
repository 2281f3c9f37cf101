"""`millrace leads rehearse-assignment`: who would have got which leads by other rules."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Column, Table

from gateway.cli.showing import NameOf
from gateway.cli.talk import Refused, Talk
from gateway.cli.wording import local_time, plain, say


def read_rules(path: Path) -> dict[str, Any]:
    """The rules in a file, as TOML or JSON; raises Refused."""
    if not path.is_file():
        raise Refused(say("no_file", path=path))
    text = path.read_text(encoding="utf-8")
    try:
        body = orjson.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (orjson.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(say("rules_unreadable", path=path, text=error)) from None
    found: dict[str, Any] = body
    return found


def rehearse(talk: Talk, rules: Mapping[str, Any], *, days: int) -> dict[str, Any]:
    """What the rules would have made of the decisions of the last days."""
    return talk.ask("POST", "/v1/leadAssignmentRules:rehearse", body={"body": rules, "days": days})


def print_rehearsal(told: Mapping[str, Any], name_of: NameOf, console: Console) -> None:
    """How many leads each got and would have got, and the newest that would have gone to somebody else."""
    shares = Table(say("owner"), say("leads_got"), say("leads_would_get"), say("difference"))
    for share in told["shares"]:
        got, would = share["leadCount"], share["rehearsedLeadCount"]
        member = name_of(share["member"]) if share["member"] else say("nobody")
        shares.add_row(plain(share["displayName"]) or member, f"{got:,}", f"{would:,}", f"{would - got:+,}")
    console.print(shares)
    if told["differing"]:
        console.print(_differing(told, name_of))
    counted = {
        "decisions": told["decisionCount"],
        "differing": told["differingCount"],
        "unknown": told["notReconstructedCount"],
    }
    console.print(say("rehearsed", **counted), soft_wrap=True)


def _differing(told: Mapping[str, Any], name_of: NameOf) -> Table:
    heads = (say("time"), say("lead_name"), say("grade"), say("owner"), say("would_own"), say("why"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for each in told["differing"]:
        got, would = (name_of(each[key]) if each[key] else say("nobody") for key in ("member", "rehearsedMember"))
        reasons = "\n".join(plain(reason["text"]) for reason in each["rehearsedReasons"])
        grade = each["grade"].removeprefix("GRADE_")
        table.add_row(local_time(each["time"]), plain(each["lead"]), grade, got, would, reasons)
    return table
