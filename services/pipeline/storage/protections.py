"""Which customers are protected, for whom and until when (保护期): one row for each key of a customer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from chassis.work import Read, UnitOfWork
from services.pipeline.domain.registration import Registration
from services.pipeline.storage.registration_tables import PROTECTED_KEYS


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedKey:
    """A key that is taken: by whose registration, and until when."""

    key: str
    registration: UUID
    owner: UUID
    team: UUID | None
    end_time: datetime


async def protected_keys(read: Read, keys: Collection[str]) -> Sequence[ProtectedKey]:
    """Those of the keys that are protected now; whose they are is for the caller to hide."""
    statement = select(PROTECTED_KEYS).where(
        PROTECTED_KEYS.c.key.in_(sorted(keys)), PROTECTED_KEYS.c.end_time > read.now
    )
    rows = (await read.connection.execute(statement)).mappings()
    return [ProtectedKey(**row) for row in rows]


async def protect(work: UnitOfWork, registration: Registration, keys: Collection[str], *, until: datetime) -> bool:
    """Take the keys for the registration's owner, where nobody else holds them; whether all could be taken.

    A twin's insert waits here until the other is committed, and then finds the key taken.
    """
    await work.begin()
    new = insert(PROTECTED_KEYS).from_select(
        ["key", "registration", "owner", "team", "end_time"],
        select(
            func.unnest(cast(sorted(keys), ARRAY(Text))),
            literal(registration.uuid, PROTECTED_KEYS.c.registration.type),
            literal(registration.owner.member, PROTECTED_KEYS.c.owner.type),
            literal(registration.owner.team, PROTECTED_KEYS.c.team.type),
            literal(until, PROTECTED_KEYS.c.end_time.type),
        ),
    )
    free = (PROTECTED_KEYS.c.owner == new.excluded.owner) | (PROTECTED_KEYS.c.end_time <= work.now)
    taking = new.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "registration": new.excluded.registration,
            "owner": new.excluded.owner,
            "team": new.excluded.team,
            "end_time": func.greatest(PROTECTED_KEYS.c.end_time, new.excluded.end_time),
        },
        where=free,
    )
    taken = await work.connection.execute(taking.returning(PROTECTED_KEYS.c.key))
    return len(taken.all()) == len(keys)


async def protect_longer(work: UnitOfWork, registration: UUID, *, until: datetime) -> None:
    """Move the end of everything a registration protects."""
    await work.begin()
    held = update(PROTECTED_KEYS).where(PROTECTED_KEYS.c.registration == registration)
    await work.connection.execute(held.values(end_time=until))


async def release(work: UnitOfWork, registrations: Collection[UUID]) -> None:
    """Let go of everything the registrations protect."""
    await work.begin()
    await work.connection.execute(delete(PROTECTED_KEYS).where(PROTECTED_KEYS.c.registration.in_(registrations)))
