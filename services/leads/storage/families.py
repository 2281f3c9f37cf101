"""The leads of one customer: the one that stands, and those that were merged into it, also by way of others.

Side rows stay with the lead they were written for; whoever reads what happened to a lead reads it of all of them.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.leads.storage.tables import LEAD_IDENTITIES

# Who stands for a lead that was taken back.
NOBODY = UUID(int=0)
# What stands for `of` is a select of the leads whose families are wanted.
FAMILY = (
    "with recursive family(lead) as ({of} union "
    "select l.uuid from leads l join family f on l.merged_into = f.lead) select lead from family"
)
_FAMILY = Prepared(text(FAMILY.format(of="select unnest(cast(:leads as uuid[]))")))
_STANDS = Prepared(
    select(LEAD_IDENTITIES.c.lead, LEAD_IDENTITIES.c.stands_for).where(
        LEAD_IDENTITIES.c.lead == any_(bindparam("leads", type_=ARRAY(Uuid))), LEAD_IDENTITIES.c.stands_for.is_not(None)
    )
)
_POINT = text(
    "update lead_identities set stands_for = nullif(cast(:at as uuid), lead) where lead = any(cast(:leads as uuid[]))"
)


async def family_of(read: Read, *leads: UUID) -> frozenset[UUID]:
    """The leads with all that were merged into them; the caller has checked that they may be seen."""
    return frozenset(row["lead"] for row in await read.rows(_FAMILY, leads=list(leads)))


async def standing_for(read: Read, leads: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Which lead stands for each of these that were merged away; those that stand for themselves are left out.

    For one that was taken back NOBODY stands.
    """
    rows = await read.rows(_STANDS, leads=list(leads)) if leads else []
    return {row["lead"]: row["stands_for"] for row in rows}


async def point_at(work: UnitOfWork, leads: Collection[UUID], *, at: UUID) -> None:
    """Let whoever finds one of these leads by its keys find the lead that stands; that one stands for itself."""
    await work.begin()
    await work.connection.execute(_POINT, {"leads": list(leads), "at": at})
