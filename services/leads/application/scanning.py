"""Scanning the stock for likely duplicates (查重扫描): begun by somebody or by itself, carried on by a few leads."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.leads.application.finding import candidates_of_many
from services.leads.application.identities import compare
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.rule_kinds import DUPLICATES
from services.leads.domain.account_candidates import is_compared
from services.leads.domain.duplicate_scans import DuplicateScan, DuplicateScanRunning, is_due, to_queue
from services.leads.domain.lead import Lead
from services.leads.storage import duplicate_scans as scans
from services.leads.storage.account_candidates import mark_for_accounts
from services.leads.storage.ledger import write_review
from services.leads.storage.rounds import Stretch, next_leads

SCAN_STOCK = "scan for duplicates"
_AT_ONCE = 50
# Between so many leads the loop serves others.
_BREATH = 10
# A scan goes over 20,000 leads that were just imported, while people begin to work them: it has a quarter of the time.
BESIDE_REQUESTS = 0.25


async def start_scan(work: UnitOfWork) -> DuplicateScan:
    """Whoever administers leads has the whole stock compared; one scan at a time. Raises DuplicateScanRunning."""
    running = await scans.running_scan(work)
    if running is not None:
        raise DuplicateScanRunning(scan=f"leadDuplicateScans/{running.uuid}")
    who = work.principal
    scan = DuplicateScan(
        uuid=work.new_id(),
        author=who.subject,
        author_name=who.display_name or who.subject,
        start_time=work.now,
        lead_count=await scans.count_standing(work),
    )
    scans.write_scan(work, scan)
    work.note(action="start duplicate scan", resource=f"leadDuplicateScans/{scan.uuid}", details={})
    return scan


async def cancel_scan(work: UnitOfWork, *, uuid: UUID) -> DuplicateScan:
    """A scan ends where it is; what it has found waits in the queue.

    Raises DuplicateScanNotFound, DuplicateScanEnded.
    """
    scan = (await scans.hold_scan(work, uuid)).cancelled(now=work.now)
    await scans.keep_scan(work, scan)
    work.note(action="cancel duplicate scan", resource=f"leadDuplicateScans/{uuid}", details={})
    return scan


async def get_scan(read: Read, *, uuid: UUID) -> DuplicateScan:
    """How far a scan is. Raises DuplicateScanNotFound."""
    return await scans.get_scan(read, uuid)


async def list_scans(read: Read, *, wanted: PageRequest) -> Page[DuplicateScan]:
    """The scans there were."""
    return await scans.list_page(read, wanted)


async def scan_on(work: UnitOfWork, *, desk: IntakeDesk, every: timedelta, at_once: int = _AT_ONCE) -> int:
    """A scan goes on by a few leads, or begins by itself when it is due; how many leads were looked at.

    What it finds and how far it is stand in one transaction, so that a kill loses neither and repeats nothing.
    """
    scan = await scans.hold_running(work)
    if scan is None:
        if is_due(await scans.last_scan(work), every=every, now=work.now):
            await start_scan(work)
        return 0
    leads = await next_leads(work, stretch=Stretch.STANDING, after=scan.after, most=at_once)
    if leads:
        pairs = await _queue_pairs(work, await desk.brief(work), leads)
        scan = scan.went_on(last=leads[-1].uuid, scanned=len(leads), pairs=pairs)
    if len(leads) < at_once:
        scan = scan.completed(now=work.now)
    await scans.keep_scan(work, scan)
    return len(leads)


async def _queue_pairs(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
    """Put the pairs nobody has seen before into the queue; how many. Of leads somebody works the accounts are asked."""
    rules, total = briefing.rules.duplicates, 0
    newcomers = [briefing.known(lead.facts) for lead in leads]
    known = await candidates_of_many(work, [each.searched(briefing.rules) for each in newcomers], rules)
    seen = await scans.pairs_among(work, [lead.uuid for lead in leads])
    for place, (lead, newcomer, others) in enumerate(zip(leads, newcomers, known, strict=True)):
        for pair in to_queue(lead.uuid, compare(newcomer.prints, others, rules), seen=seen):
            write_review(work, lead=pair.newer, hint=pair.hint, rules_version=briefing.version(DUPLICATES))
            total += 1
        if is_compared(lead):
            mark_for_accounts(work, lead.uuid)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    return total
