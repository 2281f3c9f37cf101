"""Finding the accounts many customers may be, in one look: for the rules, never for an answer."""

from collections.abc import Collection, Sequence
from uuid import UUID

import orjson
from sqlalchemy import Text, Uuid, any_, bindparam, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.scope import visible
from chassis.work import Read
from services.pipeline.domain.account import Account
from services.pipeline.domain.resemblance import KnownAccount, Sought
from services.pipeline.storage.account_rows import from_row
from services.pipeline.storage.account_tables import ACCOUNTS, CONTACTS
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.reached_accounts import let_at

# Of one customer; those that share the most keys come first, the older of equals before the newer.
_MOST = 20
_SHARED = "(select count(*) from unnest(a.match_keys) as k where k = any(w.keys))"
_SHARING = Prepared(
    text(
        "with wanted as materialized (select place, "  # noqa: S608 - our own names
        "array(select json_array_elements_text(one -> 'keys')) as keys, "
        "array(select json_array_elements_text(one -> 'phones')) as phones, "
        "array(select json_array_elements_text(one -> 'emails')) as emails "
        "from json_array_elements((select cast(:searched as json))) with ordinality as asked(one, place)) "
        "select w.place, f.account from wanted w cross join lateral ("
        "(select a.uuid as account from accounts a where a.match_keys && w.keys and a.delete_time is null "
        f"order by {_SHARED} desc, a.uuid limit {_MOST}) union "
        "(select c.account from contacts c where c.phone_e164 <> '' and c.phone_e164 = any(w.phones) "
        f"and c.delete_time is null order by c.uuid limit {_MOST}) union "
        "(select c.account from contacts c where c.email_key <> '' and c.email_key = any(w.emails) "
        f"and c.delete_time is null order by c.uuid limit {_MOST})) f"
    )
)
_KNOWN = Prepared(
    select(ACCOUNTS).where(
        ACCOUNTS.c.uuid == any_(bindparam("accounts", type_=ARRAY(Uuid))), ACCOUNTS.c.delete_time.is_(None)
    )
)
_PEOPLE = Prepared(
    select(CONTACTS.c.account, CONTACTS.c.phone_e164, CONTACTS.c.email_key)
    .where(
        CONTACTS.c.account == any_(bindparam("accounts", type_=ARRAY(Uuid))),
        CONTACTS.c.delete_time.is_(None),
        or_(
            CONTACTS.c.phone_e164 == any_(bindparam("phones", type_=ARRAY(Text))),
            CONTACTS.c.email_key == any_(bindparam("emails", type_=ARRAY(Text))),
        ),
    )
    .order_by(CONTACTS.c.uuid)
)


async def find_known_of_many(read: Read, wanted: Sequence[Sought]) -> list[list[KnownAccount]]:
    """For each customer at most 60 live accounts that share a key with it, by themselves or through their people."""
    found: list[list[UUID]] = [[] for _ in wanted]
    searched = [{"keys": sorted(each.keys), "phones": each.phones, "emails": each.emails} for each in wanted]
    for row in await read.rows(_SHARING, searched=orjson.dumps(searched).decode()) if searched else ():
        found[row["place"] - 1].append(row["account"])
    uuids = sorted({account for one in found for account in one})
    known = {account.uuid: account for account in await live_accounts(read, uuids)}
    people = await _people(read, uuids, wanted)
    return [
        [_with_people(known[account], people.get(account, ()), one) for account in sorted(accounts) if account in known]
        for one, accounts in zip(wanted, found, strict=True)
    ]


async def live_accounts(read: Read, accounts: Collection[UUID]) -> list[Account]:
    """Those of the accounts that are not archived, whoever asks: what is told of them is for the caller to narrow."""
    return [from_row(row) for row in await read.rows(_KNOWN, accounts=list(accounts))] if accounts else []


async def visible_among(read: Read, accounts: Collection[UUID]) -> frozenset[UUID]:
    """Those of the accounts that the reader sees: his own, those of his scope, shared with him, worked by him."""
    seen = visible(ACCOUNTS, principal=read.principal, permission=READING, shared=let_at(read.now))
    among = select(ACCOUNTS.c.uuid).where(ACCOUNTS.c.uuid.in_(sorted(accounts)), seen)
    return frozenset(await read.connection.scalars(among))


async def _people(read: Read, accounts: Sequence[UUID], wanted: Sequence[Sought]) -> dict[UUID, list[tuple[str, str]]]:
    phones = sorted({phone for each in wanted for phone in each.phones})
    emails = sorted({email for each in wanted for email in each.emails})
    told: dict[UUID, list[tuple[str, str]]] = {}
    if accounts and (phones or emails):
        for row in await read.rows(_PEOPLE, accounts=list(accounts), phones=phones, emails=emails):
            told.setdefault(row["account"], []).append((row["phone_e164"], row["email_key"]))
    return told


def _with_people(account: Account, people: Sequence[tuple[str, str]], wanted: Sought) -> KnownAccount:
    """The account with those numbers and mailboxes of its people that the customer has too."""
    phones = [phone for phone, _ in people if phone in wanted.phones]
    emails = [email for _, email in people if email in wanted.emails]
    return KnownAccount(account=account, phones=tuple(dict.fromkeys(phones)), emails=tuple(dict.fromkeys(emails)))
