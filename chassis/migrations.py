"""Bringing a database to the present: Alembic, run by the owner role, one service at a time."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.roles import DatabaseRoles, give_roles, hidden_tables

_LOCK = "select pg_advisory_xact_lock(hashtextextended('millrace.migrate', 0))"


async def migrate(roles: DatabaseRoles, *, folder: Path, tables: MetaData, revision: str = "head") -> None:
    """Upgrade the database to `revision` and give the roles their rights; two runners at once wait for one another."""
    engine = create_async_engine(roles.owner_url, connect_args={"server_settings": {"lock_timeout": "10000"}})
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(_LOCK)
            await connection.run_sync(_upgrade, folder, tables, revision)
            await give_roles(
                connection, application_url=roles.application_url, reader=roles.reader, hidden=hidden_tables(tables)
            )
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, folder: Path, tables: MetaData, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder))
    script = ScriptDirectory.from_config(config)

    def steps(current: object, _context: MigrationContext) -> object:
        return script._upgrade_revs(revision, current)  # type: ignore[arg-type]  # noqa: SLF001 - as Alembic's own command does

    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=tables)
        with environment.begin_transaction():
            environment.run_migrations()
