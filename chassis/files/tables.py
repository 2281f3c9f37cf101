"""The table of files, one in each service that keeps some."""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, Table, Text, Uuid, text


def files_table(metadata: MetaData) -> Table:
    """Declare the table `files`: what is known of a file; its bytes lie in the vault."""
    table = Table(
        "files",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("sha256", LargeBinary, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("display_name", Text, nullable=False, info={"personal": True}),
        Column("uploader", Text, nullable=False),
        Column("create_time", DateTime(timezone=True), nullable=False),
        Column("state", Text, nullable=False),
    )
    Index("files_discarded", table.c.uuid, postgresql_where=text("state = 'discarded'"))
    return table
