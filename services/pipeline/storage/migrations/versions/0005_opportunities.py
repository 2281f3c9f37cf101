"""Sales processes, opportunities, their stage history and their board."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _sales_processes()
    _opportunities()
    _index_opportunities()
    _more_indexes_of_opportunities()
    _stage_visits()
    _board_entries()
    _index_board_entries()
    _opportunity_conflicts()
    _index_opportunity_conflicts()


def _sales_processes() -> None:
    op.create_table(
        "sales_processes",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("stages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _opportunities() -> None:
    op.create_table(
        "opportunities",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("amount_currency", sa.Text(), nullable=False),
        sa.Column("weighted_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_close_date", sa.Date(), nullable=True),
        sa.Column("close_order", sa.Date(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("next_step_date", sa.Date(), nullable=True),
        sa.Column("competitor", sa.Text(), nullable=False),
        sa.Column("tactics", sa.Text(), nullable=False),
        sa.Column("registration", sa.Uuid(), nullable=True),
        sa.Column("lead", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Uuid(), nullable=True),
        sa.Column("campaign", sa.Uuid(), nullable=True),
        sa.Column("first_contact_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("sales_process", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_kind", sa.Text(), nullable=False),
        sa.Column("stage_entered_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("rot_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("close_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("loss_reason", sa.Text(), nullable=False),
        sa.Column("contract", sa.Uuid(), nullable=True),
        sa.Column("settle_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("waivers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("postponements", sa.Integer(), nullable=False),
        sa.Column("need_confirmed_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quoted_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _index_opportunities() -> None:
    op.create_index("opportunities_account", "opportunities", ["account"], unique=False)
    op.create_index("opportunities_amount", "opportunities", ["amount_minor", "uuid"], unique=False)
    op.create_index(
        "opportunities_board",
        "opportunities",
        ["sales_process", "stage", sa.literal_column("weighted_minor DESC"), "uuid"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("opportunities_closing", "opportunities", ["close_order", "uuid"], unique=False)
    op.create_index(
        "opportunities_contract",
        "opportunities",
        ["contract"],
        unique=False,
        postgresql_where=sa.text("contract is not null"),
    )
    op.create_index("opportunities_lead", "opportunities", ["lead"], unique=False)
    op.create_index(
        "opportunities_newest",
        "opportunities",
        [sa.literal_column("create_time DESC"), sa.literal_column("uuid DESC")],
        unique=False,
    )
    op.create_index(
        "opportunities_owner", "opportunities", ["owner", sa.literal_column("create_time DESC")], unique=False
    )


def _more_indexes_of_opportunities() -> None:
    op.create_index(
        "opportunities_region", "opportunities", ["region", sa.literal_column("create_time DESC")], unique=False
    )
    op.create_index("opportunities_registration", "opportunities", ["registration"], unique=True)
    op.create_index(
        "opportunities_rotting", "opportunities", ["rot_time"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "opportunities_team", "opportunities", ["team", sa.literal_column("create_time DESC")], unique=False
    )
    op.create_index(
        "opportunities_unfollowed",
        "opportunities",
        ["follow_up_time"],
        unique=False,
        postgresql_where=sa.text("state = 'open' and quoted_time is not null"),
    )
    op.create_index(
        "opportunities_unquoted",
        "opportunities",
        ["need_confirmed_time"],
        unique=False,
        postgresql_where=sa.text("state = 'open' and quoted_time is null"),
    )
    op.create_index("opportunities_updated", "opportunities", ["update_time", "uuid"], unique=False)
    op.create_index("opportunities_weighted", "opportunities", ["weighted_minor", "uuid"], unique=False)


def _stage_visits() -> None:
    op.create_table(
        "stage_visits",
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_kind", sa.Text(), nullable=False),
        sa.Column("entered_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("opportunity", "visit", name="stage_visits_pkey"),
    )


def _board_entries() -> None:
    op.create_table(
        "board_entries",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("sales_process", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("opportunities", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("weighted_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _index_board_entries() -> None:
    op.create_index("board_entries_owner", "board_entries", ["owner"], unique=False)
    op.create_index("board_entries_team", "board_entries", ["team"], unique=False)


def _opportunity_conflicts() -> None:
    op.create_table(
        "opportunity_conflicts",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("linked", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Uuid(), nullable=True),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )


def _index_opportunity_conflicts() -> None:
    op.create_index(
        "opportunity_conflicts_newest", "opportunity_conflicts", [sa.literal_column("time DESC"), "uuid"], unique=False
    )
    op.create_index("opportunity_conflicts_opportunity", "opportunity_conflicts", ["opportunity"], unique=False)
