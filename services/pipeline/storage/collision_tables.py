"""The tables of cases about customers whom two members claim, one row for each side of a case."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.tables import AT_ONCE
from services.pipeline.storage.metadata import METADATA

_OPEN = text("state <> 'closed'")


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


COLLISION_CASES = Table(
    "collision_cases",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("account", Uuid),
    # What tells that two cases are one: the account, or the registration of a customer who is none yet; and the two.
    Column("about", Uuid, nullable=False),
    _text("pair"),
    _text("opener"),
    _text("origin"),
    _text("state"),
    Column("rules", JSONB, nullable=False),
    Column("rules_version", BigInteger, nullable=False),
    Column("verdict", JSONB, nullable=False),
    Column("verdict_digest", LargeBinary, nullable=False),
    Column("winner", Text),
    Column("rule", Text),
    Column("rulings", JSONB, nullable=False),
    # Who does not decide, who has decided, and how far the widest of them reached.
    Column("parties", ARRAY(Text), nullable=False),
    Column("deciders", ARRAY(Text), nullable=False),
    Column("decided_reach", Integer, nullable=False),
    Column("appeal", JSONB(none_as_null=True)),
    _instant("appeal_end_time", nullable=True),
    Column("ending", Text),
    Column("effects", JSONB, nullable=False),
    _instant("create_time"),
    _instant("update_time"),
    _instant("close_time", nullable=True),
)
Index(
    f"collision_cases{AT_ONCE}",
    COLLISION_CASES.c.about,
    COLLISION_CASES.c.pair,
    unique=True,
    postgresql_where=_OPEN,
)
Index("collision_cases_pair", COLLISION_CASES.c.pair, COLLISION_CASES.c.create_time)
for _name in ("account", "state"):
    Index(f"collision_cases_{_name}", COLLISION_CASES.c[_name], COLLISION_CASES.c.create_time)
Index("collision_cases_create_time", COLLISION_CASES.c.create_time, COLLISION_CASES.c.uuid)
Index("collision_cases_update_time", COLLISION_CASES.c.update_time, COLLISION_CASES.c.uuid)
Index(
    "collision_cases_due",
    COLLISION_CASES.c.appeal_end_time,
    postgresql_where=text("state = 'decided'"),
)

# Written once, when the case is opened: whose side it was then decides who sees it.
COLLISION_SIDES = Table(
    "collision_sides",
    METADATA,
    Column("case", Uuid),
    Column("side", Text),
    Column("owner", Uuid, nullable=False),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("registration", Uuid),
    Column("opportunity", Uuid),
    _text("statement"),
    Column("evidence", ARRAY(Text), nullable=False),
    Column("authors", ARRAY(Text), nullable=False),
    Column("timeline", JSONB, nullable=False),
    PrimaryKeyConstraint("case", "side", name="collision_sides_pkey"),
)
Index("collision_sides_owner", COLLISION_SIDES.c.owner)
Index("collision_sides_team", COLLISION_SIDES.c.team)
Index("collision_sides_region", COLLISION_SIDES.c.region)
Index(
    "collision_sides_registration",
    COLLISION_SIDES.c.registration,
    postgresql_where=COLLISION_SIDES.c.registration.is_not(None),
)
