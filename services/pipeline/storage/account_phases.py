"""How far we are with customers, and what is open with them, from their opportunities and registrations."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read
from services.pipeline.domain.account_profile import Phase, phase_of
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES

_STATES = Prepared(
    select(OPPORTUNITIES.c.account, OPPORTUNITIES.c.state)
    .where(OPPORTUNITIES.c.account == any_(bindparam("accounts", type_=ARRAY(Uuid))))
    .distinct()
)


async def opportunity_states(read: Read, accounts: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """The states the opportunities of each account are in, whoever works on them; accounts without one are left out."""
    if not accounts:
        return {}
    states: dict[UUID, set[str]] = {}
    for row in await read.rows(_STATES, accounts=list(accounts)):
        states.setdefault(row["account"], set()).add(row["state"])
    return {account: frozenset(found) for account, found in states.items()}


async def phase_with(read: Read, account: UUID) -> Phase:
    """How far we are with a customer, as the opportunities tell that are written."""
    return phase_of((await opportunity_states(read, (account,))).get(account, ()))


_OPEN_BUSINESS = text(
    "select case when exists (select 1 from opportunities where account = :account and state = 'open') "
    "then 'opportunity' "
    "when exists (select 1 from registrations where account = :account and state = 'under_review') then 'review' "
    "when exists (select 1 from registrations where account = :account and state = 'approved' "
    "and protection_end_time > :now) then 'protection' else '' end"
)


async def open_business(read: Read, account: UUID) -> str:
    """What is still open with a customer, whoever works on it; empty for nothing."""
    found: str = await read.connection.scalar(_OPEN_BUSINESS, {"account": account, "now": read.now}) or ""
    return found
