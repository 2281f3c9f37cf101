"""Accounts that resemble won customers, in their table."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, func, select, text

from chassis.listing import Listing, Order, Page, PageRequest, number, read_page, reference
from chassis.prepared import Prepared
from chassis.scope import scope
from chassis.work import Read
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_likeness import Likeness, Part, Trait
from services.pipeline.domain.account_profile import Phase
from services.pipeline.storage.account_matches import live_accounts
from services.pipeline.storage.account_rows import from_row
from services.pipeline.storage.account_tables import ACCOUNTS
from services.pipeline.storage.likeness_tables import ACCOUNT_LIKENESSES as LIKENESSES
from services.pipeline.storage.reached_accounts import let_at

# Whoever signed a contract, or of whom an opportunity is won, with when that was last.
_WON = (
    "select account, max(at) as last from (select account, sign_time as at from account_orders where not ended "
    "union all select account, close_time from opportunities where state = 'won') as wins group by account"
)
_WON_MARK = Prepared(text(f"select count(*) as count, max(last) as last from ({_WON}) as won"))  # noqa: S608 - our own names
_WON_LAST = Prepared(
    text(
        f"select won.account from ({_WON}) as won join accounts a on a.uuid = won.account "  # noqa: S608 - our own names
        "where a.delete_time is null order by won.last desc nulls last, won.account limit :most"
    )
)
_WON_AMONG = Prepared(
    text(f"select account from ({_WON}) as won where account = any(cast(:accounts as uuid[]))")  # noqa: S608 - our own names
)
_KEEP = text(
    "with told as (select * from json_to_recordset(cast(:rows as json)) "
    'as r(account uuid, score integer, "like" uuid, alike integer, parts jsonb)), '
    "gone as (delete from account_likenesses where account = any(cast(:accounts as uuid[])) "
    "and account not in (select account from told)) "
    'insert into account_likenesses (account, score, "like", alike, parts, time) '
    'select account, score, "like", alike, parts, :now from told '
    'on conflict (account) do update set score = excluded.score, "like" = excluded."like", '
    "alike = excluded.alike, parts = excluded.parts, time = excluded.time"
)
LISTING = Listing(
    fields={
        "score": number(LIKENESSES.c.score),
        "account": reference(LIKENESSES.c.account, "accounts"),
        "owner": reference(ACCOUNTS.c.owner, "members"),
    },
    orders={"score": Order(LIKENESSES.c.score, int)},
    order_by="score desc",
    tie=LIKENESSES.c.account,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """An account that resembles a won customer, as a list shows it."""

    likeness: Likeness
    display_name: str
    owner: UUID | None


async def won_mark(read: Read) -> tuple[int, datetime | None]:
    """How many customers were won, and when the last one was."""
    (row,) = await read.rows(_WON_MARK)
    return row["count"], row["last"]


async def won_last(read: Read, *, most: int) -> Sequence[Account]:
    """The live accounts of so many customers who were won last, the last one first."""
    order = [row["account"] for row in await read.rows(_WON_LAST, most=most)]
    known = {account.uuid: account for account in await live_accounts(read, order)}
    return [known[uuid] for uuid in order if uuid in known]


async def won_among(read: Read, accounts: Collection[UUID]) -> frozenset[UUID]:
    """Those of the accounts that are won customers."""
    rows = await read.rows(_WON_AMONG, accounts=list(accounts)) if accounts else []
    return frozenset(row["account"] for row in rows)


async def next_accounts(read: Read, *, after: UUID | None, most: int) -> Sequence[Account]:
    """At most so many live accounts that follow one, by their ids."""
    statement = select(ACCOUNTS).where(ACCOUNTS.c.delete_time.is_(None)).order_by(ACCOUNTS.c.uuid).limit(most)
    if after is not None:
        statement = statement.where(ACCOUNTS.c.uuid > after)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def keep_likenesses(read: Read, accounts: Collection[UUID], found: Sequence[Likeness]) -> None:
    """Write what was found of accounts; one that resembles nobody has no row."""
    rows = [
        {
            "account": str(each.account),
            "score": each.score,
            "like": str(each.like),
            "alike": each.alike,
            "parts": parts_to_json(each.parts),
        }
        for each in found
    ]
    values = {"rows": orjson.dumps(rows).decode(), "accounts": list(accounts), "now": read.now}
    await read.connection.execute(_KEEP, values)


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[LookAlike]:
    """A page of the accounts the reader may see that are no customer yet and resemble one."""
    joined = select(LIKENESSES, ACCOUNTS.c.display_name, ACCOUNTS.c.owner).join(
        ACCOUNTS, ACCOUNTS.c.uuid == LIKENESSES.c.account
    )
    is_customer = func.coalesce(ACCOUNTS.c.phase, "") == Phase.CUSTOMER.value
    compared = joined.where(ACCOUNTS.c.delete_time.is_(None), ~is_customer)
    seen = scope(compared, ACCOUNTS, principal=read.principal, permission=permission, shared=let_at(read.now))
    page = await read_page(read.connection, seen, LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


def parts_to_json(parts: Collection[Part]) -> list[list[object]]:
    """What two share, as it lies in a column."""
    return [[part.trait.name, part.points, part.shared] for part in parts]


def parts_from_json(column: Sequence[Any]) -> tuple[Part, ...]:
    """What two share, from a column."""
    return tuple(Part(Trait[name], points, shared) for name, points, shared in column)


def likeness_from_row(row: Mapping[str, Any] | RowMapping) -> Likeness:
    """The likeness in a row."""
    return Likeness(account=row["account"], like=row["like"], parts=parts_from_json(row["parts"]), alike=row["alike"])


def _from_row(row: RowMapping) -> LookAlike:
    return LookAlike(likeness=likeness_from_row(row), display_name=row["display_name"], owner=row["owner"])
