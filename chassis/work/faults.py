"""What faults of the database mean to a write, and how a transaction ends."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis import database
from chassis.replication import was_not_replicated
from chassis.rpc.refusals import UnstorableText
from chassis.work.flush import LostRace
from kernel.errors import DeadlinePassed, OutcomeUnknown, Overloaded


def meaning(error: Exception) -> Exception:
    """What the database's fault is in our words; the fault itself where it is a defect of ours."""
    state = database.sqlstate(error)
    if database.connection_lost(error):
        return Overloaded()
    if state in {database.DEADLOCK, database.SERIALIZATION_FAILURE} or database.plan_outdated(error):
        return LostRace()
    if state == database.QUERY_CANCELED:
        return DeadlinePassed()
    return UnstorableText() if database.unstorable(error) else error


async def commit(connection: AsyncConnection) -> None:
    """Commit; raises OutcomeUnknown when the database was lost meanwhile or only this server has it."""
    try:
        await connection.commit()
    except (DBAPIError, OSError) as error:
        raise OutcomeUnknown from error
    if was_not_replicated(connection):
        raise OutcomeUnknown


async def roll_back(connection: AsyncConnection, *, lost: bool = False) -> None:
    """Undo what was begun; a connection that is lost is let go."""
    if lost:
        await connection.invalidate()
    if not connection.invalidated and not connection.closed:
        await connection.rollback()
