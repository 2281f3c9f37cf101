"""What contracts told of the contracts of opportunities; of before, as far as conflicts and opportunities keep it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_WON = """
insert into contract_standings (contract, opportunity, sign_time, settle_time)
select distinct on (contract) contract, uuid, close_time, settle_time from opportunities where contract is not null
on conflict do nothing
"""
_SIGNED = """
insert into contract_standings (contract, opportunity, sign_time)
select distinct on (linked) split_part(linked, '/', 2)::uuid, opportunity, time from opportunity_conflicts
where code in ('SIGNED_WHILE_LOST', 'SIGNED_WHILE_WON') order by linked, time
on conflict do nothing
"""
_SETTLED = """
update contract_standings s set settle_time = c.time from opportunity_conflicts c
where c.code = 'SETTLED_OTHER_CONTRACT' and c.linked = 'contracts/' || s.contract and s.settle_time is null
"""


def upgrade() -> None:
    op.create_table(
        "contract_standings",
        sa.Column("contract", sa.Uuid(), nullable=False),
        sa.Column("opportunity", sa.Uuid(), nullable=False),
        sa.Column("sign_time", sa.DateTime(timezone=True)),
        sa.Column("settle_time", sa.DateTime(timezone=True)),
        sa.Column("end_time", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("contract"),
    )
    op.create_index("contract_standings_opportunity", "contract_standings", ["opportunity"])
    op.execute(_WON)
    op.execute(_SIGNED)
    op.execute(_SETTLED)
