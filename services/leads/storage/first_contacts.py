"""First contacts of the last seconds, so that two processes that are told of one customer at once see each other."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.work import UnitOfWork
from services.leads.storage.tables import FIRST_CONTACTS

# Longer than a write lasts; two that fall on both sides of a boundary miss each other.
_SLOT_SECONDS = 10
_KEPT_SLOTS = 6


def write_first_contact(work: UnitOfWork, keys: Collection[str]) -> None:
    """Gather exact keys that no known lead has; another process that gathers one of them now loses the race.

    It then decides again, and finds this lead.
    """
    for key in sorted(keys):
        work.insert(FIRST_CONTACTS, {"key": key, "slot": _slot(work.now)})


async def forget_keys(work: UnitOfWork, keys: Collection[str]) -> None:
    """Take back the keys of a customer who is erased."""
    await work.connection.execute(delete(FIRST_CONTACTS).where(FIRST_CONTACTS.c.key.in_(keys)))


async def forget_first_contacts(connection: AsyncConnection, now: datetime) -> int:
    """Keys of a minute ago are found in `leads` by everybody."""
    old = delete(FIRST_CONTACTS).where(FIRST_CONTACTS.c.slot < _slot(now) - _KEPT_SLOTS)
    return (await connection.execute(old)).rowcount


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // _SLOT_SECONDS
