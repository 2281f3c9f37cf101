"""A mail and what may become of it (邮件)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal

SEND_MAIL = "send mail"


class MailState(Enum):
    """Where a mail stands."""

    WAITING = "waiting"
    # The server has taken the recipient and gets the text now: whether it took that is known by its answer alone.
    HANDING_OVER = "handing_over"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    # Whoever handed it over died, or lost the server before its answer.
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


# By themselves; a person may let some wait again (`REDRIVABLE`). An answer that comes late is still an answer.
NEXT_STATES: Mapping[MailState, frozenset[MailState]] = {
    MailState.WAITING: frozenset({MailState.HANDING_OVER, MailState.BOUNCED, MailState.FAILED, MailState.CANCELLED}),
    MailState.HANDING_OVER: frozenset(
        {MailState.SENT, MailState.WAITING, MailState.BOUNCED, MailState.FAILED, MailState.UNKNOWN}
    ),
    MailState.UNKNOWN: frozenset({MailState.SENT}),
    MailState.FAILED: frozenset(),
    MailState.SENT: frozenset(),
    MailState.BOUNCED: frozenset(),
    MailState.CANCELLED: frozenset(),
}
REDRIVABLE = frozenset({MailState.UNKNOWN, MailState.FAILED})
# What counts towards how often an address is mailed: it was sent, or may have been, or will be.
COUNTED = frozenset({MailState.WAITING, MailState.HANDING_OVER, MailState.SENT, MailState.UNKNOWN})
# Nothing is sent from these any more: the text is not kept.
OVER = frozenset({MailState.SENT, MailState.BOUNCED, MailState.CANCELLED})


@dataclass(eq=False, kw_only=True)
class MailNotFound(Refusal):
    """There is no such mail, or the caller may not see whom it is for."""

    kind = Kind.NOT_FOUND
    reason = "MAIL_NOT_FOUND"

    mail: str


@dataclass(eq=False, kw_only=True)
class MailCannotBeSentAgain(Refusal):
    """Only a mail that was given up, or of which nobody knows whether it went out, is sent again."""

    kind = Kind.RULE_VIOLATION
    reason = "MAIL_CANNOT_BE_SENT_AGAIN"

    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOrder:
    """A mail that is to be sent: why (`purpose`), about whom (a resource name), to which address, and what it says.

    One that is `marketing` goes out only as long as its address allows it. `unsubscribe_url` takes one click.
    """

    purpose: str
    about: str
    address: str
    subject: str
    text: str
    html: str = ""
    marketing: bool = True
    unsubscribe_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail with where it stands; `uuid` is that of its job, and of its Message-ID. Erased, it has no address."""

    uuid: UUID
    order: MailOrder
    digest: str
    state: MailState
    create_time: datetime
    finish_time: datetime | None = None
    error: str = ""


def precursors(state: MailState) -> frozenset[MailState]:
    """The states from which a mail may come to this one."""
    return frozenset(before for before, following in NEXT_STATES.items() if state in following)
