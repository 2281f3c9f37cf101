"""When a lead's customer made contact; leads of before were received when their record was made."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_FILL = "update leads set received_time = create_time"
# Processes of the release before run beside this table for a while and know no such column. Without the trigger their
# inserts would fail; once none of them is left, a later release drops it.
_FUNCTION = """
create function leads_received_when_created() returns trigger language plpgsql as $$
begin
    new.received_time := new.create_time;
    return new;
end $$
"""
_TRIGGER = """
create trigger leads_received_time before insert on leads
for each row when (new.received_time is null) execute function leads_received_when_created()
"""


def upgrade() -> None:
    op.add_column("leads", sa.Column("received_time", sa.DateTime(timezone=True), nullable=True))
    op.execute(_FUNCTION)
    op.execute(_TRIGGER)
    op.execute(_FILL)
    op.alter_column("leads", "received_time", nullable=False)
    op.create_index("leads_received_time", "leads", ["received_time", "uuid"], unique=False)
