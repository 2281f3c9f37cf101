"""Finding the accounts that may be a customer, whatever the caller may see: for the rules, never for an answer."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import BigInteger, Text, and_, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.work import Read, UnitOfWork
from services.pipeline.domain.resemblance import KnownAccount, Sought
from services.pipeline.storage.account_rows import from_row
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS

# The candidates that share the most keys come first, the older of equals before the newer.
_MOST = 50
_LOCK = text("select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) as key")


async def alone_with(work: UnitOfWork, wanted: Sought) -> None:
    """Wait until nobody else takes the same customer in, and let nobody until this transaction ends.

    Two conversions of one company at the same moment would otherwise both find no account and make two.
    """
    await work.begin()
    keys = sorted({_number(lock) for lock in wanted.locks})
    await work.connection.execute(_LOCK.bindparams(bindparam("keys", type_=ARRAY(BigInteger))), {"keys": keys})


def _number(lock: str) -> int:
    return int.from_bytes(blake2b(f"account {lock}".encode(), digest_size=8).digest(), "big", signed=True)


async def find_known(read: Read, wanted: Sought) -> Sequence[KnownAccount]:
    """At most 50 live accounts that share a key with the customer, by themselves or through one of their people."""
    people = await _people(read, wanted)
    shared = (
        select(func.count())
        .select_from(func.unnest(ACCOUNTS.c.match_keys).alias("k"))
        .where(text("k = any(:keys)").bindparams(bindparam("keys", type_=ARRAY(Text))))
        .scalar_subquery()
    )
    keys = sorted(wanted.keys)
    statement = (
        select(ACCOUNTS)
        .where(
            or_(
                ACCOUNTS.c.match_keys.overlap(bindparam("keys", type_=ARRAY(Text))),
                ACCOUNTS.c.uuid.in_({account for account, _, _ in people}),
            ),
            ACCOUNTS.c.delete_time.is_(None),
        )
        .order_by(shared.desc(), ACCOUNTS.c.uuid)
        .limit(_MOST)
    )
    rows = (await read.connection.execute(statement, {"keys": keys})).mappings()
    return [
        KnownAccount(
            account=from_row(row),
            phones=_told(phone for account, phone, _ in people if account == row["uuid"]),
            emails=_told(email for account, _, email in people if account == row["uuid"]),
        )
        for row in rows
    ]


async def _people(read: Read, wanted: Sought) -> Sequence[tuple[UUID, str, str]]:
    """The accounts whose people have one of the numbers or mailboxes, with those."""
    if not wanted.phones and not wanted.emails:
        return ()
    statement = (
        select(CONTACTS.c.account, CONTACTS.c.phone_e164, CONTACTS.c.email_key)
        .where(
            or_(
                and_(CONTACTS.c.phone_e164 != "", CONTACTS.c.phone_e164.in_(wanted.phones)),
                and_(CONTACTS.c.email_key != "", CONTACTS.c.email_key.in_(wanted.emails)),
            ),
            CONTACTS.c.delete_time.is_(None),
        )
        .order_by(CONTACTS.c.uuid)
        .limit(_MOST)
    )
    return [(row.account, row.phone_e164, row.email_key) for row in await read.connection.execute(statement)]


def _told(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
