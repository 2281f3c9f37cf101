"""What customers bought together, and what each may need besides, in their tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from chassis.listing import Listing, Order, Page, PageRequest, fraction, read_page, reference
from chassis.prepared import Prepared
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.pipeline.domain.cross_selling import Affinity, CrossSellingRules, Offer
from services.pipeline.storage.account_likenesses import likeness_from_row, parts_to_json
from services.pipeline.storage.account_tables import ACCOUNTS
from services.pipeline.storage.likeness_tables import ACCOUNT_OFFERS as OFFERS
from services.pipeline.storage.likeness_tables import PRODUCT_AFFINITIES
from services.pipeline.storage.reached_accounts import let_at

_BOUGHT = (
    "select o.account, cast(item ->> 'product' as uuid) as product, max(o.sign_time) as last from account_orders o "
    "join accounts a on a.uuid = o.account and a.delete_time is null "
    "cross join lateral jsonb_array_elements(o.items) as item "
    "where not o.ended and o.sign_time > :since group by 1, 2"
)
_CUSTOMERS = Prepared(text(f"select count(distinct account) as count from ({_BOUGHT}) as bought"))  # noqa: S608 - our own names
_TOGETHER = Prepared(
    text(
        f"with bought as materialized ({_BOUGHT}), "  # noqa: S608 - our own names
        "sizes as (select product, count(*) as buyers from bought group by product having count(*) >= :least) "
        "select one.product as bought, other.product as other, s.buyers, count(*) as both, t.buyers as other_buyers "
        "from bought one join sizes s on s.product = one.product "
        "join bought other on other.account = one.account and other.product <> one.product "
        "join sizes t on t.product = other.product group by 1, 2, 3, 5 having count(*) >= :least"
    )
)
_BOUGHT_BY = Prepared(
    text(
        f"select account, product from ({_BOUGHT}) as bought "  # noqa: S608 - our own names
        "where account = any(cast(:accounts as uuid[]))"
    )
)
_BUYERS = Prepared(
    text(
        f"select product, account from (select product, account, row_number() over "  # noqa: S608 - our own names
        f"(partition by product order by last desc, account) as place from ({_BOUGHT}) as bought "
        "where product = any(cast(:products as uuid[]))) as ranked where place <= :most order by product, place"
    )
)
LISTING = Listing(
    fields={
        "account": reference(OFFERS.c.account, "accounts"),
        "product": reference(OFFERS.c.product, "products"),
        "bought_product": reference(OFFERS.c.bought, "products"),
        "lift": fraction(OFFERS.c.lift),
        "owner": reference(ACCOUNTS.c.owner, "members"),
    },
    orders={"lift": Order(OFFERS.c.lift, float)},
    order_by="lift desc",
    tie=OFFERS.c.uuid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the present walk goes by: how many customers ordered something, and which affinities tell something."""

    customers: int
    affinities: tuple[Affinity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOffer:
    """An offer as a list shows it: whose account it is, and what that is called."""

    offer: Offer
    display_name: str
    owner: UUID | None


async def count_customers(read: Read, *, rules: CrossSellingRules) -> int:
    """How many live accounts ordered something within the days of the rules."""
    (row,) = await read.rows(_CUSTOMERS, since=read.now - timedelta(days=rules.days))
    return int(row["count"])


async def bought_together(read: Read, *, rules: CrossSellingRules, customers: int) -> Sequence[Affinity]:
    """Each two products that enough customers bought both of, one way and the other."""
    since = read.now - timedelta(days=rules.days)
    rows = await read.rows(_TOGETHER, since=since, least=rules.least_both)
    return [Affinity(**row, customers=customers) for row in rows]


async def bought_by(
    read: Read, accounts: Collection[UUID], *, rules: CrossSellingRules
) -> Mapping[UUID, frozenset[UUID]]:
    """What each of the accounts bought; those that bought nothing are left out."""
    since = read.now - timedelta(days=rules.days)
    told: dict[UUID, set[UUID]] = {}
    for row in await read.rows(_BOUGHT_BY, since=since, accounts=list(accounts)) if accounts else ():
        told.setdefault(row["account"], set()).add(row["product"])
    return {account: frozenset(products) for account, products in told.items()}


async def last_buyers(
    read: Read, products: Collection[UUID], *, rules: CrossSellingRules, most: int
) -> Mapping[UUID, Sequence[UUID]]:
    """So many accounts that bought each product last, the last one first."""
    since = read.now - timedelta(days=rules.days)
    told: dict[UUID, list[UUID]] = {}
    for row in await read.rows(_BUYERS, since=since, products=list(products), most=most) if products else ():
        told.setdefault(row["product"], []).append(row["account"])
    return told


async def known_for(read: Read, goal: str) -> Known | None:
    """What was found for a walk; None before its first step."""
    row = (
        await read.connection.execute(select(PRODUCT_AFFINITIES).where(PRODUCT_AFFINITIES.c.goal == goal))
    ).one_or_none()
    return _known(row) if row is not None else None


async def last_known(read: Read) -> Known:
    """What the last walk went by; nothing before there was one."""
    last = select(PRODUCT_AFFINITIES).order_by(PRODUCT_AFFINITIES.c.make_time.desc()).limit(1)
    row = (await read.connection.execute(last)).one_or_none()
    return _known(row) if row is not None else Known(customers=0)


async def keep_known(work: UnitOfWork, goal: str, known: Known) -> None:
    """Keep what a walk goes by, in the place of that of the one before."""
    await work.connection.execute(delete(PRODUCT_AFFINITIES).where(PRODUCT_AFFINITIES.c.goal != goal))
    told = [[str(each.bought), str(each.other), each.buyers, each.both, each.other_buyers] for each in known.affinities]
    row = {"goal": goal, "customers": known.customers, "affinities": told, "make_time": work.now}
    await work.connection.execute(insert(PRODUCT_AFFINITIES).values(row).on_conflict_do_nothing())


async def keep_offers(work: UnitOfWork, accounts: Collection[UUID], found: Sequence[Offer]) -> None:
    """Write what accounts may need in the place of what was said before."""
    await work.connection.execute(delete(OFFERS).where(OFFERS.c.account.in_(sorted(accounts))))
    if found:
        await work.connection.execute(insert(OFFERS).values([_to_row(work, each) for each in found]))


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[ListedOffer]:
    """A page of what the accounts may need that the reader may see."""
    joined = select(OFFERS, ACCOUNTS.c.display_name, ACCOUNTS.c.owner).join(
        ACCOUNTS, ACCOUNTS.c.uuid == OFFERS.c.account
    )
    live = joined.where(ACCOUNTS.c.delete_time.is_(None))
    seen = scope(live, ACCOUNTS, principal=read.principal, permission=permission, shared=let_at(read.now))
    page = await read_page(read.connection, seen, LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


def _known(row: Any) -> Known:
    return Known(
        customers=row.customers,
        affinities=tuple(
            Affinity(
                bought=UUID(bought),
                other=UUID(other),
                buyers=buyers,
                both=both,
                other_buyers=other_buyers,
                customers=row.customers,
            )
            for bought, other, buyers, both, other_buyers in row.affinities
        ),
    )


def _to_row(work: UnitOfWork, offer: Offer) -> Mapping[str, object]:
    affinity, likeness = offer.affinity, offer.likeness
    return {
        "uuid": work.new_id(),
        "account": offer.account,
        "product": affinity.other,
        "bought": affinity.bought,
        "buyers": affinity.buyers,
        "both": affinity.both,
        "other_buyers": affinity.other_buyers,
        "customers": affinity.customers,
        "lift": float(affinity.lift),
        "like": likeness.like,
        "alike": likeness.alike,
        "parts": parts_to_json(likeness.parts),
        "time": work.now,
    }


def _from_row(row: RowMapping) -> ListedOffer:
    affinity = Affinity(
        bought=row["bought"],
        other=row["product"],
        buyers=row["buyers"],
        both=row["both"],
        other_buyers=row["other_buyers"],
        customers=row["customers"],
    )
    offer = Offer(account=row["account"], affinity=affinity, likeness=likeness_from_row(row))
    return ListedOffer(offer=offer, display_name=row["display_name"], owner=row["owner"])
