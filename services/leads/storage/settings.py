"""Whether anything administrators decide about leads has changed."""

from typing import Any

from sqlalchemy import func, select

from chassis.work import Read
from services.leads.storage.metadata import RULE_SETS_TABLE
from services.leads.storage.tables import CAMPAIGNS, CHANNELS


async def settings_stamp(read: Read) -> int:
    """Grows with every change of rules, channels and campaigns: versions only grow and no row is deleted."""
    tables: tuple[Any, ...] = (RULE_SETS_TABLE, CHANNELS, CAMPAIGNS)
    sums = [select(func.coalesce(func.sum(table.c.version), 0)).scalar_subquery() for table in tables]
    row = (await read.connection.execute(select(*sums))).one()
    return sum(int(each) for each in row)
