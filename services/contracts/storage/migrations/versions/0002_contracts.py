"""Contracts with their templates, documents and signatures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("contract_numbers")))
    _contracts()
    _contract_templates()
    _contract_template_versions()
    _documents()
    _signatures()


def _contracts() -> None:
    op.create_table(
        "contracts",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("quote", sa.Uuid(), nullable=False),
        sa.Column("quote_hash", sa.LargeBinary(), nullable=False),
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("template", sa.Uuid(), nullable=False),
        sa.Column("template_version", sa.BigInteger(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("buyer", sa.Text(), nullable=False),
        sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payment_template", sa.Text(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("approval", sa.Uuid(), nullable=True),
        sa.Column("approved_hash", sa.LargeBinary(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("document", sa.Uuid(), nullable=True),
        sa.Column("sign_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settle_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    _contract_indexes()


def _contract_indexes() -> None:
    op.create_index("contracts_account", "contracts", ["account", "create_time"], unique=False)
    op.create_index("contracts_create_time", "contracts", ["create_time", "uuid"], unique=False)
    op.create_index(
        "contracts_in_force",
        "contracts",
        ["end_date"],
        unique=False,
        postgresql_where=sa.text("state IN ('active', 'amended')"),
    )
    op.create_index("contracts_number", "contracts", ["number"], unique=True)
    op.create_index("contracts_opportunity", "contracts", ["opportunity"], unique=False)
    op.create_index("contracts_owner", "contracts", ["owner", "create_time"], unique=False)
    op.create_index(
        "contracts_quote_at_once",
        "contracts",
        ["quote"],
        unique=True,
        postgresql_where=sa.text("state != 'terminated'"),
    )
    op.create_index("contracts_region", "contracts", ["region", "create_time"], unique=False)
    op.create_index("contracts_state", "contracts", ["state", "create_time"], unique=False)
    op.create_index("contracts_team", "contracts", ["team", "create_time"], unique=False)


def _contract_templates() -> None:
    op.create_table(
        "contract_templates",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payment_template", sa.Text(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _contract_template_versions() -> None:
    op.create_table(
        "contract_template_versions",
        sa.Column("template", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("clauses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("template", "version"),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("documents_subject", "documents", ["subject", "create_time"], unique=False)


def _signatures() -> None:
    op.create_table(
        "signatures",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expire_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.Uuid(), nullable=True),
        sa.Column("document_hash", sa.LargeBinary(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("archive_number", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("sign_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("signatures_contract", "signatures", ["contract", "create_time"], unique=False)
    op.create_index(
        "signatures_token",
        "signatures",
        ["token_hash"],
        unique=True,
        postgresql_where=sa.text("token_hash IS NOT NULL"),
    )
