"""The words of cases, which may tell of a person: they go with him; what was decided, and by which facts, stays."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select, update

from chassis.work import UnitOfWork
from services.pipeline.storage.collision_cases import RECORD
from services.pipeline.storage.collision_tables import COLLISION_CASES, COLLISION_SIDES


async def forget_words(work: UnitOfWork, *, account: UUID | None, registrations: Collection[UUID]) -> Sequence[str]:
    """Take what sides and managers said out of the cases about a customer; the names of the cases."""
    await work.begin()
    named = select(COLLISION_SIDES.c.case).where(COLLISION_SIDES.c.registration.in_(registrations))
    about = [COLLISION_CASES.c.uuid.in_(named), *([COLLISION_CASES.c.account == account] if account else ())]
    found = select(COLLISION_CASES.c.uuid, COLLISION_CASES.c.rulings, COLLISION_CASES.c.appeal).where(or_(*about))
    rows = (await work.connection.execute(found.order_by(COLLISION_CASES.c.uuid).with_for_update())).all()
    for row in rows:
        wordless = {
            "rulings": [{**ruling, "comment": ""} for ruling in row.rulings],
            "appeal": {**row.appeal, "statement": ""} if row.appeal else None,
        }
        case = update(COLLISION_CASES).where(COLLISION_CASES.c.uuid == row.uuid)
        await work.connection.execute(case.values(**wordless))
        sides = update(COLLISION_SIDES).where(COLLISION_SIDES.c.case == row.uuid)
        await work.connection.execute(sides.values(statement=""))
    return [RECORD.name(row.uuid) for row in rows]
