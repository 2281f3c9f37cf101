"""Content programmes in their table, and every content they had."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, read_page, text
from chassis.work import Read, Record, UnitOfWork
from services.leads.domain.nurturing.programme import (
    Content,
    ExitKind,
    Link,
    NurturingProgrammeNotFound,
    Programme,
    ProgrammeState,
    Step,
)
from services.leads.domain.nurturing.timing import Delay, DelayUnit
from services.leads.storage.nurturing_tables import NURTURING_CONTENTS, NURTURING_PROGRAMMES

_LISTING = Listing(
    fields={
        "display_name": text(NURTURING_PROGRAMMES.c.display_name),
        "state": choice(
            NURTURING_PROGRAMMES.c.state,
            {f"NURTURING_PROGRAMME_STATE_{each.name}": each.value for each in ProgrammeState},
        ),
        "create_time": instant(NURTURING_PROGRAMMES.c.create_time),
    },
    orders={
        "display_name": Order(NURTURING_PROGRAMMES.c.display_name),
        "create_time": Order(NURTURING_PROGRAMMES.c.create_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=NURTURING_PROGRAMMES.c.uuid,
)


def _to_row(programme: Programme) -> Mapping[str, object]:
    return {
        "uuid": programme.uuid,
        "display_name": programme.display_name,
        "content": content_to_json(programme.content),
        "content_version": programme.content_version,
        "state": programme.state.value,
        "create_time": programme.create_time,
        "update_time": programme.update_time,
    }


PROGRAMME_RECORD: Record[Programme] = Record(
    kind="nurturing_programme", collection="nurturingProgrammes", table=NURTURING_PROGRAMMES, row=_to_row
)


def keep_content(work: UnitOfWork, programme: Programme) -> None:
    """Gather the content of a programme as its version."""
    work.insert(
        NURTURING_CONTENTS,
        {
            "programme": programme.uuid,
            "number": programme.content_version,
            "content": content_to_json(programme.content),
            "author": work.principal.subject,
            "time": work.now,
        },
    )


async def get_programme(read: Read, uuid: UUID) -> Programme:
    """The programme; raises NurturingProgrammeNotFound."""
    statement = select(NURTURING_PROGRAMMES).where(NURTURING_PROGRAMMES.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NurturingProgrammeNotFound(programme=f"nurturingProgrammes/{uuid}")
    return _from_row(row)


async def list_programmes(read: Read, wanted: PageRequest) -> Page[Programme]:
    """A page of programmes."""
    page = await read_page(read.connection, select(NURTURING_PROGRAMMES), _LISTING, wanted)
    return page.of([_from_row(row) for row in page.items])


async def active_programmes(read: Read) -> Sequence[Programme]:
    """Those that run; a company has some dozens."""
    statement = select(NURTURING_PROGRAMMES).where(NURTURING_PROGRAMMES.c.state == ProgrammeState.ACTIVE.value)
    rows = await read.connection.execute(statement.order_by(NURTURING_PROGRAMMES.c.uuid))
    return [_from_row(row) for row in rows.mappings()]


async def content_of(read: Read, programme: UUID, number: int) -> Content:
    """A content that a programme had; raises NurturingProgrammeNotFound."""
    kept = NURTURING_CONTENTS
    statement = select(kept.c.content).where(kept.c.programme == programme, kept.c.number == number)
    column = await read.connection.scalar(statement)
    if column is None:
        raise NurturingProgrammeNotFound(programme=f"nurturingProgrammes/{programme}")
    return content_from_json(column)


def content_to_json(content: Content) -> Mapping[str, object]:
    """The content as an object."""
    return {
        "segment": content.segment,
        "steps": [_step_to_json(step) for step in content.steps],
        "exits": sorted(kind.value for kind in content.exits),
        "re_entry_days": content.re_entry.days if content.re_entry else None,
        "language": content.language,
    }


def content_from_json(column: Mapping[str, Any]) -> Content:
    """The content in a column."""
    days = column["re_entry_days"]
    return Content(
        segment=column["segment"],
        steps=tuple(map(_step_from_json, column["steps"])),
        exits=frozenset(map(ExitKind, column["exits"])),
        re_entry=timedelta(days=days) if days else None,
        language=column["language"],
    )


def _step_to_json(step: Step) -> Mapping[str, object]:
    return {
        "delay": [step.delay.unit.value, step.delay.amount],
        "subject": step.subject,
        "text": step.text,
        "html": step.html,
        "links": [[link.key, link.url, link.display_name] for link in step.links],
    }


def _step_from_json(column: Mapping[str, Any]) -> Step:
    unit, amount = column["delay"]
    return Step(
        delay=Delay(unit=DelayUnit(unit), amount=amount),
        subject=column["subject"],
        text=column["text"],
        html=column["html"],
        links=tuple(Link(key=key, url=url, display_name=name) for key, url, name in column["links"]),
    )


def _from_row(row: RowMapping) -> Programme:
    return Programme(
        uuid=row["uuid"],
        version=row["version"],
        display_name=row["display_name"],
        content=content_from_json(row["content"]),
        content_version=row["content_version"],
        state=ProgrammeState(row["state"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )
