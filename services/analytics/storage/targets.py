"""Targets in their table, as far as the reader sees."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, number, read_page, text
from chassis.scope import scope
from chassis.work import Read, Record
from services.analytics.domain.targets import Kpi, Subject, Target, TargetNotFound, Value
from services.analytics.storage.tables import TARGETS

PERMISSION = "analytics.read"
_MOST = 5000  # of one year and one kpi: more people than a sales force has


def target_to_row(target: Target) -> Mapping[str, object]:
    """The columns of a target."""
    subject, value = target.subject, target.value
    return {
        "uuid": target.uuid,
        "year": target.year,
        "kpi": target.kpi.value,
        "subject": subject.name,
        "owner": subject.owner,
        "team": subject.team,
        "region": subject.region,
        "number": value.number,
        "currency": value.currency,
        "weight": value.weight,
        "month_percents": list(target.month_percents),
        "create_time": target.create_time,
        "update_time": target.update_time,
    }


TARGET_RECORD: Record[Target] = Record(kind="target", collection="targets", table=TARGETS, row=target_to_row)


def _from_row(row: RowMapping) -> Target:
    return Target(
        uuid=row["uuid"],
        version=row["version"],
        year=row["year"],
        kpi=Kpi(row["kpi"]),
        subject=Subject(name=row["subject"], owner=row["owner"], team=row["team"], region=row["region"]),
        value=Value(number=row["number"], currency=row["currency"], weight=row["weight"]),
        month_percents=tuple(row["month_percents"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _seen(read: Read, permission: str = PERMISSION) -> Select[Any]:
    return scope(select(TARGETS), TARGETS, principal=read.principal, permission=permission)


async def get_target(read: Read, uuid: UUID, *, permission: str = PERMISSION) -> Target:
    """The target, where the permission reaches; raises TargetNotFound."""
    statement = _seen(read, permission).where(TARGETS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise TargetNotFound(target=f"targets/{uuid}")
    return _from_row(row)


async def list_targets(read: Read, wanted: PageRequest) -> Page[Target]:
    """A page of targets."""
    page = await read_page(read.connection, _seen(read), _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def targets_of(read: Read, *, year: int, kpis: Sequence[Kpi]) -> Sequence[Target]:
    """All targets of a year for some things; those of persons come last."""
    wanted = TARGETS.c.kpi.in_([kpi.value for kpi in kpis])
    order = (TARGETS.c.owner.is_not(None), TARGETS.c.subject, TARGETS.c.currency, TARGETS.c.kpi)
    statement = _seen(read).where(TARGETS.c.year == year, wanted).order_by(*order).limit(_MOST * len(kpis))
    rows = (await read.connection.execute(statement)).mappings()
    return [_from_row(row) for row in rows]


_LISTING = Listing(
    fields={
        "year": number(TARGETS.c.year),
        "kpi": choice(TARGETS.c.kpi, {f"KPI_{kpi.name}": kpi.value for kpi in Kpi}),
        "subject": text(TARGETS.c.subject),
    },
    orders={"create_time": Order(TARGETS.c.create_time, datetime.fromisoformat)},
    order_by="create_time desc",
    tie=TARGETS.c.uuid,
)
