"""Rounds in their table."""

from sqlalchemy import Table, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.rounds.round import Round
from chassis.work import UnitOfWork


async def hold_round(work: UnitOfWork, rounds: Table, *, name: str) -> Round | None:
    """The round, which nobody else carries on until this unit of work ends; None while somebody does."""
    await work.connection.execute(insert(rounds).values(name=name, goal="", changed=0).on_conflict_do_nothing())
    statement = select(rounds).where(rounds.c.name == name).with_for_update(skip_locked=True)
    row = (await work.connection.execute(statement)).mappings().one_or_none()
    return Round(**row) if row is not None else None


async def keep_round(work: UnitOfWork, rounds: Table, standing: Round) -> None:
    """Write how far the round is, in the transaction of what it did."""
    values = {"goal": standing.goal, "after": standing.after, "changed": standing.changed, "due": standing.due}
    await work.connection.execute(update(rounds).where(rounds.c.name == standing.name).values(values))
