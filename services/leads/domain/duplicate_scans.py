"""Scans of the stock for likely duplicates (查重扫描): how far one is, and what follows from what it meets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from kernel.errors import Kind, Refusal
from services.leads.domain.resemblance import Band, Resemblance


class ScanState(Enum):
    """Whether a scan runs, and how it ended."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(eq=False, kw_only=True)
class DuplicateScanNotFound(Refusal):
    """There is no such scan."""

    kind = Kind.NOT_FOUND
    reason = "DUPLICATE_SCAN_NOT_FOUND"

    scan: str


@dataclass(eq=False, kw_only=True)
class DuplicateScanRunning(Refusal):
    """A scan runs already; a second one would compare the same leads."""

    kind = Kind.RULE_VIOLATION
    reason = "DUPLICATE_SCAN_RUNNING"

    scan: str


@dataclass(eq=False, kw_only=True)
class DuplicateScanEnded(Refusal):
    """The scan has ended, and there is nothing to cancel."""

    kind = Kind.RULE_VIOLATION
    reason = "DUPLICATE_SCAN_ENDED"

    scan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateScan:
    """A scan: who began it, the last lead it looked at, and how much it has seen and found."""

    uuid: UUID
    author: str
    author_name: str
    start_time: datetime
    lead_count: int
    state: ScanState = ScanState.RUNNING
    after: UUID | None = None
    scanned_count: int = 0
    pair_count: int = 0
    end_time: datetime | None = None

    def went_on(self, *, last: UUID, scanned: int, pairs: int) -> "DuplicateScan":
        """Some leads further, up to the last one looked at."""
        return replace(self, after=last, scanned_count=self.scanned_count + scanned, pair_count=self.pair_count + pairs)

    def completed(self, *, now: datetime) -> "DuplicateScan":
        """The end of the stock."""
        return replace(self, state=ScanState.COMPLETED, end_time=now)

    def cancelled(self, *, now: datetime) -> "DuplicateScan":
        """End it where it is; raises DuplicateScanEnded."""
        if self.state is not ScanState.RUNNING:
            raise DuplicateScanEnded(scan=f"leadDuplicateScans/{self.uuid}")
        return replace(self, state=ScanState.CANCELLED, end_time=now)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two leads that are likely one customer: the newer one, and what it has in common with the older."""

    newer: UUID
    hint: Resemblance


def is_due(last: DuplicateScan | None, *, every: timedelta, now: datetime) -> bool:
    """Whether a scan begins by itself: so long after the last one began, and never while one runs or none is wanted."""
    if not every or (last is not None and last.state is ScanState.RUNNING):
        return False
    return last is None or last.start_time + every <= now


def to_queue(lead: UUID, resemblances: Iterable[Resemblance], *, seen: set[frozenset[UUID]]) -> Iterator[Pair]:
    """What somebody should look at: leads that are likely or surely the same, each pair once, the newer one first.

    Pairs that were `seen` are left out, and those told now are added to them.
    """
    for hint in resemblances:
        both = frozenset({lead, hint.lead})
        if hint.band is Band.POSSIBLE or hint.lead == lead or both in seen:
            continue
        seen.add(both)
        older, newer = sorted(both)
        yield Pair(newer, replace(hint, lead=older))
