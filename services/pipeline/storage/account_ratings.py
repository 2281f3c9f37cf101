"""What accounts are rated by (客户分级): their figures, the marks over all of them, and the rating each was given."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Integer, Select, Table, Text, Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB

from chassis.tables import REPLACED
from chassis.work import Read, UnitOfWork
from services.pipeline.domain.account_tier import Figures, Indicator, Marks, Rated, Rating, TierRules
from services.pipeline.storage.account_orders import ACCOUNT_ORDERS
from services.pipeline.storage.metadata import METADATA
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from trade.reasons import Reason

ACCOUNT_RATINGS = Table(
    "account_ratings",
    METADATA,
    Column("account", Uuid, primary_key=True),
    Column("tier", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("indicators", JSONB, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rules_version", BigInteger, nullable=False),
    Column("rate_time", DateTime(timezone=True), nullable=False),
    info=REPLACED,
)
# The marks of the rules in force, made anew once a day.
TIER_MARKS = Table(
    "account_tier_marks",
    METADATA,
    Column("rules_version", BigInteger, primary_key=True),
    Column("marks", JSONB, nullable=False),
    Column("make_time", DateTime(timezone=True), nullable=False),
    info=REPLACED,
)
_FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRating:
    """A rating, when it was given, and by which version of the rules."""

    rating: Rating
    rate_time: datetime
    rules_version: int


async def figures_of(read: Read, accounts: Collection[UUID] | None, *, rules: TierRules) -> Mapping[UUID, Figures]:
    """The figures of some accounts, or of all that have any, as of now."""
    ordered = {row.account: row for row in await read.connection.execute(_ordered(read.now, rules, accounts))}
    potential = {row.account: row for row in await read.connection.execute(_potential(rules, accounts))}
    return {
        account: Figures(
            ordered=int(ordered[account].ordered) if account in ordered else 0,
            orders=ordered[account].orders if account in ordered else 0,
            ordered_before=int(ordered[account].before) if account in ordered else 0,
            potential=int(potential[account].potential) if account in potential else 0,
        )
        for account in ordered.keys() | potential.keys()
    }


def _ordered(now: datetime, rules: TierRules, accounts: Collection[UUID] | None) -> Select[Any]:
    told, window = ACCOUNT_ORDERS.c, timedelta(days=rules.days)
    since = now - window
    money = func.sum(told.amount_minor)
    counts = told.amount_currency == rules.currency
    statement = (
        select(
            told.account,
            func.coalesce(money.filter(told.sign_time > since, counts), 0).label("ordered"),
            func.count().filter(told.sign_time > since).label("orders"),
            func.coalesce(money.filter(told.sign_time <= since, counts), 0).label("before"),
        )
        .where(~told.ended, told.sign_time > since - window, told.sign_time <= now)
        .group_by(told.account)
    )
    return statement if accounts is None else statement.where(told.account.in_(accounts))


def _potential(rules: TierRules, accounts: Collection[UUID] | None) -> Select[Any]:
    told = OPPORTUNITIES.c
    statement = (
        select(told.account, func.sum(told.weighted_minor).label("potential"))
        .where(told.state == literal("open"), told.amount_currency == rules.currency)
        .group_by(told.account)
    )
    return statement if accounts is None else statement.where(told.account.in_(accounts))


async def fresh_marks(read: Read, *, rules_version: int) -> Marks | None:
    """The marks by these rules, unless they are older than a day."""
    wanted = select(TIER_MARKS.c.marks).where(
        TIER_MARKS.c.rules_version == rules_version, TIER_MARKS.c.make_time > read.now - _FRESH
    )
    marks = await read.connection.scalar(wanted)
    return None if marks is None else {Indicator(key): value for key, value in marks.items()}


def keep_marks(work: UnitOfWork, marks: Marks, *, rules_version: int) -> None:
    """Keep marks for a day."""
    told = {each.value: mark for each, mark in marks.items()}
    work.put(TIER_MARKS, {"rules_version": rules_version, "marks": told, "make_time": work.now})


def keep_rating(work: UnitOfWork, account: UUID, rating: Rating, *, rules_version: int) -> None:
    """Keep what an account was rated now; its row is held."""
    work.put(
        ACCOUNT_RATINGS,
        {
            "account": account,
            "tier": rating.tier,
            "score": rating.score,
            "currency": rating.currency,
            "indicators": [
                {"indicator": each.indicator.value, "weight": each.weight, "value": each.value, "mark": each.mark}
                for each in rating.indicators
            ],
            "reasons": [each.to_mapping() for each in rating.reasons],
            "rules_version": rules_version,
            "rate_time": work.now,
        },
    )


async def rating_of(read: Read, account: UUID) -> KeptRating | None:
    """What an account was last rated; None before it was. The caller has checked that it is seen."""
    wanted = select(ACCOUNT_RATINGS).where(ACCOUNT_RATINGS.c.account == account)
    row = (await read.connection.execute(wanted)).one_or_none()
    if row is None:
        return None
    rating = Rating(
        tier=row.tier,
        score=row.score,
        currency=row.currency,
        indicators=tuple(Rated(**{**each, "indicator": Indicator(each["indicator"])}) for each in row.indicators),
        reasons=tuple(Reason(each["code"], each["parameters"]) for each in row.reasons),
    )
    return KeptRating(rating=rating, rate_time=row.rate_time, rules_version=row.rules_version)
