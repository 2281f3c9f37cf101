"""What the people of accounts add to what is known of them; of nobody anything is told but that."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read
from services.pipeline.domain.completeness import KnownPeople
from services.pipeline.domain.contact import DecisionRole
from services.pipeline.storage.account_tables import CONTACTS

# Written out: a prepared statement takes no value for a constant.
DECIDES = CONTACTS.c.decision_role == literal_column(f"'{DecisionRole.DECISION_MAKER.value}'")
_NOTHING: ColumnElement[str] = literal_column("''")
REACHABLE = or_(CONTACTS.c.phone != _NOTHING, CONTACTS.c.email != _NOTHING)

_KNOWN = Prepared(
    select(
        CONTACTS.c.account,
        func.bool_or(DECIDES).label("decision_maker"),
        func.bool_or(REACHABLE).label("reachable"),
    )
    .where(CONTACTS.c.account == any_(bindparam("accounts", type_=ARRAY(Uuid))), CONTACTS.c.delete_time.is_(None))
    .group_by(CONTACTS.c.account)
)


async def known_people(read: Read, accounts: Collection[UUID]) -> Mapping[UUID, KnownPeople]:
    """What is known of the live people of each account; accounts without any are left out."""
    if not accounts:
        return {}
    rows = await read.rows(_KNOWN, accounts=list(accounts))
    return {
        row["account"]: KnownPeople(decision_maker=row["decision_maker"], reachable=row["reachable"]) for row in rows
    }
