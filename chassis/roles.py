"""The roles of a service's database: the owner changes tables, the application works in them, a reader only looks.

A flaw in a service then reaches no table's shape, and no line of the audit log that was written before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.settings import Environment

# What of the chain the sealer fills in afterwards; nothing else of an entry ever changes.
_SEALED = "place, hash"
_APPLICATION = (
    "grant usage on schema public to {role}",
    "grant select, insert, update, delete on all tables in schema public to {role}",
    "grant usage, select on all sequences in schema public to {role}",
    "revoke insert, update, delete, truncate on alembic_version from {role}",
    "revoke update, delete, truncate on audit from {role}",
    f"grant update ({_SEALED}) on audit to {{role}}",
    "grant execute on function create_event_log_partition(timestamptz) to {role}",
)
_READER = (
    "grant usage on schema public to {role}",
    "grant select on all tables in schema public to {role}",
)
_MAKE_PARTITION = """
create or replace function create_event_log_partition(month timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    first timestamp := date_trunc('month', month at time zone 'UTC');
begin
    execute format(
        'create table if not exists event_log_%s partition of event_log for values from (%L) to (%L)',
        to_char(first, 'YYYY_MM'), first at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
end $$
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRoles:
    """By which URL the owner comes, by which the application, and the role that may look; empty where there is none."""

    owner_url: str
    application_url: str
    reader: str = ""


def read_roles(service: str, values: Mapping[str, str]) -> DatabaseRoles:
    """The roles by the service's settings; raises SettingsWrong."""
    env, own = Environment(values), service.upper()
    application = env.text(f"MILLRACE_{own}_DATABASE_URL", means="the service's own PostgreSQL database")
    owner = env.text(
        f"MILLRACE_{own}_OWNER_DATABASE_URL", "", means="the same, as the owner of its tables: for `migrate`"
    )
    reader = env.text(f"MILLRACE_{own}_READER", "", means="a role that may read its tables; given by `migrate`")
    env.check()
    return DatabaseRoles(application_url=application, owner_url=owner or application, reader=reader)


def hidden_tables(tables: MetaData) -> frozenset[str]:
    """The tables that hold secrets: no reader of the database sees them."""
    return frozenset(table.name for table in tables.tables.values() if table.info.get("secret"))


async def give_roles(connection: AsyncConnection, *, application_url: str, reader: str, hidden: frozenset[str]) -> None:
    """Let the application and the reader do their work in the tables there are now; the owner's last step.

    Where the application is the owner himself, as on a developer's machine, there is nothing to give. `hidden` are
    tables no reader sees: they hold secrets.
    """
    await lend_partitions(connection)
    owner = await connection.scalar(text("select current_user"))
    application = make_url(application_url).username
    if application and application != owner:
        await _run(connection, _APPLICATION, role=application)
    if reader:
        await _run(connection, _READER, role=reader)
        await _run(connection, [f'revoke all on "{table}" from {{role}}' for table in sorted(hidden)], role=reader)


async def lend_partitions(connection: AsyncConnection) -> None:
    """Make the one function by which an application that may make no table adds a month to the event log."""
    await connection.execute(text(_MAKE_PARTITION))
    await connection.execute(text("revoke all on function create_event_log_partition(timestamptz) from public"))


async def _run(connection: AsyncConnection, statements: Sequence[str], *, role: str) -> None:
    quoted = '"' + role.replace('"', '""') + '"'
    for statement in statements:
        await connection.exec_driver_sql(statement.format(role=quoted))
