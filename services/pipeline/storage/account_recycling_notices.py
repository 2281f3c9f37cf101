"""What recycling clocks came to, in its table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference, texts
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.pipeline.domain.account import Account
from services.pipeline.domain.account_recycling import AccountClock, AccountFallBack, RecycleRule
from services.pipeline.storage.account_pool_tables import RECYCLING_NOTICES


class RecyclingNoticeKind(Enum):
    """What a recycling clock came to."""

    WARNED = "warned"
    RECYCLED = "recycled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecyclingNotice:
    """One thing a clock came to, with the account's owner, tier and phase, and rule then; `told` are resource names."""

    uuid: UUID
    account: UUID
    kind: RecyclingNoticeKind
    time: datetime
    told: tuple[str, ...]
    standing: str
    rule: RecycleRule
    due: datetime
    pool: UUID | None
    owner: UUID | None


_LISTING = Listing(
    fields={
        "told": texts(RECYCLING_NOTICES.c.told),
        "account": reference(RECYCLING_NOTICES.c.account, "accounts"),
        "owner": reference(RECYCLING_NOTICES.c.owner, "members"),
        "kind": choice(
            RECYCLING_NOTICES.c.kind,
            {f"ACCOUNT_RECYCLING_NOTICE_KIND_{each.name}": each.value for each in RecyclingNoticeKind},
        ),
        "time": instant(RECYCLING_NOTICES.c.time),
    },
    orders={"time": Order(RECYCLING_NOTICES.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=RECYCLING_NOTICES.c.uuid,
)


def write_recycling_notice(
    work: UnitOfWork,
    account: Account,
    kind: RecyclingNoticeKind,
    *,
    clock: AccountClock,
    falls: AccountFallBack,
    told: Sequence[UUID],
    pool: UUID | None = None,
) -> None:
    """Gather what the clock of an account came to, as the account stood before it."""
    work.insert(
        RECYCLING_NOTICES,
        {
            "uuid": work.new_id(),
            "account": account.uuid,
            "kind": kind.value,
            "time": work.now,
            "told": [f"members/{member}" for member in told],
            "standing": clock.kind,
            "rule": falls.rule.value,
            "due": falls.due,
            "pool": pool,
            "owner": account.ownership.owner,
            "team": account.ownership.team,
            "region": account.ownership.region,
        },
    )


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[RecyclingNotice]:
    """A page of notices of accounts whose owner, team or region then the permission reaches."""
    table = RECYCLING_NOTICES
    statement = scope(select(table), table, principal=read.principal, permission=permission)
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


def _from_row(row: RowMapping) -> RecyclingNotice:
    return RecyclingNotice(
        uuid=row["uuid"],
        account=row["account"],
        kind=RecyclingNoticeKind(row["kind"]),
        time=row["time"],
        told=tuple(row["told"]),
        standing=row["standing"],
        rule=RecycleRule(row["rule"]),
        due=row["due"],
        pool=row["pool"],
        owner=row["owner"],
    )
