"""The tables of rule sets, in each service that has rules to edit."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB


def rule_set_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Declare `rule_sets`, what is in force, and `rule_set_versions`, everything that was."""
    in_force = Table(
        "rule_sets",
        metadata,
        Column("uuid", Uuid, primary_key=True),
        Column("version", BigInteger, nullable=False),
        Column("kind", Text, nullable=False),
        Column("body", JSONB, nullable=False),
        Column("author", Text, nullable=False),
        Column("update_time", DateTime(timezone=True), nullable=False),
        UniqueConstraint("kind", name="rule_sets_kind"),
    )
    versions = Table(
        "rule_set_versions",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("version", BigInteger, primary_key=True),
        Column("body", JSONB, nullable=False),
        Column("author", Text, nullable=False),
        Column("active_from", DateTime(timezone=True), nullable=False),
    )
    return in_force, versions
