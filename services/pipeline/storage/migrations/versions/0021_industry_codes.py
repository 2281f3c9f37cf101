"""The industries of before by their codes; what the table of industries does not know stays as it is written."""

import sqlalchemy as sa
from alembic import op

from trade.industries import industry_code, industry_codes

revision = "0021"
down_revision = "0020"

_TABLES = ("accounts", "registrations", "opportunities")


def upgrade() -> None:
    connection = op.get_bind()
    for table in _TABLES:
        # People write few different words, each on many rows.
        written = connection.scalars(sa.text(f"select distinct industry from {table} where industry <> ''"))  # noqa: S608 - of a fixed list
        for word in list(written):
            if (code := industry_code(word)) != word:
                statement = sa.text(f"update {table} set industry = :code where industry = :word")  # noqa: S608 - of a fixed list
                connection.execute(statement, {"code": code, "word": word})
    for row in connection.execute(sa.text("select uuid, industries from sales_processes")).all():
        statement = sa.text("update sales_processes set industries = :codes where uuid = :uuid")
        connection.execute(statement, {"codes": sorted(industry_codes(row.industries)), "uuid": row.uuid})
