"""Skills that the release before wrote get the codes of their industries by a migration."""

from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrations import migrate
from chassis.roles import DatabaseRoles
from services.directory.__main__ import DEFINITION
from services.directory.domain.member import Member, MemberDetails, add_member
from services.directory.storage.members import RECORD
from services.directory.storage.tables import MEMBERS
from tests.support.clock import NOON


async def test_words_become_codes_each_once_and_what_is_not_known_stays(empty_database: str) -> None:
    roles = DatabaseRoles(owner_url=empty_database, application_url=empty_database)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables, revision="0005")
    engine = create_async_engine(empty_database)
    skills = [("零售业", "Retail", "家具"), (), ("manufacturing",)]
    rows = [{**RECORD.row(_member(number, skills=each)), "version": 1} for number, each in enumerate(skills, start=1)]
    async with engine.begin() as connection:
        await connection.execute(insert(MEMBERS), rows)
    await migrate(roles, folder=DEFINITION.migrations, tables=DEFINITION.tables)
    async with engine.begin() as connection:
        after = list(await connection.scalars(select(MEMBERS.c.skills).order_by(MEMBERS.c.uuid)))
    await engine.dispose()
    assert after == [["retail", "家具"], [], ["manufacturing"]]


def _member(number: int, *, skills: tuple[str, ...]) -> Member:
    details = MemberDetails(display_name="甲", pinyin="jia", email=f"{number}@yunfan.example", skills=skills)
    return add_member(uuid=UUID(int=number), details=details, now=NOON).aggregate
