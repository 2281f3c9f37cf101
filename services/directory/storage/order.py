"""Changes of the organization happen one after another, so that each sees a whole that holds together."""

from sqlalchemy import func, select

from chassis.work import UnitOfWork

_ORGANIZATION = 0x6D696C6C0001  # any number no other advisory lock of this database uses


async def after_all_others(work: UnitOfWork) -> None:
    """Wait until no other change of the organization is under way, and let none begin before this one ends.

    Two team moves can close a circle, two administrators can remove each other, and a member can enter a team
    that is just being archived: no constraint of a single row sees any of these. Changes are few, so one lock
    for all is cheap.
    """
    await work.connection.execute(select(func.pg_advisory_xact_lock(_ORGANIZATION)))
