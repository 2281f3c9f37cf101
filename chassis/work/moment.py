"""Reading many rows as all of them were at one moment, however long it takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis import database
from chassis.no_network import inside_transaction
from chassis.rpc.call import Call
from chassis.work.faults import meaning
from chassis.work.store import Store
from chassis.work.unit import Read

# For each statement; what takes longer than this is no list any more.
_LIMIT = "set local statement_timeout = '60s'"


@asynccontextmanager
async def at_one_moment(store: Store, call: Call) -> AsyncIterator[Read]:
    """A transaction that writes nothing and sees no change of anybody after its first statement.

    A list that is read in pieces would otherwise miss or repeat rows that change meanwhile. Raises Overloaded and
    DeadlinePassed for what the database says.
    """
    try:
        async with database.connected(store.engine) as connection:
            await connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
            await connection.exec_driver_sql(_LIMIT)
            try:
                with inside_transaction():
                    yield Read(connection, call.now, call.principal)
            finally:
                if not (connection.invalidated or connection.closed):
                    await connection.rollback()
    except database.FAULTS as error:
        raise meaning(error) from error
