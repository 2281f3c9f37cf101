"""The table of collaborators, one in each service that shares rows."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, MetaData, Table, Text, UniqueConstraint, Uuid


def collaborators_table(metadata: MetaData) -> Table:
    """Declare the table `collaborators`; a member stands at most once at a row of a collection."""
    instant = DateTime(timezone=True)
    table = Table(
        "collaborators",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("collection", Text, nullable=False),
        Column("row", Uuid, nullable=False),
        Column("member", Uuid, nullable=False),
        Column("role", Text, nullable=False),
        Column("end_date", Date, nullable=False),
        Column("end_time", instant, nullable=False),
        Column("reason", Text, nullable=False),
        Column("creator", Text, nullable=False),
        Column("removed", Boolean, nullable=False),
        Column("create_time", instant, nullable=False),
        Column("update_time", instant, nullable=False),
        UniqueConstraint("collection", "row", "member", name="collaborators_row"),
    )
    Index("collaborators_member", table.c.member, table.c.collection, postgresql_where=~table.c.removed)
    return table
