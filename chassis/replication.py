"""Commits that gave up waiting for a synchronous standby (同步备库): PostgreSQL calls them done, and they may be lost.

When the wait is cut short, by the system or by a person, the transaction is committed here and perhaps nowhere else;
the server says so in a warning and then answers as if all were well. To a caller that is an unknown outcome, never OK.
"""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# The function of the server that waits; its warnings have no code of their own, and their words depend on its language.
_WAITING = "SyncRepWaitForLSN"
_NOTICED = "commit not replicated"


def notice_unreplicated_commits(engine: AsyncEngine) -> None:
    """From now on every new connection of the engine remembers such a warning."""

    @event.listens_for(engine.sync_engine, "connect")
    def listen(connection: Any, record: Any) -> None:
        def hear(_connection: Any, message: Any) -> None:
            if getattr(message, "server_source_function", None) == _WAITING:
                record.info[_NOTICED] = True

        connection.driver_connection.add_log_listener(hear)


def was_not_replicated(connection: AsyncConnection) -> bool:
    """Whether the last commit on the connection gave up waiting; asked once for each commit."""
    info = connection.sync_connection.info  # type: ignore[union-attr]  # an open one has it
    return bool(info.pop(_NOTICED, False))
