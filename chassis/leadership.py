"""One replica at a time: who leads holds a lock of the database's for as long as his session lives.

async with leadership(engine, "relay") as lock:
    if lock is not None:            # this process leads; None: another one does
        ...                         # `lock` is a connection in autocommit, to see now and then that the session lives
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_TAKE = "select pg_try_advisory_lock(hashtextextended($1, 0))"


@asynccontextmanager
async def leadership(engine: AsyncEngine, name: str) -> AsyncIterator[AsyncConnection | None]:
    """The connection that holds the lock called `name`, or None while another session holds it.

    The lock belongs to the session and the pool gives sessions to whoever asks next, so the session of a leader ends
    with the block: given back with the lock on it, it would keep every replica out, this one first of all.
    """
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        leads = (await connection.exec_driver_sql(_TAKE, (f"millrace.{name}",))).scalar_one()
        try:
            yield connection if leads else None
        finally:
            if leads:
                await asyncio.shield(connection.invalidate())
