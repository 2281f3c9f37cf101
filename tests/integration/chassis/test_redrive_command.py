"""The door to a redrive: a command beside the running service."""

import os
import subprocess
import sys
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.tables import applied, dead_letters, parked
from tests.support.clock import NOON

MEMBER = f"member/{UUID(int=1)}"
LETTER = {
    "consumer": "leads-organization",
    "aggregate": MEMBER,
    "event_id": "e",
    "subject": "millrace.directory.v1.member.updated",
    "event_type": "millrace.directory.v2.SomethingNew",
    "payload": b"",
    "occurred": NOON,
    "error": "KeyError()",
}


def redrive(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "MILLRACE_LEADS_DATABASE_URL": database,
        "MILLRACE_DIRECTORY_ADDRESS": "localhost:1",
        "MILLRACE_NATS_URL": "nats://unused",
        "MILLRACE_SECRET": "s" * 32,
    }
    command = [sys.executable, "-m", "services.leads", "redrive", *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | settings)


async def test_the_command_applies_the_dead_letters_of_a_record_and_frees_it(leads_database: str) -> None:
    engine = create_async_engine(leads_database)
    async with engine.begin() as connection:
        await connection.execute(dead_letters.insert(), [LETTER | {"version": version} for version in (1, 2)])
        parking = {"consumer": "leads-organization", "aggregate": MEMBER, "since": NOON}
        await connection.execute(parked.insert(), parking)
    done = redrive(leads_database, "leads-organization", MEMBER)
    assert (done.returncode, done.stdout) == (0, "2 applied\n"), done.stderr
    async with engine.connect() as connection:
        assert await connection.scalar(select(applied.c.version).where(applied.c.aggregate == MEMBER)) == 2
        assert await connection.scalar(select(func.count()).select_from(parked)) == 0
        assert await connection.scalar(select(func.count()).select_from(dead_letters)) == 0
    await engine.dispose()


def test_the_command_says_why_it_redrives_nothing(leads_database: str) -> None:
    unknown = redrive(leads_database, "leads-nobody", MEMBER)
    assert unknown.returncode == 1
    assert "there are: leads-opportunities, leads-organization, leads-revocations" in unknown.stderr
    free = redrive(leads_database, "leads-organization", MEMBER)
    assert free.returncode == 1
    assert f"leads-organization has not parked {MEMBER}" in free.stderr
    assert "redrive CONSUMER AGGREGATE" in redrive(leads_database).stderr
