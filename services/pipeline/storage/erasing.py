"""Where pipeline keeps anything of a person, and which leads' persons were erased before they came over."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Column, DateTime, Table, Uuid, func, or_, select, update
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.postgresql import insert

from chassis.work import Read, UnitOfWork
from services.pipeline.domain.care_record import CareRecord
from services.pipeline.domain.contact import Contact
from services.pipeline.domain.customer_keys import PERSONAL
from services.pipeline.domain.lead_conversion import Accepted
from services.pipeline.domain.occasion import Occasion
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.registration import Registration
from services.pipeline.storage import care_records, contacts, occasions, opportunity_rows, registration_rows
from services.pipeline.storage.account_tables import CONTACTS
from services.pipeline.storage.care_tables import CARE_RECORDS, OCCASIONS
from services.pipeline.storage.lead_conversions import LEAD_CONVERSIONS, from_row
from services.pipeline.storage.metadata import APPROVALS_TABLE, METADATA
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from services.pipeline.storage.registration_tables import PROTECTED_KEYS, REGISTRATIONS

# A lead whose person was erased may still be on its way here: then it comes over without him.
ERASED_LEADS = Table(
    "erased_leads",
    METADATA,
    Column("lead", Uuid, primary_key=True),
    Column("time", DateTime(timezone=True), nullable=False),
)


async def contact_by_itself(read: Read, uuid: UUID) -> Contact | None:
    """The contact whoever asks, for what follows from an event; None for one that is not known."""
    row = (await read.connection.execute(select(CONTACTS).where(CONTACTS.c.uuid == uuid))).mappings().one_or_none()
    return contacts.from_row(row) if row else None


async def conversions_into(read: Read, people: Collection[UUID]) -> Sequence[Accepted]:
    """What leads became together with the contacts."""
    found = select(LEAD_CONVERSIONS).where(LEAD_CONVERSIONS.c.contact.in_(people))
    return [from_row(row) for row in (await read.connection.execute(found)).mappings()]


async def registrations_that_may_name(
    read: Read, *, sure: Collection[UUID], account: UUID | None, keys: Collection[str]
) -> Sequence[Registration]:
    """The registrations that name the person for sure, those of the account, and those that share a key with him."""
    statement = (
        select(REGISTRATIONS)
        .where(
            or_(
                REGISTRATIONS.c.uuid.in_(sure),
                REGISTRATIONS.c.account == account,
                REGISTRATIONS.c.match_keys.overlap(sorted(keys)),
            )
        )
        .order_by(REGISTRATIONS.c.uuid)
        .with_for_update()
    )
    rows = (await read.connection.execute(statement)).mappings()
    return [registration_rows.from_row(row) for row in rows]


async def opportunities_of(
    read: Read, *, sure: Collection[UUID], registrations: Collection[UUID], account: UUID | None
) -> Sequence[Opportunity]:
    """The opportunities themselves, those that came of the registrations, and those of the account."""
    statement = (
        select(OPPORTUNITIES)
        .where(
            or_(
                OPPORTUNITIES.c.uuid.in_(sure),
                OPPORTUNITIES.c.registration.in_(registrations),
                OPPORTUNITIES.c.account == account,
            )
        )
        .order_by(OPPORTUNITIES.c.uuid)
        .with_for_update()
    )
    return [opportunity_rows.from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def occasions_of(read: Read, *, people: Collection[UUID], account: UUID | None) -> Sequence[Occasion]:
    """The days of the people, and all those of the account."""
    of_him = or_(OCCASIONS.c.contact.in_(people), OCCASIONS.c.account == account)
    statement = select(OCCASIONS).where(of_him).order_by(OCCASIONS.c.uuid).with_for_update()
    return [occasions.from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def care_records_of(read: Read, *, people: Collection[UUID]) -> Sequence[CareRecord]:
    """What was given to the people, or done for them."""
    of_him = CARE_RECORDS.c.contact.in_(people)
    statement = select(CARE_RECORDS).where(of_him).order_by(CARE_RECORDS.c.uuid).with_for_update()
    return [care_records.from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def forget_beside(work: UnitOfWork, registration: Registration) -> None:
    """Let go of the keys that are the person's, and of what was said at the decision about him."""
    of_person = func.left(PROTECTED_KEYS.c.key, 1).in_(PERSONAL)
    await work.connection.execute(
        delete_from(PROTECTED_KEYS).where(PROTECTED_KEYS.c.registration == registration.uuid, of_person)
    )
    about = update(APPROVALS_TABLE).where(APPROVALS_TABLE.c.subject == registration.name)
    await work.connection.execute(about.values(comment=""))


async def remember_erased(work: UnitOfWork, lead: UUID) -> None:
    """The person of a lead was erased; asked again, it stays so."""
    kept = insert(ERASED_LEADS).values(lead=lead, time=work.now).on_conflict_do_nothing()
    await work.connection.execute(kept)


async def is_erased(read: Read, lead: UUID) -> bool:
    """Whether the person of a lead was erased."""
    return await read.connection.scalar(select(ERASED_LEADS.c.lead).where(ERASED_LEADS.c.lead == lead)) is not None
