"""`millrace leads duplicates`, `merge` and `undo-merge`: leads that are one customer."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from gateway.cli.showing import NameOf, value_of
from gateway.cli.talk import Refused, Talk, named
from gateway.cli.wording import local_time, plain, say, word

# What waits for somebody: pairs nobody has judged, and confirmed ones that are still two leads.
_WAITING = ("state = DUPLICATE_PAIR_STATE_OPEN", "state = DUPLICATE_PAIR_STATE_CONFIRMED AND merged = false")
_CUSTOM = "custom."
_LOOK_SECONDS = 1.0


def waiting_pairs(talk: Talk, *, count: int) -> list[dict[str, Any]]:
    """The likely duplicates somebody should look at, the surest first."""
    pairs: list[dict[str, Any]] = []
    for condition in _WAITING:
        query = {"filter": condition, "orderBy": "score desc", "pageSize": count}
        pairs += talk.ask("GET", "/v1/duplicateCandidates", params=query)["duplicateCandidates"]
    return sorted(pairs, key=lambda pair: -float(pair["score"]))[:count]


def print_pairs(pairs: Sequence[Mapping[str, Any]], console: Console) -> None:
    """A table of pairs, each with the names a merge is asked by."""
    heads = (say("pair_known"), say("pair_newer"), say("pair_score"), say("reasons"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for pair in pairs:
        reasons = "\n".join(plain(reason["text"]) for reason in pair["reasons"])
        known = f"{plain(pair['otherCompanyName'])}\n[dim]{plain(pair['other'])}[/dim]"
        newer = f"{plain(pair['leadCompanyName'])}\n[dim]{plain(pair['lead'])}[/dim]"
        table.add_row(known, newer, f"{pair['score']:.2f}", f"{word(pair['state'])}\n{reasons}")
    console.print(table)


def start_scan(talk: Talk) -> dict[str, Any]:
    """Have the whole stock compared."""
    return talk.ask("POST", "/v1/leadDuplicateScans:start", body={})


def follow_scan(talk: Talk, scan: Mapping[str, Any], console: Console) -> None:
    """Look at a scan until it has ended, and tell what it found."""
    with console.status(say("scanning")) as status:
        while scan["state"] == "LEAD_DUPLICATE_SCAN_STATE_RUNNING":
            time.sleep(_LOOK_SECONDS)
            scan = talk.ask("GET", f"/v1/{scan['name']}")
            status.update(say("scanned", scanned=scan["scannedCount"], total=scan["leadCount"]))
    told = say("scan_ended", state=word(scan["state"]), scanned=scan["scannedCount"], pairs=scan["pairCount"])
    console.print(told, soft_wrap=True)


def wanted_merge(survivor: str, others: Sequence[str], choices: Sequence[str], *, newest: bool) -> dict[str, Any]:
    """The body of a merge; raises Refused for a choice that is not field=lead."""
    chosen = {}
    for choice in choices:
        field, sign, lead = choice.partition("=")
        if not sign:
            raise Refused(say("choice_wrong", choice=choice))
        chosen[field] = named("leads", lead)
    preference = "NEWEST" if newest else "SURVIVOR"
    return {
        "name": named("leads", survivor),
        "others": [{"lead": named("leads", other)} for other in others],
        "preference": f"LEAD_MERGE_PREFERENCE_{preference}",
        "choices": chosen,
    }


def preview(talk: Talk, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the merge would come to."""
    return talk.ask("POST", f"/v1/{wanted['name']}:previewMerge", body=_body(wanted))


def print_preview(seen: Mapping[str, Any], name_of: NameOf, console: Console) -> None:
    """Each field: what it becomes, why, and what other leads say against it."""
    heads = (say("merged_field"), say("becomes"), say("why"), say("against"))
    table = Table(*(Column(head, overflow="fold") for head in heads), show_lines=True)
    for field in seen["fields"]:
        becomes = _value(seen["result"], field["field"], name_of)
        against = _against(seen["leads"], field, becomes, name_of) if field["conflict"] else ()
        table.add_row(_label(field["field"]), becomes or "—", word(field["rule"]), "\n".join(against))
    console.print(table)


def carry_out(talk: Talk, wanted: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """Merge what was seen, and nothing that changed meanwhile."""
    survivor, *others = seen["leads"]
    told = _body(wanted) | {"others": [{"lead": other["name"], "etag": other["etag"]} for other in others]}
    return talk.ask("POST", f"/v1/{wanted['name']}:merge", body=told | {"etag": survivor["etag"]})


def undo(talk: Talk, merge: str) -> dict[str, Any]:
    """Undo one merge."""
    return talk.ask("POST", f"/v1/{merge}:undo", body={})


def print_merge(merge: Mapping[str, Any], console: Console) -> None:
    """What was done, and until when it can be undone."""
    others = ", ".join(plain(other) for other in merge["others"])
    if merge.get("undoTime"):
        console.print(say("merge_undone", others=others), soft_wrap=True)
        return
    console.print(say("merged", others=others), soft_wrap=True)
    until = say("undo_until", time=local_time(merge["undoUntil"]), merge=plain(merge["name"]))
    console.print(until, soft_wrap=True)


def _body(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A merge without the name, which stands in its path."""
    return {key: value for key, value in wanted.items() if key != "name"}


def _against(
    leads: Sequence[Mapping[str, Any]], field: Mapping[str, Any], becomes: str, name_of: Callable[[str], str]
) -> Iterator[str]:
    for lead in leads:
        value = _value(lead, field["field"], name_of)
        if value and value != becomes:
            yield f"{value} [dim]{plain(lead['name'])}[/dim]"


def _value(lead: Mapping[str, Any], field: str, name_of: NameOf) -> str:
    if field.startswith(_CUSTOM):
        return plain(lead["custom"].get(field.removeprefix(_CUSTOM), ""))
    if field == "budget":
        bounds = (value_of(lead, bound, name_of) for bound in ("budgetMin", "budgetMax"))
        return " – ".join(dict.fromkeys(filter(None, bounds)))
    return value_of(lead, _camel(field), name_of)


def _label(field: str) -> str:
    if field.startswith(_CUSTOM):
        return plain(field.removeprefix(_CUSTOM))
    return say(f"lead_{_camel(field)}")


def _camel(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(each.title() for each in rest)
