"""Which customers are protected, for whom and until when (保护期): one row for each key of a customer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from chassis.work import Read, UnitOfWork
from services.pipeline.domain.registration import Registration
from services.pipeline.storage.registration_tables import PROTECTED_KEYS

# Any number that no other advisory lock of this database is made of.
_LOCK = text("select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) as key").bindparams(
    bindparam("keys", type_=ARRAY(BigInteger))
)


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


async def held_by_others(work: UnitOfWork, keys: Collection[str], *, owner: UUID | None) -> Sequence[ProtectedKey]:
    """Those of the keys that others protect, while nobody else takes any of them until this transaction ends."""
    await work.begin()
    numbers = sorted({_number(key) for key in keys})
    await work.connection.execute(_LOCK, {"keys": numbers})
    return [each for each in await protected_keys(work, keys) if each.owner != owner]


async def protect(work: UnitOfWork, registration: Registration, keys: Collection[str], *, until: datetime) -> None:
    """Take the keys for the registration; other registrations may hold the same, each until its own end.

    What was held for it already, because it won a case before its review, is held until then instead.
    """
    await work.begin()
    owner = registration.owner
    told = {"registration": registration.uuid, "owner": owner.member, "team": owner.team, "end_time": until}
    taken = insert(PROTECTED_KEYS).values([{"key": key, **told} for key in sorted(keys)])
    longer = {"end_time": taken.excluded.end_time}
    await work.connection.execute(taken.on_conflict_do_update(index_elements=["key", "registration"], set_=longer))


async def protect_longer(work: UnitOfWork, registration: UUID, *, until: datetime) -> None:
    """Move the end of everything a registration protects."""
    await work.begin()
    held = update(PROTECTED_KEYS).where(PROTECTED_KEYS.c.registration == registration)
    await work.connection.execute(held.values(end_time=until))


async def release(work: UnitOfWork, registrations: Collection[UUID]) -> None:
    """Let go of everything the registrations protect."""
    await work.begin()
    await work.connection.execute(delete(PROTECTED_KEYS).where(PROTECTED_KEYS.c.registration.in_(registrations)))


def _number(key: str) -> int:
    return int.from_bytes(blake2b(f"protection {key}".encode(), digest_size=8).digest(), "big", signed=True)
