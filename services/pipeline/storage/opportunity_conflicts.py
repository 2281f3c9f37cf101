"""What contracts told that does not fit an opportunity as it stands: kept until somebody is done with it.

Whoever sees the opportunity now sees what does not fit it; what was told of one that is not known, whoever sees all.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update

from chassis.listing import Listing, Order, Page, PageRequest, instant, read_page, reference, truth
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.opportunity_refusals import OpportunityConflictClosed, OpportunityConflictNotFound
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES, OPPORTUNITY_CONFLICTS

_C, _O = OPPORTUNITY_CONFLICTS.c, OPPORTUNITIES.c
_WHOSE = ("owner", "team", "region")
_TOLD = ("uuid", "opportunity", "linked", "code", "state", "time", "close_time", "closer", "comment")
_LISTING = Listing(
    fields={
        "opportunity": reference(_C.opportunity, "opportunities"),
        "owner": reference(_O.owner, "members"),
        "time": instant(_C.time),
        "open": truth(_C.close_time.is_(None)),
    },
    orders={"time": Order(_C.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=_C.uuid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What contracts told of an opportunity that does not fit it; `linked` told it, `state` is what it stood in.

    `close_time` is None until somebody is done with it, who says in `comment` what came of it.
    """

    uuid: UUID
    opportunity: UUID
    linked: str
    code: str
    state: str
    time: datetime
    owner: UUID | None
    team: UUID | None
    region: UUID | None
    close_time: datetime | None
    closer: str | None
    comment: str | None


async def list_conflicts(read: Read, wanted: PageRequest, *, permission: str) -> Page[Conflict]:
    """A page of the conflicts of opportunities the reader may see."""
    page = await read_page(read.connection, _seen(read.principal, permission), _LISTING, wanted)
    return page.of([Conflict(**row) for row in page.items])


async def close_conflict(work: UnitOfWork, uuid: UUID, *, comment: str, permission: str) -> Conflict:
    """Somebody is done with one; raises OpportunityConflictNotFound and OpportunityConflictClosed."""
    await work.begin()
    seen = _seen(work.principal, permission).where(_C.uuid == uuid)
    if (await work.connection.execute(seen)).one_or_none() is None:
        raise OpportunityConflictNotFound(opportunity_conflict=f"opportunityConflicts/{uuid}")
    done = update(OPPORTUNITY_CONFLICTS).where(_C.uuid == uuid, _C.close_time.is_(None))
    if not (await work.connection.execute(done.values(**_done(work, comment)))).rowcount:
        raise OpportunityConflictClosed(opportunity_conflict=f"opportunityConflicts/{uuid}")
    return Conflict(**(await work.connection.execute(seen)).mappings().one())


async def fits_now(work: UnitOfWork, opportunity: Opportunity, *, linked: str) -> None:
    """What `linked` told of the opportunity fits it now: the service is done with it by itself."""
    await work.begin()
    told = update(OPPORTUNITY_CONFLICTS).where(
        _C.opportunity == opportunity.uuid, _C.linked == linked, _C.close_time.is_(None)
    )
    await work.connection.execute(told.values(**_done(work, "")))


def keep_conflict(work: UnitOfWork, opportunity: Opportunity, *, linked: str, code: str) -> None:
    """Keep what does not fit, for people to look at."""
    work.insert(
        OPPORTUNITY_CONFLICTS,
        {
            "uuid": work.new_id(),
            "opportunity": opportunity.uuid,
            "linked": linked,
            "code": code,
            "state": opportunity.state.value,
            "owner": opportunity.owner,
            "team": opportunity.team,
            "region": opportunity.region,
            "time": work.now,
        },
    )


def keep_unknown(work: UnitOfWork, opportunity: UUID, *, linked: str) -> None:
    """Keep what was told of an opportunity that is not known here; whoever reads everything sees it."""
    row = {"uuid": work.new_id(), "opportunity": opportunity, "linked": linked, "code": "OPPORTUNITY_UNKNOWN"}
    work.insert(
        OPPORTUNITY_CONFLICTS, {**row, "state": "", "owner": None, "team": None, "region": None, "time": work.now}
    )


def _seen(principal: Principal, permission: str) -> Select[Any]:
    """Whose it is, is whose the opportunity is now; the columns of the telling say whose it was."""
    told = select(*(_C[name] for name in _TOLD), *(_O[name] for name in _WHOSE)).select_from(
        OPPORTUNITY_CONFLICTS.outerjoin(OPPORTUNITIES, _O.uuid == _C.opportunity)
    )
    return scope(told, OPPORTUNITIES, principal=principal, permission=permission)


def _done(work: UnitOfWork, comment: str) -> dict[str, Any]:
    return {"close_time": work.now, "closer": work.principal.subject, "comment": comment}
