"""The clock of the first response on each lead; a lead of before has none until somebody else gets it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0023"

_INSTANT = sa.DateTime(timezone=True)
_NEVER = "timestamptz '9999-12-31 00:00:00+00'"
# A constant is written into no row, so that a large table is not written anew; the new release says it itself.
_ADD_ANSWER_BY = f"alter table leads add column answer_by timestamptz not null default {_NEVER}"
_DROP_DEFAULT = "alter table leads alter column answer_by drop default"
# Processes of the release before run beside this table for a while and know no such column; a later release drops this.
_FUNCTION = f"""
create function leads_answer_never() returns trigger language plpgsql as $$
begin
    new.answer_by := {_NEVER};
    return new;
end $$
"""
_TRIGGER = """
create trigger leads_answer_by before insert on leads
for each row when (new.answer_by is null) execute function leads_answer_never()
"""


def upgrade() -> None:
    op.add_column("leads", sa.Column("response", postgresql.JSONB(), nullable=True))
    op.add_column("leads", sa.Column("response_due", _INSTANT, nullable=True))
    op.add_column("leads", sa.Column("first_response_time", _INSTANT, nullable=True))
    op.add_column("leads", sa.Column("response_next", _INSTANT, nullable=True))
    op.execute(_ADD_ANSWER_BY)
    op.execute(_FUNCTION)
    op.execute(_TRIGGER)
    op.execute(_DROP_DEFAULT)
    op.create_index("leads_answer_by", "leads", ["answer_by", "uuid"], unique=False)
    op.create_index(
        "leads_response_next",
        "leads",
        ["response_next", "uuid"],
        unique=False,
        postgresql_where=sa.text("response_next IS NOT NULL"),
    )
