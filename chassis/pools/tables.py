"""The tables of pools, of what became of things around them, and of who is about to get one."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

_INSTANT = DateTime(timezone=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTables:
    """The three tables; in the ledger the column `subject` names what moved, `about` of which class it was then."""

    pools: Table
    moves: Table
    holders: Table
    subject: str
    about: str


def pool_tables(metadata: MetaData, *, kind: str, subject: str, about: str) -> PoolTables:
    """Declare `{kind}s`, `{kind}_moves` and `{subject}_holders`."""
    return PoolTables(
        pools=_pools(metadata, kind),
        moves=_moves(metadata, kind, subject, about),
        # Whoever gets something from a pool holds his row until that is written: what he holds is counted one by one.
        holders=Table(f"{subject}_holders", metadata, Column("member", Uuid, primary_key=True)),
        subject=subject,
        about=about,
    )


def _pools(metadata: MetaData, kind: str) -> Table:
    table = Table(
        f"{kind}s",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("display_name", Text, nullable=False),
        Column("members", ARRAY(Uuid), nullable=False),
        Column("roles", ARRAY(Text), nullable=False),
        Column("teams", ARRAY(Uuid), nullable=False),
        Column("regions", ARRAY(Uuid), nullable=False),
        Column("administrators", ARRAY(Uuid), nullable=False),
        Column("daily_cap", Integer),
        Column("holding_cap", Integer),
        Column("cool_down_days", Integer, nullable=False),
        Column("closed", Boolean, nullable=False),
        Column("create_time", _INSTANT, nullable=False),
        Column("update_time", _INSTANT, nullable=False),
    )
    Index(f"{kind}s_display_name", table.c.display_name, table.c.uuid)
    return table


def _moves(metadata: MetaData, kind: str, subject: str, about: str) -> Table:
    """The ledger: one row for each thing that went into a pool, out of it, or from one to another.

    `member` is who lost it or got it, `actor` who did it.
    """
    table = Table(
        f"{kind}_moves",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column(subject, Uuid, nullable=False),
        Column("kind", Text, nullable=False),
        Column("time", _INSTANT, nullable=False),
        Column("pool", Uuid, nullable=False),
        Column("former_pool", Uuid),
        Column("member", Uuid),
        Column("actor", Text, nullable=False),
        Column(about, Text, nullable=False),
        Column("reason", Text, nullable=False, info={"personal": True}),
    )
    Index(f"{kind}_moves_pool", table.c.pool, table.c.time, table.c.uuid)
    Index(f"{kind}_moves_member", table.c.member, table.c.time)
    Index(f"{kind}_moves_{subject}", table.c[subject], table.c.time)
    Index(f"{kind}_moves_time", table.c.time, table.c.uuid)
    return table
