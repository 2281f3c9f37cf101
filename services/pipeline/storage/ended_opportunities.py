"""What was with a customer: whoever looks after an account reads its opportunities that ended, whoever worked them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, select

from chassis.principal import Principal
from services.pipeline.domain.opportunity import OpportunityState
from services.pipeline.storage.account_tables import ACCOUNTS


@dataclass(frozen=True, slots=True)
class EndedWithOwn:
    """Opportunities that ended, of the accounts a member owns: `chassis.scope` adds them to his own, for reading."""

    def reaches(self, rows: FromClause, *, principal: Principal, permission: str) -> ColumnElement[bool]:
        """The condition under which a row is one of them."""
        if principal.member is None or permission != "pipeline.read":
            return false()
        his = _owned_by(principal.member, rows).correlate(rows).exists()
        return and_(rows.c.state != OpportunityState.OPEN.value, his)


def _owned_by(member: UUID, rows: FromClause) -> Select[Any]:
    return select(ACCOUNTS.c.uuid).where(ACCOUNTS.c.uuid == rows.c.account, ACCOUNTS.c.owner == member)
