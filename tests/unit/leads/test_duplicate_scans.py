"""How far a scan of the stock is, when one begins by itself, and what it puts into the queue."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.leads.domain.duplicate_scans import DuplicateScan, DuplicateScanEnded, ScanState, is_due, to_queue
from services.leads.domain.resemblance import Band, Resemblance
from tests.unit.leads.builders import NOON

WEEK = timedelta(days=7)
SCAN = DuplicateScan(uuid=UUID(int=1), author="members/1", author_name="安娜", start_time=NOON, lead_count=9)
OLD, LEAD, NEW = UUID(int=11), UUID(int=12), UUID(int=13)


def hint(lead: UUID, band: Band = Band.LIKELY) -> Resemblance:
    return Resemblance(lead=lead, score=0.9, band=band)


def test_a_scan_adds_up_what_it_has_seen_and_found() -> None:
    on = SCAN.went_on(last=OLD, scanned=5, pairs=1).went_on(last=NEW, scanned=4, pairs=2)
    assert (on.after, on.scanned_count, on.pair_count) == (NEW, 9, 3)
    done = on.completed(now=NOON)
    assert (done.state, done.end_time) == (ScanState.COMPLETED, NOON)


def test_a_scan_that_has_ended_is_not_cancelled() -> None:
    cancelled = SCAN.cancelled(now=NOON)
    for ended in (cancelled, SCAN.completed(now=NOON)):
        with pytest.raises(DuplicateScanEnded):
            ended.cancelled(now=NOON)


def test_a_scan_begins_by_itself_so_long_after_the_last_one_began() -> None:
    last = SCAN.completed(now=NOON)
    assert is_due(None, every=WEEK, now=NOON)
    assert not is_due(last, every=WEEK, now=NOON + WEEK - timedelta(seconds=1))
    assert is_due(last, every=WEEK, now=NOON + WEEK)


def test_no_scan_begins_by_itself_while_one_runs_or_none_is_wanted() -> None:
    assert not is_due(SCAN, every=WEEK, now=NOON + WEEK * 2)
    assert not is_due(None, every=timedelta(0), now=NOON)


def test_likely_and_sure_pairs_are_queued_once_with_the_newer_lead_first() -> None:
    seen = {frozenset({LEAD, UUID(int=14)})}
    hints = [hint(OLD), hint(NEW, Band.SAME), hint(LEAD), hint(UUID(int=14)), hint(UUID(int=15), Band.POSSIBLE)]
    queued = list(to_queue(LEAD, hints, seen=seen))
    assert [(pair.newer, pair.hint.lead) for pair in queued] == [(LEAD, OLD), (NEW, LEAD)]
    assert list(to_queue(NEW, [replace(hints[1], lead=LEAD)], seen=seen)) == []
