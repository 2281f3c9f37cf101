"""The smallest service there can be: one aggregate, one event. The chassis is proven on it."""

from dataclasses import dataclass, replace
from uuid import UUID

from millrace.leads.v1.lead_events_pb2 import LeadCreated, LeadSnapshot, LeadUpdated
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, Uuid, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.publication import Publication, Publications
from chassis.roles import lend_partitions
from chassis.tables import chassis_tables
from chassis.work import Read, Record, UnitOfWork
from kernel.errors import NotFound
from kernel.events import Change

METADATA = MetaData()
notes = Table(
    "notes",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("phone", Text, nullable=False, info={"personal": True}),
)
chassis_tables(METADATA)


@dataclass(frozen=True)
class Written:
    """A note was written."""


@dataclass(frozen=True)
class Rewritten:
    """A note's text changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to remember."""

    uuid: UUID
    version: int = 0
    text: str = ""
    phone: str = ""

    def rewrite(self, text: str) -> Change["Note"]:
        """Change the text."""
        return Change(replace(self, text=text), (Rewritten(),))


NOTES: Record[Note] = Record(
    kind="note", collection="notes", table=notes, row=lambda n: {"uuid": n.uuid, "text": n.text, "phone": n.phone}
)
PUBLICATIONS: Publications = {
    Written: Publication("lead.created", lambda _event, note: LeadCreated(lead=LeadSnapshot(industry=note.text))),
    Rewritten: Publication("lead.updated", lambda _event, note: LeadUpdated(lead=LeadSnapshot(industry=note.text))),
}


async def write_note(work: UnitOfWork, *, text: str, phone: str = "") -> Note:
    """A note is written down."""
    return work.save(NOTES, Change(Note(uuid=work.new_id(), text=text, phone=phone), (Written(),)))


async def rewrite_note(work: UnitOfWork, *, uuid: UUID, text: str) -> Note:
    """A note gets another text."""
    return work.save(NOTES, (await get_note(work, uuid)).rewrite(text))


async def get_note(read: Read, uuid: UUID) -> Note:
    """One note; raises NotFound."""
    row = (await read.connection.execute(select(notes).where(notes.c.uuid == uuid))).first()
    if row is None:
        raise NotFound(resource=f"notes/{uuid}")
    return Note(uuid=row.uuid, version=row.version, text=row.text, phone=row.phone)


async def make_tables(engine: AsyncEngine) -> None:
    """Make the sample's tables."""
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await lend_partitions(connection)
