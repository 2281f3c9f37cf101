"""What first-response clocks came to, in its table."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, reference, texts
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.response_notices import NoticeKind, ResponseNotice
from services.leads.storage.response_tables import RESPONSE_NOTICES

_LISTING = Listing(
    fields={
        "told": texts(RESPONSE_NOTICES.c.told),
        "lead": reference(RESPONSE_NOTICES.c.lead, "leads"),
        "owner": reference(RESPONSE_NOTICES.c.owner, "members"),
        "kind": choice(
            RESPONSE_NOTICES.c.kind, {f"LEAD_RESPONSE_NOTICE_KIND_{each.name}": each.value for each in NoticeKind}
        ),
        "time": instant(RESPONSE_NOTICES.c.time),
    },
    orders={"time": Order(RESPONSE_NOTICES.c.time, datetime.fromisoformat)},
    order_by="time desc",
    tie=RESPONSE_NOTICES.c.uuid,
)


def write_notice(work: UnitOfWork, lead: Lead, kind: NoticeKind, *, told: Sequence[UUID] = ()) -> None:
    """Gather what the clock of a lead came to, as the lead stands after it."""
    clock = lead.response
    answer = clock.answer if clock else None
    work.insert(
        RESPONSE_NOTICES,
        {
            "uuid": work.new_id(),
            "lead": lead.uuid,
            "kind": kind.value,
            "time": work.now,
            "told": [f"members/{member}" for member in told],
            "grade": lead.grade.value,
            "due": clock.due if clock else None,
            "minutes": answer.minutes if answer else None,
            "follow_up": answer.follow_up if answer else None,
            "owner": lead.owner,
            "team": lead.team,
            "region": lead.region,
        },
    )


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[ResponseNotice]:
    """A page of notices of leads whose owner, team or region then the permission reaches."""
    table = RESPONSE_NOTICES
    statement = scope(select(table), table, principal=read.principal, permission=permission)
    page = await read_page(read.connection, statement, _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


def _from_row(row: RowMapping) -> ResponseNotice:
    return ResponseNotice(
        uuid=row["uuid"],
        lead=row["lead"],
        kind=NoticeKind(row["kind"]),
        time=row["time"],
        told=tuple(row["told"]),
        owner=row["owner"],
        grade=Grade(row["grade"]),
        due=row["due"],
        minutes=row["minutes"] or 0,
        follow_up=row["follow_up"],
    )
