"""`millrace leads show`: one lead, a line a field, with the reasons in full."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from gateway.cli.wording import local_time, plain, say, word

# The fields from top to bottom; each is left out where the lead does not have it.
_FIELDS = (
    *("name", "companyName", "creditCode", "contactName", "jobTitle", "phone", "email", "address"),
    *("industry", "employeeCount", "urgency", "budgetMin", "budgetMax", "need", "demoRequestTime"),
    *(
        "channel",
        "campaign",
        "region",
        "team",
        "tags",
        "custom",
        "state",
        "pool",
        "mergedInto",
        "merge",
        "receivedTime",
        "touchCount",
    ),
)
_PARTS_OF_ADDRESS = ("country", "province", "city", "district", "line1", "streetNumber", "line2", "postalCode")
_NANO = Decimal("1e-9")
NameOf = Callable[[str], str]


def print_lead(lead: Mapping[str, Any], name_of: NameOf, console: Console) -> None:
    """Print one lead; `name_of` tells how members, teams, regions, channels and campaigns are called."""
    table = Table(show_header=False, show_lines=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in _lines(lead, name_of):
        table.add_row(say(f"lead_{label}"), value)
    console.print(table)


def _lines(lead: Mapping[str, Any], name_of: NameOf) -> Iterator[tuple[str, str]]:
    for field in _FIELDS:
        value = value_of(lead, field, name_of)
        if value:
            yield field, value
    for warning in lead.get("companyWarnings", ()):
        yield "companyWarning", plain(warning["text"])
    yield "grade", _with_reasons(lead["grade"].removeprefix("GRADE_"), lead["gradeReasons"])
    yield "intent", _intent(lead["intent"] or {})
    owner = name_of(lead["owner"]) if lead["owner"] else say("nobody")
    yield "owner", _with_reasons(owner, lead["ownerReasons"])
    if verdict := lead.get("verdict"):
        yield "verdict", _verdict(verdict)
    yield "response", _response(lead.get("response") or {})
    yield "recycling", _recycling(lead.get("recycling") or {})
    for twin in lead.get("duplicates", ()):
        yield "duplicate", _with_reasons(f"{plain(twin['lead'])}  {twin['score']:.2f}", twin["reasons"])


def value_of(lead: Mapping[str, Any], field: str, name_of: NameOf) -> str:
    """What a field of a lead says in the reader's words; nothing where it is unknown."""
    value = lead.get(field)
    if not value or str(value).endswith("_UNSPECIFIED"):
        return ""
    return _READERS.get(field, _text)(value, name_of)


def _with_reasons(value: str, reasons: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join([value, *(f"· {plain(reason['text'])}" for reason in reasons)])


def _intent(intent: Mapping[str, Any]) -> str:
    """The probability with what adds up to it, or why there is none."""
    if intent.get("probability") is None:
        return _with_reasons("—", intent.get("silence", ()))
    return _with_reasons(f"{intent['probability']:.1%}", intent["reasons"])


def _response(response: Mapping[str, Any]) -> str:
    """How it stands with the first response, until when it is due, and why then."""
    state = word(str(response.get("state", "LEAD_RESPONSE_STATE_NONE")))
    due = local_time(response.get("dueTime"))
    return _with_reasons(f"{state}  {due}".rstrip(), response.get("reasons", ()))


def _verdict(verdict: Mapping[str, Any]) -> str:
    """Who judged the lead when, in which words, and why it is not worth selling to where it is not."""
    who = f"{plain(verdict['authorDisplayName'])}  {local_time(verdict['time'])}"
    note = f"\n{plain(verdict['note'])}" if verdict["note"] else ""
    return _with_reasons(f"{who}{note}", verdict["reasons"])


def _recycling(recycling: Mapping[str, Any]) -> str:
    """How it stands with the owner's time, until when it runs, and why until then."""
    state = word(str(recycling.get("state", "LEAD_RECYCLING_STATE_NONE")))
    due = local_time(recycling.get("dueTime"))
    return _with_reasons(f"{state}  {due}".rstrip(), recycling.get("reasons", ()))


def _text(value: object, _name_of: NameOf) -> str:
    return plain(str(value))


def _named(name: str, name_of: NameOf) -> str:
    return name_of(name)


def _instant(value: str, _name_of: NameOf) -> str:
    return local_time(value)


def _choice(value: str, _name_of: NameOf) -> str:
    return word(value)


def _money(value: Mapping[str, Any], _name_of: NameOf) -> str:
    amount = Decimal(value.get("units", 0)) + Decimal(value.get("nanos", 0)) * _NANO
    return f"{value['currencyCode']} {amount.normalize():,f}"


def _address(value: Mapping[str, str], _name_of: NameOf) -> str:
    return plain(" ".join(value[part] for part in _PARTS_OF_ADDRESS if value.get(part)))


def _listed(value: Sequence[str], _name_of: NameOf) -> str:
    return plain(", ".join(value))


def _pairs(value: Mapping[str, str], _name_of: NameOf) -> str:
    return "\n".join(f"{plain(name)}: {plain(text)}" for name, text in value.items())


_READERS: Mapping[str, Callable[[Any, NameOf], str]] = {
    **dict.fromkeys(("channel", "campaign", "region", "team", "pool"), _named),
    **dict.fromkeys(("demoRequestTime", "receivedTime"), _instant),
    **dict.fromkeys(("state", "urgency"), _choice),
    **dict.fromkeys(("budgetMin", "budgetMax"), _money),
    "address": _address,
    "tags": _listed,
    "custom": _pairs,
}
