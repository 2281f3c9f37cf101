"""What a write changed, as marks that travel with the answer, and with whatever is asked afterwards.

A write answers with the versions it made (`millrace-written`); whoever reads next sends them along (`millrace-after`),
and what could not wait for them says so (`millrace-stale`): `chassis.freshness`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

WRITTEN, AFTER, STALE = "millrace-written", "millrace-after", "millrace-stale"
MOST = 50  # a batch changes a thousand things; whoever reads on waits for the last of them
_LONGEST = 8192


@dataclass(frozen=True, slots=True)
class Mark:
    """One aggregate at one version; it travels as `millrace.leads.v1.lead/{uuid}@3`."""

    noun: str
    uuid: str
    version: int

    @property
    def aggregate(self) -> str:
        """The aggregate as consumers know it, `lead/{uuid}`."""
        return f"{self.noun.rpartition('.')[2]}/{self.uuid}"

    def __str__(self) -> str:
        """As it travels."""
        return f"{self.noun}/{self.uuid}@{self.version}"


def told(marks: Iterable[Mark]) -> str:
    """The marks as they travel, the last of them when they are many."""
    return ",".join(str(mark) for mark in list(marks)[-MOST:])


def heard(text: str) -> list[Mark]:
    """The marks in a text; what is none is left out: it promises nothing and is waited for by nobody."""
    marks = []
    for part in text[:_LONGEST].split(","):
        noun, _, rest = part.strip().partition("/")
        uuid, _, version = rest.partition("@")
        if noun and uuid and version.isdecimal() and version.isascii():
            marks.append(Mark(noun, uuid, int(version[:18])))
    return marks[-MOST:]
