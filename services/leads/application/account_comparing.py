"""Comparing leads with the accounts (查重), which another service keeps: beside the taking in, and a few at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.work import Read, Store, UnitOfWork
from kernel.errors import Overloaded
from services.leads.domain.account_candidates import (
    AccountMatch,
    AccountStock,
    compared,
    identity_facts,
    is_compared,
)
from services.leads.domain.lead import Lead
from services.leads.storage.account_candidates import (
    Connection,
    candidates_of,
    keep_found,
    marked_for_accounts,
    take_marks,
)
from services.leads.storage.stock import known_leads

COMPARE_WITH_ACCOUNTS = "compare with accounts"
AT_ONCE = 50
# How long nobody is asked after nobody answered.
_PAUSE = timedelta(seconds=30)
Answer = tuple[Lead, Sequence[AccountMatch]]


class AccountComparing:
    """Compares the leads that wait for it; the accounts are asked outside of any transaction."""

    def __init__(self, stock: AccountStock, *, store: Store, principal: Principal) -> None:
        self._stock = stock
        self._store = store
        self._principal = principal
        # Other sweeps wait while nobody answers.
        self._asks_again: datetime | None = None

    async def sweep(self, connection: Connection, now: datetime) -> int:
        """Compare those that wait longest; how many. A kill, or nobody who answers, leaves their marks as they are."""
        if self._asks_again is not None and now < self._asks_again:
            return 0
        read = Read(connection, now, self._principal)
        marks = await marked_for_accounts(read, most=AT_ONCE)
        if not marks:
            return 0
        leads = [lead for lead in (await known_leads(read, set(marks.values()))).values() if is_compared(lead)]
        try:
            matches = await self._stock.match([lead.facts for lead in leads]) if leads else ()
        except Overloaded:
            self._asks_again = now + _PAUSE
            return 0
        found = {lead.uuid: (lead, told) for lead, told in zip(leads, matches, strict=True)}
        await carry_out(
            self._store,
            self._principal,
            action=COMPARE_WITH_ACCOUNTS,
            use_case=lambda work: self._keep(work, list(marks), found),
        )
        return len(marks)

    async def _keep(self, work: UnitOfWork, marks: Sequence[UUID], found: Mapping[UUID, Answer]) -> None:
        """What was found of leads that are told as they were; whoever changed one meanwhile has marked it anew."""
        taken = await take_marks(work, marks)
        leads = await known_leads(work, taken & found.keys())
        before = await candidates_of(work, leads)
        for uuid, lead in leads.items():
            seen, matches = found[uuid]
            if is_compared(lead) and identity_facts(lead.facts) == identity_facts(seen.facts):
                await keep_found(work, uuid, compared(matches, before[uuid]))
