"""Leads that a clock of theirs comes to something for, taken by one sweep at a time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import TextClause, text

from chassis.work import Read


def _due(column: str) -> TextClause:
    """Held until the transaction ends: whoever changes one of them meanwhile waits, and is not overtaken."""
    return text(
        f"select uuid from leads where {column} <= :now order by {column}, uuid limit :most for update skip locked"  # noqa: S608 - our own names
    )


RESPONSE_NEXT, RECYCLE_NEXT = _due("response_next"), _due("recycle_next")


async def take_due(read: Read, due: TextClause, *, most: int) -> Sequence[UUID]:
    """At most so many leads that are due by now; nobody else gets them until the transaction ends."""
    return list(await read.connection.scalars(due, {"now": read.now, "most": most}))
