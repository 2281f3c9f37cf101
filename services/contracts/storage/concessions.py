"""What customers were conceded by quotes (让利), and one quote at a time that is judged by it."""

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import BigInteger, DateTime, Executable, Text, any_, bindparam, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.contracts.domain.discount_authority import Concessions
from services.contracts.domain.quote import OFFERED, Quote
from services.contracts.storage.quote_tables import QUOTES

# Any number that no other advisory lock of this database is made of.
_LOCK = text("select pg_advisory_xact_lock(:key)").bindparams(bindparam("key", type_=BigInteger))


async def judge_alone(work: UnitOfWork, quote: Quote) -> None:
    """No other quote of the customer in this currency is judged until this transaction ends: none is overlooked."""
    await work.begin()
    await work.connection.execute(_LOCK, {"key": _number(f"{quote.deal.account} {quote.terms.currency}")})


async def concessions_of(read: Read, quote: Quote, *, lately: datetime, long: datetime) -> Concessions:
    """What other quotes gave the same customer in the same currency since two instants, whoever made them."""
    (row,) = await read.rows(
        _CONCEDED,
        buyer=quote.deal.account,
        money=quote.terms.currency,
        itself=quote.number,
        lately=lately,
        long=long,
    )
    return Concessions(lately=int(row["lately"] or 0), quotes=row["quotes"], long=int(row["long"] or 0))


def _conceded() -> Executable:
    lately, long = (bindparam(name, type_=DateTime(timezone=True)) for name in ("lately", "long"))
    conceded = func.sum(QUOTES.c.list_minor - QUOTES.c.net_minor)
    recent = QUOTES.c.submit_time >= lately
    return select(
        conceded.filter(recent).label("lately"),
        func.count().filter(recent).label("quotes"),
        conceded.filter(QUOTES.c.submit_time >= long).label("long"),
    ).where(
        QUOTES.c.account == bindparam("buyer"),
        QUOTES.c.currency == bindparam("money"),
        QUOTES.c.number != bindparam("itself"),
        QUOTES.c.state == any_(literal(sorted(state.value for state in OFFERED), ARRAY(Text))),
        QUOTES.c.submit_time >= func.least(lately, long),
    )


_CONCEDED = Prepared(_conceded())


def _number(key: str) -> int:
    return int.from_bytes(blake2b(f"concessions {key}".encode(), digest_size=8).digest(), "big", signed=True)
