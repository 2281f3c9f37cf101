"""What happened with customers that recycling clocks go by, from every table that tells of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.work import Read
from services.pipeline.domain.account_recycling import Business, Done, Happening
from services.pipeline.domain.care_record import CareKind

_HAPPENED = text(
    "select account, 'opportunity' as what, uuid as source, create_time as begin_time, "
    "case when state = 'open' then null else coalesce(close_time, update_time) end as end_time "
    "from opportunities where account = any(:accounts) "
    "union all select account, 'review', uuid, submit_time, "
    "case when state = 'under_review' then null else coalesce(review_time, update_time) end "
    "from registrations where account = any(:accounts) and submit_time is not null "
    "union all select account, 'protection', uuid, review_time, protection_end_time "
    "from registrations where account = any(:accounts) and review_time is not null and protection_end_time is not null "
    "union all select o.account, 'contract', s.contract, s.sign_time, coalesce(s.end_time, s.settle_time) "
    "from contract_standings s join opportunities o on o.uuid = s.opportunity "
    "where o.account = any(:accounts) and s.sign_time is not null "
    "union all select account, 'collision', uuid, create_time, close_time "
    "from collision_cases where account = any(:accounts) "
    "union all select account, 'order', contract, sign_time, null "
    "from account_orders where account = any(:accounts) and not ended "
    # The newest of a kind of care is all that clocks go by; a day is told as its noon where the house is.
    "union all select account, 'care', uuid, day_time, null from (select distinct on (account) account, uuid, "
    "(day + time '12:00') at time zone :zone as day_time from care_records where account = any(:accounts) "
    "and correct_time is null and kind = any(:counting) order by account, day desc, uuid) as care"
).bindparams(bindparam("accounts", type_=ARRAY(Uuid)), bindparam("counting"))
_WORDS: Mapping[str, Business | Done] = {each.value: each for each in (*Business, *Done)}


async def happenings_of(
    read: Read, accounts: Collection[UUID], *, counts: Collection[CareKind], zone: str
) -> Mapping[UUID, tuple[Happening, ...]]:
    """What happened with each account, care of the kinds that count; accounts with nothing are left out."""
    if not accounts:
        return {}
    told = {"accounts": sorted(accounts), "counting": sorted(each.value for each in counts), "zone": zone}
    found: dict[UUID, list[Happening]] = {}
    for row in (await read.connection.execute(_HAPPENED, told)).mappings():
        found.setdefault(row["account"], []).append(_happening(row))
    return {account: _in_order(each) for account, each in found.items()}


def _in_order(told: Sequence[Happening]) -> tuple[Happening, ...]:
    return tuple(sorted(told, key=lambda each: (each.begin, each.source)))


def _happening(row: Mapping[str, Any] | Any) -> Happening:
    end: datetime | None = row["end_time"]
    return Happening(what=_WORDS[row["what"]], source=row["source"], begin=row["begin_time"], end=end)
