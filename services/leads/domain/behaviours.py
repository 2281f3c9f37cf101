"""Behaviour (行为事件): what the people behind a lead do, as small facts that are only ever added."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField

_LEEWAY = timedelta(minutes=1)
# What somebody did longer ago says nothing of what he wants now.
_OLDEST = timedelta(days=730)


class BehaviourKind(Enum):
    """What people do."""

    PAGE_VISIT = "page_visit"
    MAIL_OPEN = "mail_open"
    CLICK = "click"
    DOWNLOAD = "download"
    DEMO_REQUEST = "demo_request"


@dataclass(eq=False, kw_only=True)
class BehaviourInFuture(InvalidField):
    """Somebody is said to have done something at a time that has not come yet."""

    reason = "BEHAVIOUR_IN_FUTURE"


@dataclass(eq=False, kw_only=True)
class BehaviourTooEarly(InvalidField):
    """Somebody is said to have done something more than two years ago."""

    reason = "BEHAVIOUR_TOO_EARLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One thing that somebody behind a lead did, as its sender told it.

    The sender and his own id of the event tell it from all others; `told_time` is when it was told.
    """

    uuid: UUID
    lead: UUID
    kind: BehaviourKind
    time: datetime
    asset: str = ""
    campaign: UUID | None = None
    sender: str
    event_id: str
    told_time: datetime

    def checked(self, *, field: str) -> "Behaviour":
        """The behaviour as it is kept: without what a link carries behind its path, which may name a person.

        Raises BehaviourInFuture and BehaviourTooEarly, which name the `field` of its time.
        """
        if self.time > self.told_time + _LEEWAY:
            raise BehaviourInFuture(field=field)
        if self.time < self.told_time - _OLDEST:
            raise BehaviourTooEarly(field=field)
        return replace(self, asset=self.asset.partition("?")[0].partition("#")[0].strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much of what was done behind a lead in the last thirty days, and when anything was done last."""

    page_visits: int = 0
    mail_opens: int = 0
    clicks: int = 0
    downloads: int = 0
    demo_requests: int = 0
    last_time: datetime | None = None


NOTHING_DONE = Tally()
TALLIED_DAYS = 30
