"""How far we are with customers, from their opportunities."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select

from chassis.work import Read
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES


async def opportunity_states(read: Read, accounts: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """The states the opportunities of each account are in, whoever works on them; accounts without one are left out."""
    if not accounts:
        return {}
    statement = (
        select(OPPORTUNITIES.c.account, OPPORTUNITIES.c.state).where(OPPORTUNITIES.c.account.in_(accounts)).distinct()
    )
    states: dict[UUID, set[str]] = {}
    for row in await read.connection.execute(statement):
        states.setdefault(row.account, set()).add(row.state)
    return {account: frozenset(found) for account, found in states.items()}
