"""Industries that the release before wrote get their codes by a migration."""

from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from services.pipeline.__main__ import DEFINITION
from services.pipeline.domain.account import AccountFacts
from services.pipeline.storage.account_rows import ACCOUNT_RECORD
from services.pipeline.storage.account_tables import ACCOUNTS
from services.pipeline.storage.opportunity_tables import SALES_PROCESSES
from tests.unit.pipeline.test_account import an_account

# Columns that came after.
LATER = frozenset({"phase", "hand_tags", "group_tags", "rated_tier", "pool", "recycling", "recycle_next"})


async def test_words_become_codes_and_what_is_not_known_stays(empty_database: str) -> None:
    roles = DatabaseRoles(owner_url=empty_database, application_url=empty_database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0020")
    engine = create_async_engine(empty_database)
    written = ["零售业", "Retail", "retail", "家具", ""]
    rows = [
        ACCOUNT_RECORD.row(an_account(AccountFacts(display_name="云帆", industry=word), number=number))
        for number, word in enumerate(written)
    ]
    process = {
        "uuid": UUID(int=1),
        "version": 1,
        "name_zh": "零售流程",
        "name_en": "Retail",
        "stages": [],
        "industries": ["家具", "零售业", "零售"],
        "is_default": False,
        "closed": False,
        "create_time": rows[0]["create_time"],
        "update_time": rows[0]["create_time"],
    }
    async with engine.begin() as connection:
        before = [{name: value for name, value in row.items() if name not in LATER} for row in rows]
        await connection.execute(insert(ACCOUNTS), [{**row, "version": 1} for row in before])
        await connection.execute(insert(SALES_PROCESSES), [process])
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.begin() as connection:
        after = list(await connection.scalars(select(ACCOUNTS.c.industry).order_by(ACCOUNTS.c.uuid)))
        wanted = select(SALES_PROCESSES.c.industries).where(SALES_PROCESSES.c.uuid == UUID(int=1))
        industries = await connection.scalar(wanted)
    await engine.dispose()
    assert after == ["retail", "retail", "retail", "家具", ""]
    assert industries == ["retail", "家具"]
