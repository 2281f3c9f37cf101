"""The embedded servers start anywhere, survive a kill and leave nothing in the way of the next start."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.nats import Nats, start_nats
from deploy.local.postgres import Postgres, start_postgres
from tests.support.databases import Databases
from tests.support.waiting import eventually

OTHERS = "select state from pg_stat_activity where pid <> pg_backend_pid()"
LONG = "select count(*) from (select generate_series(1, 300000000)) as rows"  # half a minute without a temporary file

RUNNER = """
import sys, time
from pathlib import Path
from deploy.local.postgres import start_postgres
from deploy.local.nats import start_nats
home = Path(sys.argv[1])
postgres, nats = start_postgres(home / "postgres", durable=False), start_nats(home / "nats", durable=False)
print(postgres.process.pid, nats.process.pid, flush=True)
time.sleep(60)
"""


async def test_a_database_is_reached_over_its_socket(empty_database: str) -> None:
    engine = create_async_engine(empty_database)
    async with engine.connect() as connection:
        collation = await connection.scalar(
            sqlalchemy.text("select datlocale from pg_database where datname = current_database()")
        )
    await engine.dispose()
    assert collation == "C.UTF-8"


def test_a_copy_has_the_rows_of_its_template(postgres: Postgres) -> None:
    postgres.create_database("original")
    postgres.execute("create table color (name text)", database="original")
    postgres.execute("insert into color values ('红')", database="original")
    postgres.create_database("copy", template="original")
    assert postgres.execute("select name from color", database="copy") == "红"
    postgres.drop_database("copy")
    postgres.drop_database("original")


def test_two_databases_of_one_run_differ(databases: Databases) -> None:
    with databases.empty() as one, databases.empty() as other:
        assert one != other


def test_a_folder_too_deep_for_a_socket_works_too(tmp_path: Path) -> None:
    server = start_postgres(tmp_path / ("deep" * 30), durable=False)
    try:
        assert server.execute("select 1") == "1"
    finally:
        server.stop()


def test_nats_answers_on_its_port(nats_server: Nats) -> None:
    assert psutil.Process(nats_server.process.pid).is_running()
    assert nats_server.port > 0


def test_a_killed_runner_leaves_nothing_that_blocks_the_next_start(servers_folder: Path) -> None:
    home = servers_folder / "killed"
    runner = subprocess.Popen([sys.executable, "-c", RUNNER, str(home)], stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    pids = [int(pid) for pid in runner.stdout.readline().split()]
    os.kill(runner.pid, signal.SIGKILL)
    runner.communicate()

    postgres, nats = (
        start_postgres(home / "postgres", durable=False),
        start_nats(home / "nats", durable=False),
    )

    try:
        assert postgres.execute("select 1") == "1"
        assert nats.port > 0
        assert not any(psutil.pid_exists(pid) for pid in pids)
    finally:
        postgres.stop()
        nats.stop()


async def test_a_server_killed_in_the_middle_of_a_long_statement_starts_again(servers_folder: Path) -> None:
    folder = servers_folder / "busy"
    killed = start_postgres(folder, durable=False)
    busy = asyncio.create_task(asyncio.to_thread(killed.execute, LONG))
    await eventually(lambda: "active" in killed.execute(OTHERS))
    killed.process.kill()
    killed.process.wait()

    started = await asyncio.to_thread(start_postgres, folder, durable=False)

    try:
        assert started.execute("select 1") == "1"
        with pytest.raises(RuntimeError, match="server closed the connection"):
            await busy
    finally:
        started.stop()
