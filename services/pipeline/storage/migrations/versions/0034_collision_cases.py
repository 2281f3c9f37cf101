"""Customers whom two members claim: cases, and one row for each side with its frozen timeline."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0032"


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _texts(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text()), nullable=False)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(none_as_null=nullable), nullable=nullable)


def upgrade() -> None:
    _cases()
    _sides()


def _cases() -> None:
    op.create_table(
        "collision_cases",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=True),
        sa.Column("about", sa.Uuid(), nullable=False),
        _text("pair"),
        _text("opener"),
        _text("origin"),
        _text("state"),
        _json("rules"),
        sa.Column("rules_version", sa.BigInteger(), nullable=False),
        _json("verdict"),
        sa.Column("verdict_digest", sa.LargeBinary(), nullable=False),
        _text("winner", nullable=True),
        _text("rule", nullable=True),
        _json("rulings"),
        _texts("parties"),
        _texts("deciders"),
        sa.Column("decided_reach", sa.Integer(), nullable=False),
        _json("appeal", nullable=True),
        sa.Column("appeal_end_time", sa.DateTime(timezone=True), nullable=True),
        _text("ending", nullable=True),
        _json("effects"),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("close_time", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index(
        "collision_cases_at_once",
        "collision_cases",
        ["about", "pair"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_index("collision_cases_pair", "collision_cases", ["pair", "create_time"])
    op.create_index("collision_cases_account", "collision_cases", ["account", "create_time"])
    op.create_index("collision_cases_state", "collision_cases", ["state", "create_time"])
    op.create_index("collision_cases_create_time", "collision_cases", ["create_time", "uuid"])
    op.create_index("collision_cases_update_time", "collision_cases", ["update_time", "uuid"])
    due = sa.text("state = 'decided'")
    op.create_index("collision_cases_due", "collision_cases", ["appeal_end_time"], postgresql_where=due)


def _sides() -> None:
    op.create_table(
        "collision_sides",
        sa.Column("case", sa.Uuid(), nullable=False),
        _text("side"),
        sa.Column("owner", sa.Uuid(), nullable=False),
        sa.Column("team", sa.Uuid(), nullable=True),
        sa.Column("region", sa.Uuid(), nullable=True),
        sa.Column("registration", sa.Uuid(), nullable=True),
        sa.Column("opportunity", sa.Uuid(), nullable=True),
        _text("statement"),
        _texts("evidence"),
        _texts("authors"),
        _json("timeline"),
        sa.PrimaryKeyConstraint("case", "side", name="collision_sides_pkey"),
    )
    for name in ("owner", "team", "region"):
        op.create_index(f"collision_sides_{name}", "collision_sides", [name])
    named = sa.text("registration IS NOT NULL")
    op.create_index("collision_sides_registration", "collision_sides", ["registration"], postgresql_where=named)
