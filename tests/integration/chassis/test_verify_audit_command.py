"""The door to the audit log: a command that follows its chain from end to end."""

import os
import subprocess
import sys

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from chassis.audit.sealer import Sealer
from chassis.tables import audit
from tests.support.clock import NOON, FixedClock

# More than the command reads at once.
ENTRIES = 2500
ENTRY = {
    "occurred": NOON,
    "actor": "members/anna",
    "on_behalf_of": "",
    "action": "CreateLead",
    "resource": "leads/1",
    "request_id": "",
    "details": {},
}


def verify_audit(service: str, database: str) -> subprocess.CompletedProcess[str]:
    settings = {f"MILLRACE_{service.upper()}_DATABASE_URL": database}
    command = [sys.executable, "-m", f"services.{service}", "verify-audit"]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | settings)


async def write_log(engine: AsyncEngine, clock: FixedClock) -> None:
    async with engine.begin() as connection:
        await connection.execute(audit.insert(), [ENTRY | {"version": number} for number in range(ENTRIES)])
    sealer = Sealer(engine, clock=clock, service="leads", secret="s" * 32, heads="")
    while await sealer.seal():
        pass


async def test_the_command_tells_up_to_where_the_log_is_whole_and_where_it_was_altered(
    leads_database: str, clock: FixedClock
) -> None:
    engine = create_async_engine(leads_database)
    await write_log(engine, clock)
    whole = verify_audit("leads", leads_database)
    assert (whole.returncode, whole.stdout) == (0, "whole up to entry 2500\n"), whole.stderr
    async with engine.begin() as connection:
        await connection.execute(text("update audit set actor = 'members/other' where place in (2, 2400)"))
        await connection.execute(text("delete from audit where place = 2001"))
    altered = verify_audit("leads", leads_database)
    assert altered.returncode == 1, altered.stderr
    assert altered.stdout.splitlines() == [
        "entry 2: the entry or the one before it was altered",
        "entry 2002: place 2001 is missing",
        "entry 2002: the entry or the one before it was altered",
        "entry 2400: the entry or the one before it was altered",
    ]
    await engine.dispose()


def test_an_empty_log_is_whole(directory_database: str) -> None:
    done = verify_audit("directory", directory_database)
    assert (done.returncode, done.stdout) == (0, "whole up to entry 0\n"), done.stderr
