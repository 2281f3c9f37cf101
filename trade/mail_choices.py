"""What people chose about mail to their address (营销同意, 退订), and what became of the address itself.

A choice belongs to the address, not to the record it was made on: it holds for every record with that address, also
after two of them are merged, and after the person was erased. So it is kept by a digest, and the address nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256

from trade.emails import email

# Before the address, so that the digest is none of another purpose.
DIGESTED = "millrace mail "


class ChoiceKind(Enum):
    """What was chosen, or found out."""

    CONSENTED = "consented"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice: when it was made, by what (`source`: a resource name), and in whose words it can be shown."""

    kind: ChoiceKind
    time: datetime
    source: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an address stands: the last time of each kind of choice."""

    consented: datetime | None = None
    unsubscribed: datetime | None = None
    bounced: datetime | None = None

    @property
    def allows_marketing(self) -> bool:
        """Whether consent was given and nothing was refused since; of one moment the refusal counts."""
        refused = [time for time in (self.unsubscribed, self.bounced) if time is not None]
        return self.consented is not None and all(time < self.consented for time in refused)

    @property
    def refusal(self) -> ChoiceKind | None:
        """What stands in the way of marketing: the last refusal; CONSENTED where consent was never given."""
        if self.allows_marketing:
            return None
        refusals = [(self.unsubscribed, ChoiceKind.UNSUBSCRIBED), (self.bounced, ChoiceKind.BOUNCED)]
        last = max(((time, kind.value, kind) for time, kind in refusals if time is not None), default=None)
        return last[2] if last else ChoiceKind.CONSENTED


NOTHING_CHOSEN = Standing()


def standing_of(choices: Iterable[Choice]) -> Standing:
    """The standing that choices add up to, in whatever order they are told."""
    last: dict[ChoiceKind, datetime] = {}
    for choice in choices:
        last[choice.kind] = max(choice.time, last.get(choice.kind, choice.time))
    return Standing(**{kind.value: time for kind, time in last.items()})


def mailbox_of(told: str) -> str:
    """The address to write to: the mailbox as people write it, the domain as servers do; empty where it is none."""
    read = email(told)
    return "" if read.problem else f"{read.text.rpartition('@')[0]}@{read.domain}"


def digest_of(told: str) -> str:
    """What an address is known by, the same for every way to write the mailbox; empty for none.

    Without a key: it must hold when the installation's secret changes. Whoever guesses an address can try it, so the
    tables that hold it are hidden from the readers of the database.
    """
    read = email(told)
    return "" if read.problem else sha256((DIGESTED + read.canonical).encode()).hexdigest()
