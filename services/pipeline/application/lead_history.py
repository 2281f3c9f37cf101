"""Reading what was before (线索历史): whoever sees what became of a lead sees what had happened to it."""

from collections.abc import Sequence
from uuid import UUID

from chassis.work import Read
from services.pipeline.domain.lead_history import LeadHistoryEntry
from services.pipeline.storage.accounts import READING, get_account
from services.pipeline.storage.lead_histories import history_of_account, history_of_lead
from services.pipeline.storage.opportunities import get_opportunity


async def list_account_history(read: Read, *, account: UUID) -> Sequence[LeadHistoryEntry]:
    """An account shows the history of all leads that became part of it. Raises AccountNotFound."""
    await get_account(read, account, permission=READING)
    return await history_of_account(read, account)


async def list_opportunity_history(read: Read, *, opportunity: UUID) -> Sequence[LeadHistoryEntry]:
    """An opportunity shows the history of the lead it came of, if any. Raises OpportunityNotFound."""
    lead = (await get_opportunity(read, opportunity, permission=READING)).origin.lead
    return await history_of_lead(read, lead) if lead is not None else ()
