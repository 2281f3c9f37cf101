"""What follows from what happened to accounts is kept with them; every account of before is due for it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0023"


def upgrade() -> None:
    # Processes of before write no phase.
    op.add_column("accounts", sa.Column("phase", sa.Text(), nullable=True))
    op.execute("update accounts set phase = 'prospect'")
    op.create_index("accounts_phase", "accounts", ["phase", "create_time"])
    op.create_table(
        "account_profiles_due",
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Uuid(), nullable=False),
        sa.Column("due_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uuid"),
    )
    op.create_index("account_profiles_due_time", "account_profiles_due", ["due_time"])
    op.create_index("account_profiles_due_account", "account_profiles_due", ["account"])
    op.execute(
        "insert into account_profiles_due (uuid, account, due_time) select uuid, uuid, update_time from accounts "
        "where delete_time is null"
    )
