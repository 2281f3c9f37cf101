"""The table of rounds, in each service that goes over its stock."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, Uuid


def rounds_table(metadata: MetaData) -> Table:
    """Declare `rounds`: how far each round over the stock is; without `due` it is at its goal."""
    return Table(
        "rounds",
        metadata,
        Column("name", Text, primary_key=True),
        Column("goal", Text, nullable=False),
        Column("after", Uuid),
        Column("changed", BigInteger, nullable=False),
        Column("due", DateTime(timezone=True)),
    )
