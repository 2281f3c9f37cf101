"""Signing keys in their table."""

from datetime import timedelta

from sqlalchemy import func, select

from chassis.work import Read, Record, UnitOfWork
from services.directory.domain.signing_keys import KNOWN_AFTER, SigningKey
from services.directory.storage.session_tables import SIGNING_KEYS

RECORD: Record[SigningKey] = Record(
    kind="signing_key",
    collection="signingKeys",
    table=SIGNING_KEYS,
    row=lambda key: {
        "uuid": key.uuid,
        "public": key.public,
        "sealed_private": key.sealed_private,
        "sign_from": key.sign_from,
        "sign_until": key.sign_until,
        "ended_at": key.ended_at,
    },
)


async def known_keys(read: Read) -> list[SigningKey]:
    """The keys that sign, will sign, or signed tokens that may still live, the oldest first."""
    statement = (
        select(SIGNING_KEYS)
        .where(SIGNING_KEYS.c.ended_at.is_(None))
        .where(SIGNING_KEYS.c.sign_until > read.now - KNOWN_AFTER - timedelta(minutes=1))
        .order_by(SIGNING_KEYS.c.sign_from)
        .limit(20)
    )
    rows = (await read.connection.execute(statement)).mappings()
    return [key for row in rows if (key := SigningKey(**row)).known(now=read.now)]


async def lock_signing_keys(work: UnitOfWork) -> None:
    """Let one process at a time decide whether a new key is needed."""
    await work.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("signing keys", 0))))
