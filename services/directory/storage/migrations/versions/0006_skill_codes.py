"""The skills of members by the codes of their industries; what the table of industries does not know stays."""

import sqlalchemy as sa
from alembic import op

from trade.industries import industry_codes

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("select uuid, skills from members where cardinality(skills) > 0")).all():
        if (codes := list(industry_codes(row.skills))) != row.skills:
            statement = sa.text("update members set skills = :codes where uuid = :uuid")
            connection.execute(statement, {"codes": codes, "uuid": row.uuid})
