"""Bulk changes of leads (批量操作): how far one is, and what became of each lead."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from services.leads.domain.bulk_actions import BulkAction
from trade.reasons import Reason

MOST_NAMED = 1_000
MOST_FOUND = 10_000


class BulkState(Enum):
    """Whether a bulk change runs, and how it ended."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    # Whoever began it is gone, or may change leads no more.
    HALTED = "halted"


NEXT_STATES: Mapping[BulkState, frozenset[BulkState]] = {
    BulkState.RUNNING: frozenset({BulkState.COMPLETED, BulkState.CANCELLED, BulkState.HALTED}),
    BulkState.COMPLETED: frozenset(),
    BulkState.CANCELLED: frozenset(),
    BulkState.HALTED: frozenset(),
}


class RowOutcome(Enum):
    """What became of one lead."""

    WAITING = "waiting"
    CHANGED = "changed"
    # It was so already.
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(eq=False, kw_only=True)
class BulkChangeNotFound(Refusal):
    """There is no such bulk change, or it is somebody else's."""

    kind = Kind.NOT_FOUND
    reason = "BULK_CHANGE_NOT_FOUND"

    bulk_change: str


@dataclass(eq=False, kw_only=True)
class BulkChangeEnded(Refusal):
    """The bulk change has ended, and there is nothing to cancel."""

    kind = Kind.RULE_VIOLATION
    reason = "BULK_CHANGE_ENDED"

    bulk_change: str


@dataclass(eq=False, kw_only=True)
class BulkChangeEmpty(Refusal):
    """No lead is meant that the caller may change."""

    kind = Kind.RULE_VIOLATION
    reason = "BULK_CHANGE_EMPTY"


@dataclass(eq=False, kw_only=True)
class BulkChangeTooLarge(Refusal):
    """More leads are meant than one bulk change goes over; a narrower filter parts them."""

    kind = Kind.RULE_VIOLATION
    reason = "BULK_CHANGE_TOO_LARGE"

    most: int = MOST_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """Who began, with the roles and permissions he had.

    They count for API clients only: what a member may do is what the directory says when a lead's turn comes.
    """

    subject: str
    name: str
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """One lead in its place from 1, and the version somebody saw (None: the present one); what became of it, and why.

    `company_name` is empty where the reader may not see the lead.
    """

    place: int
    lead: UUID
    seen: int | None = None
    outcome: RowOutcome = RowOutcome.WAITING
    reason: Reason | None = None
    company_name: str = ""

    def ended(self, outcome: RowOutcome, reason: Reason | None = None) -> "BulkRow":
        """The row when it is done."""
        return replace(self, outcome=outcome, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChange:
    """A bulk change: who began it, what becomes of how many leads, and how far it is.

    `done` is the place of the last row that is done; `filter` is empty where the leads were named.
    """

    uuid: UUID
    action: BulkAction
    starter: Starter
    start_time: datetime
    step_time: datetime
    lead_count: int
    filter: str = ""
    state: BulkState = BulkState.RUNNING
    done: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    end_time: datetime | None = None

    @property
    def name(self) -> str:
        """Its resource name."""
        return f"leadBulkChanges/{self.uuid}"

    def went_on(self, rows: Sequence[BulkRow], *, now: datetime) -> "BulkChange":
        """Some rows further, in their places; with the last one it is complete."""
        became = Counter(row.outcome for row in rows)
        following = replace(
            self,
            done=rows[-1].place if rows else self.done,
            changed=self.changed + became[RowOutcome.CHANGED],
            unchanged=self.unchanged + became[RowOutcome.UNCHANGED],
            refused=self.refused + became[RowOutcome.REFUSED],
            step_time=now,
        )
        return following.ended(BulkState.COMPLETED, now=now) if following.done >= self.lead_count else following

    def ended(self, state: BulkState, *, now: datetime) -> "BulkChange":
        """End it where it is; raises BulkChangeEnded."""
        if state not in NEXT_STATES[self.state]:
            raise BulkChangeEnded(bulk_change=self.name)
        return replace(self, state=state, step_time=now, end_time=now)
