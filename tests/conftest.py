"""The servers that tests use: real ones, started once per worker, thrown away afterwards."""

import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from deploy.local.nats import Nats, start_nats
from deploy.local.postgres import Postgres, start_postgres
from tests.support.clock import FixedClock
from tests.support.databases import Databases
from tests.support.grouping import ByRoom, longest_first
from tests.support.homes import Homes
from tests.support.memory import roomy_memory
from tests.support.parsing import parse_undisturbed
from tests.support.plain_logs import write_plainly
from tests.support.running import Running

StartProcess = Callable[..., Running]

parse_undisturbed()
write_plainly()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what lasts longest."""
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByRoom:
    """Keep tests that share what was started on one worker."""
    return ByRoom(config, log)


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """Where the servers keep their data: short, for the sake of socket paths, and removed."""
    with tempfile.TemporaryDirectory(prefix="millrace-", dir=roomy_memory(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the workers of this run have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Iterator[Postgres]:
    """The PostgreSQL of this worker."""
    server = start_postgres(servers_folder / "postgres", durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def databases(postgres: Postgres) -> Databases:
    """Hands out databases: `with databases.of("leads") as url`, `with databases.empty() as url`."""
    return Databases(postgres)


@pytest.fixture(scope="session")
def nats_server(servers_folder: Path) -> Iterator[Nats]:
    """The NATS server of this worker; tests that kill one start their own with `start_nats`."""
    server = start_nats(servers_folder / "nats", durable=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def homes(run_folder: Path, servers_folder: Path) -> Homes:
    """Hands out folders of the product after its first start: `homes.started_once()`."""
    return Homes(shared=run_folder, own=servers_folder)


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """The URL of a database without tables."""
    with databases.empty() as url:
        yield url


@pytest.fixture
def directory_database(databases: Databases) -> Iterator[str]:
    """The URL of a fresh, migrated database of directory."""
    with databases.of("directory") as url:
        yield url


@pytest.fixture
def leads_database(databases: Databases) -> Iterator[str]:
    """The URL of a fresh, migrated database of leads."""
    with databases.of("leads") as url:
        yield url


@pytest.fixture
def pipeline_database(databases: Databases) -> Iterator[str]:
    """The URL of a fresh, migrated database of pipeline."""
    with databases.of("pipeline") as url:
        yield url


@pytest.fixture
def contracts_database(databases: Databases) -> Iterator[str]:
    """The URL of a fresh, migrated database of contracts."""
    with databases.of("contracts") as url:
        yield url


@pytest.fixture
def analytics_database(databases: Databases) -> Iterator[str]:
    """The URL of a fresh, migrated database of analytics."""
    with databases.of("analytics") as url:
        yield url


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at Monday noon in Shanghai until it is moved."""
    return FixedClock()


@pytest.fixture
async def start_process(tmp_path: Path) -> AsyncIterator[StartProcess]:
    """Makes processes: `await start_process("services.leads", environment).start()`; kills them at the end."""
    made: list[Running] = []
    numbers = itertools.count()

    def make(module: str, environment: dict[str, str], *arguments: str) -> Running:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        made.append(Running(module, folder, environment, arguments or ("both",)))
        return made[-1]

    yield make
    for process in made:
        process.kill()
