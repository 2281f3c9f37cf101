"""What leads are found and compared by, beside them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

# Processes of the release before run beside this table for a while and write keys into `leads`. Each is copied while
# it is written, with an empty fingerprint: the reader makes it from the lead, and the next walk of the round writes it
# down. Once none of them is left, a later release drops the trigger, the old column and its index.
_FUNCTION = """
create function leads_identity() returns trigger language plpgsql as $$
begin
    insert into lead_identities (lead, version, match_keys, prints) values (new.uuid, new.version, new.match_keys, '')
    on conflict (lead) do update set version = excluded.version, match_keys = excluded.match_keys, prints = '';
    return null;
end $$
"""
_TRIGGER = """
create trigger leads_identity after insert or update of match_keys on leads
for each row when (new.match_keys <> '{}') execute function leads_identity()
"""
_FILL = """
insert into lead_identities (lead, version, match_keys, prints)
select uuid, version, match_keys, '' from leads on conflict (lead) do nothing
"""


def upgrade() -> None:
    op.create_table(
        "lead_identities",
        sa.Column("lead", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("match_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("prints", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead"),
    )
    op.execute(_FUNCTION)
    op.execute(_TRIGGER)
    op.execute(_FILL)
    op.create_index(
        "lead_identities_match_keys",
        "lead_identities",
        ["match_keys"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    # Which keys hundreds share is known by these statistics: the default target forgets a key of 200 among a million.
    op.execute("alter table lead_identities alter column match_keys set statistics 1000")
