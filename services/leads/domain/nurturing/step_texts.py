"""The texts of a step: what stands in them for what is known of a lead, and for the links of the mail."""

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from kernel.errors import InvalidField
from services.leads.domain.facts import LeadFacts

_PLACE = re.compile(r"\{\{\s*(?P<name>[a-z_]+(?:\.[a-z0-9_-]+)?)\s*(?:\|(?P<otherwise>[^{}]*))?\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_LINK = "link."
UNSUBSCRIBE = "unsubscribe"
# What may be known of a lead and told to himself.
VARIABLES: Mapping[str, Callable[[LeadFacts], str]] = {
    "company_name": lambda facts: facts.company_name,
    "contact_name": lambda facts: facts.contact_name,
    "job_title": lambda facts: facts.job_title,
}
_NEAR = 30


@dataclass(eq=False, kw_only=True)
class NurturingTemplateInvalid(InvalidField):
    """Braces stand in a text that hold nothing that can be filled in."""

    reason = "NURTURING_TEMPLATE_INVALID"

    near: str


@dataclass(eq=False, kw_only=True)
class NurturingVariableUnknown(InvalidField):
    """A text names what is not known of any lead, or a link that its step has not."""

    reason = "NURTURING_VARIABLE_UNKNOWN"

    variable: str
    choices: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLinks:
    """Where the links of one mail lead: to its content by their keys, to its end, to the picture that counts it."""

    content: Mapping[str, str]
    unsubscribe: str
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenStep:
    """A step as one lead gets it."""

    subject: str
    text: str
    html: str


def check_text(text: str, *, links: Collection[str], field: str) -> None:
    """Every place of a text can be filled in. Raises NurturingTemplateInvalid and NurturingVariableUnknown."""
    known = {*VARIABLES, UNSUBSCRIBE, *(_LINK + key for key in links)}
    for name in _places(text, field):
        if name not in known:
            raise NurturingVariableUnknown(field=field, variable=name, choices=", ".join(sorted(known)))


def _places(text: str, field: str) -> Iterator[str]:
    rest = _PLACE.sub("", text)
    if found := _BRACES.search(rest):
        raise NurturingTemplateInvalid(field=field, near=rest[found.start() : found.start() + _NEAR])
    return (place["name"] for place in _PLACE.finditer(text))


def write_step(
    *, subject: str, text: str, html_text: str, facts: LeadFacts, links: MailLinks, footer: str
) -> WrittenStep:
    """The texts with everything filled in; where none of them ends it, the `footer` with its link is added.

    In HTML whatever is known of the lead is escaped: nobody writes into our mails by what he calls his company.
    """
    values = {name: read(facts).strip() for name, read in VARIABLES.items()}
    values |= {_LINK + key: url for key, url in links.content.items()} | {UNSUBSCRIBE: links.unsubscribe}
    written = _filled(text, values)
    if not names_unsubscribe(text):
        written = f"{written}\n\n-- \n{footer} {links.unsubscribe}\n"
    if html_text:
        html_text = _html(html_text, values, links, footer)
    return WrittenStep(subject=_filled(subject, values), text=written, html=html_text)


def names_unsubscribe(text: str) -> bool:
    """Whether the text has the link that ends it."""
    return any(place["name"] == UNSUBSCRIBE for place in _PLACE.finditer(text))


def _html(text: str, values: Mapping[str, str], links: MailLinks, footer: str) -> str:
    written = _filled(text, {name: html.escape(value) for name, value in values.items()})
    if not names_unsubscribe(text):
        written += f'\n<p><a href="{html.escape(links.unsubscribe)}">{html.escape(footer)}</a></p>'
    if links.picture:
        written += f'\n<img src="{html.escape(links.picture)}" alt="" width="1" height="1">'
    return written


def _filled(text: str, values: Mapping[str, str]) -> str:
    """In one go: what was filled in is not looked through for places again."""
    return _PLACE.sub(lambda place: values.get(place["name"], "") or place["otherwise"] or "", text)
