"""The mails of content programmes: of which step each is, what became of it, and what whoever got it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select, text

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, number, read_page, reference
from chassis.mail import MailNotFound, MailState
from chassis.prepared import Prepared
from chassis.scope import scope
from chassis.work import Read, UnitOfWork
from services.leads.domain.nurturing.enrolment import Nurturing
from services.leads.storage.lead_collaborators import SHARED_LEADS
from services.leads.storage.metadata import MAILS
from services.leads.storage.nurturing_tables import LEAD_NURTURINGS, NURTURING_MAILS
from services.leads.storage.tables import LEADS

_LISTING = Listing(
    fields={
        "lead": reference(NURTURING_MAILS.c.lead, "leads"),
        "programme": reference(NURTURING_MAILS.c.programme, "nurturingProgrammes"),
        "step": number(NURTURING_MAILS.c.step),
        "state": choice(MAILS.c.state, {f"NURTURING_MAIL_STATE_{each.name}": each.value for each in MailState}),
        "create_time": instant(NURTURING_MAILS.c.create_time),
    },
    orders={"create_time": Order(NURTURING_MAILS.c.create_time, datetime.fromisoformat)},
    order_by="create_time desc",
    tie=NURTURING_MAILS.c.uuid,
)
_SHOWN = (*NURTURING_MAILS.c, MAILS.c.state, MAILS.c.error, MAILS.c.finish_time)
# The first time counts; whoever comes later changes nothing.
_MARK = {
    column: text(f"update nurturing_mails set {column} = :now where uuid = :mail and {column} is null")  # noqa: S608 - our own words
    for column in ("open_time", "click_time", "unsubscribe_time")
}
_STEPS = Prepared(
    text(
        "select n.step, count(*) as ordered, "
        + ", ".join(
            f"count(*) filter (where m.state = '{state.value}') as {state.value}"
            for state in (MailState.SENT, MailState.BOUNCED, MailState.FAILED, MailState.UNKNOWN, MailState.CANCELLED)
        )
        + ", count(n.open_time) as opened, count(n.click_time) as clicked, count(n.unsubscribe_time) as unsubscribed "
        "from nurturing_mails n join mails m on m.uuid = n.uuid where n.programme = :programme "
        "group by n.step order by n.step"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMail:
    """A mail of a step: whose, which, what became of it, and what whoever got it did."""

    uuid: UUID
    nurturing: UUID
    programme: UUID
    content_version: int
    step: int
    lead: UUID
    create_time: datetime
    state: MailState
    error: str
    finish_time: datetime | None
    open_time: datetime | None
    click_time: datetime | None
    unsubscribe_time: datetime | None


def write_step_mail(work: UnitOfWork, mail: UUID, nurturing: Nurturing, *, step: int) -> None:
    """Gather of which step a mail is."""
    done = {"open_time": None, "click_time": None, "unsubscribe_time": None}
    work.insert(
        NURTURING_MAILS,
        {
            "uuid": mail,
            "nurturing": nurturing.uuid,
            "programme": nurturing.programme,
            "content_version": nurturing.content_version,
            "step": step,
            "lead": nurturing.lead,
            "create_time": work.now,
            **done,
        },
    )


async def get_step_mail(read: Read, uuid: UUID, *, permission: str) -> StepMail:
    """The mail, where the permission reaches its lead; raises MailNotFound."""
    statement = _seen(read, permission).where(NURTURING_MAILS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise MailNotFound(mail=f"nurturingMails/{uuid}")
    return StepMail(**_read(row))


async def list_page(read: Read, wanted: PageRequest, *, permission: str) -> Page[StepMail]:
    """A page of mails, as far as the reader sees the leads."""
    page = await read_page(read.connection, _seen(read, permission), _LISTING, wanted)
    return page.of([StepMail(**_read(row)) for row in page.items])


async def step_mail_by_itself(read: Read, uuid: UUID) -> StepMail | None:
    """The same for whoever bears its token, and for the service's own account."""
    statement = select(*_SHOWN).join(MAILS, MAILS.c.uuid == NURTURING_MAILS.c.uuid)
    row = (await read.connection.execute(statement.where(NURTURING_MAILS.c.uuid == uuid))).mappings().one_or_none()
    return StepMail(**_read(row)) if row else None


async def mark(work: UnitOfWork, mail: UUID, column: str) -> bool:
    """Keep that whoever got it did something for the first time; whether it was the first."""
    await work.begin()
    done = await work.connection.execute(_MARK[column], {"mail": mail, "now": work.now})
    return bool(done.rowcount)


async def count_steps(read: Read, programme: UUID) -> Sequence[Mapping[str, int]]:
    """What became of the mails of each step, whoever's leads they went to."""
    return await read.rows(_STEPS, programme=programme)


async def count_outcomes(read: Read, programme: UUID) -> Sequence[tuple[str, str, int]]:
    """How many leads stand where in a programme, and by which reason it ended."""
    kept = LEAD_NURTURINGS
    why = kept.c.reasons[0][0].astext
    reason = func.coalesce(why, "")
    statement = select(kept.c.state, reason, func.count()).where(kept.c.programme == programme)
    return [tuple(row) for row in await read.connection.execute(statement.group_by(kept.c.state, reason))]


def _seen(read: Read, permission: str) -> Select[Any]:
    of_leads = (
        select(*_SHOWN)
        .join(MAILS, MAILS.c.uuid == NURTURING_MAILS.c.uuid)
        .join(LEADS, LEADS.c.uuid == NURTURING_MAILS.c.lead)
    )
    return scope(of_leads, LEADS, principal=read.principal, permission=permission, shared=SHARED_LEADS.at(read.now))


def _read(row: RowMapping) -> dict[str, Any]:
    return {**row, "state": MailState(row["state"])}
