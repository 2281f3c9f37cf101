"""Customers whom others look after and a member works with: his opportunity lets him at its account and its people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, Uuid, any_, false, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.principal import Principal
from chassis.work import Read
from services.pipeline.domain.opportunity import OpportunityState
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES

_STATE = OPPORTUNITIES.c.state
# One that is open lets its owner write; one that he won lets him read on; one that is lost is nothing any more.
_LETS: Mapping[str, ColumnElement[bool]] = {
    "pipeline.read": _STATE.is_distinct_from(OpportunityState.LOST.value),
    "pipeline.write": _STATE.is_not_distinct_from(OpportunityState.OPEN.value),
}


@dataclass(frozen=True, slots=True)
class WorkedAccounts:
    """Rows of accounts that a member works with; `column` says of which account a row is."""

    column: str

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:
        """The condition under which a row is of an account the member works with."""
        if principal.member is None or permission not in _LETS:
            return false()
        worked = _worked(principal.member, permission).scalar_subquery()
        # Gathered once, as `chassis.collaborators.sharing` does: the planner reaches the rows by their key.
        return rows.c[self.column] == any_(func.array(worked, type_=ARRAY(Uuid)))


async def worked_accounts(read: Read, *, permission: str) -> frozenset[UUID]:
    """The accounts the caller works with."""
    member = read.principal.member
    if member is None or permission not in _LETS:
        return frozenset()
    return frozenset(await read.connection.scalars(_worked(member, permission)))


def _worked(member: UUID, permission: str) -> Select[Any]:
    return select(OPPORTUNITIES.c.account).where(OPPORTUNITIES.c.owner == member, _LETS[permission])
