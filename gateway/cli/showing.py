"""`millrace leads show`: one lead, a line a field, with the reasons in full."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from gateway.cli.wording import local_time, plain, say

# What is shown as it stands, in this order, where the lead has it.
_PLAIN = {
    "name": "lead",
    "companyName": "company",
    "contactName": "contact",
    "jobTitle": "job_title",
    "phone": "phone",
    "email": "email",
    "industry": "industry",
    "channel": "channel",
    "campaign": "campaign",
    "region": "region",
    "need": "need",
}


def print_lead(lead: Mapping[str, Any], owner_name: Callable[[str], str], console: Console) -> None:
    """Print one lead; `owner_name` tells a member's name."""
    table = Table(show_header=False, show_lines=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _lines(lead, owner_name):
        table.add_row(say(label), value)
    console.print(table)


def _lines(lead: Mapping[str, Any], owner_name: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for field, label in _PLAIN.items():
        if lead.get(field):
            yield label, plain(lead[field])
    if lead.get("receivedTime"):
        yield "received", local_time(lead["receivedTime"])
    yield "grade", _with_reasons(lead["grade"].removeprefix("GRADE_"), lead["gradeReasons"])
    yield "owner", _with_reasons(owner_name(lead["owner"]), lead["ownerReasons"])
    for twin in lead.get("duplicates", ()):
        yield "duplicate", _with_reasons(f"{plain(twin['lead'])}  {twin['score']:.2f}", twin["reasons"])


def _with_reasons(value: str, reasons: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join([value, *(f"· {plain(reason['text'])}" for reason in reasons)])
