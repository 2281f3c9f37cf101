"""Contacts in their table."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, instant, reference, text
from chassis.listing.busy import BusyList
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record
from services.pipeline.domain.contact import Contact, ContactFacts, ContactKeys, ContactNotFound, DecisionRole
from services.pipeline.domain.opportunity_facts import Acquaintance
from services.pipeline.storage.account_rows import ownership_from_row, ownership_to_row
from services.pipeline.storage.account_tables import CONTACTS
from services.pipeline.storage.accounts import READING
from services.pipeline.storage.reached_accounts import let_at, let_when_run

_FACTS = tuple(field.name for field in fields(ContactFacts))


def to_row(contact: Contact) -> Mapping[str, object]:
    """The columns of a contact."""
    facts = {name: getattr(contact.facts, name) for name in _FACTS}
    return {
        "uuid": contact.uuid,
        "account": contact.account,
        **ownership_to_row(contact.ownership),
        **facts,
        "decision_role": contact.facts.decision_role.value,
        "interests": list(contact.facts.interests),
        "phone_e164": contact.keys.phone,
        "email_key": contact.keys.email,
        "sort_key": contact.keys.sort,
        "create_time": contact.create_time,
        "update_time": contact.update_time,
        "delete_time": contact.delete_time,
    }


CONTACT_RECORD: Record[Contact] = Record(kind="contact", collection="contacts", table=CONTACTS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Contact:
    """The contact in a row."""
    facts = {name: row[name] for name in _FACTS}
    facts |= {"decision_role": DecisionRole(row["decision_role"]), "interests": tuple(row["interests"])}
    return Contact(
        uuid=row["uuid"],
        version=row["version"],
        account=row["account"],
        ownership=ownership_from_row(row),
        facts=ContactFacts(**facts),
        keys=ContactKeys(phone=row["phone_e164"], email=row["email_key"], sort=row["sort_key"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
        delete_time=row["delete_time"],
    )


async def get_contact(read: Read, uuid: UUID, *, permission: str) -> Contact:
    """The contact, archived or not, where the permission reaches its account; raises ContactNotFound."""
    shared = let_at(read.now, by="account")
    wanted = select(CONTACTS).where(CONTACTS.c.uuid == uuid)
    statement = scope(wanted, CONTACTS, principal=read.principal, permission=permission, shared=shared)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise ContactNotFound(contact=f"contacts/{uuid}")
    return from_row(row)


async def people_of(read: Read, account: UUID) -> Sequence[Contact]:
    """All people of an account, archived ones too, whoever asks: they follow what becomes of it."""
    statement = select(CONTACTS).where(CONTACTS.c.account == account).order_by(CONTACTS.c.uuid)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def acquaintance_with(read: Read, account: UUID) -> Acquaintance:
    """How many live people of an account are known, and how many of them decide; whoever asks."""
    decides = CONTACTS.c.decision_role == DecisionRole.DECISION_MAKER.value
    statement = select(func.count(), func.count().filter(decides)).where(
        CONTACTS.c.account == account, CONTACTS.c.delete_time.is_(None)
    )
    row = (await read.connection.execute(statement)).one()
    return Acquaintance(contacts=row[0], decision_makers=row[1])


async def list_contacts(read: Read, wanted: PageRequest, *, show_deleted: bool) -> Page[Contact]:
    """A page of the contacts the reader may see; archived ones where asked for."""
    page = await (_ALL if show_deleted else _LIVE).page(read, wanted, permission=READING)
    return page.of([from_row(row) for row in page.items])


_ROLES = {f"DECISION_ROLE_{role.name}": role.value for role in DecisionRole}
_LISTING = Listing(
    fields={
        "account": reference(CONTACTS.c.account, "accounts"),
        "display_name": text(CONTACTS.c.display_name),
        "decision_role": choice(CONTACTS.c.decision_role, _ROLES),
        "owner": reference(CONTACTS.c.owner, "members"),
        "team": reference(CONTACTS.c.team, "teams"),
        "region": reference(CONTACTS.c.region, "regions"),
        "create_time": instant(CONTACTS.c.create_time),
    },
    orders={
        "display_name": Order(CONTACTS.c.sort_key),
        "create_time": Order(CONTACTS.c.create_time, datetime.fromisoformat),
        "update_time": Order(CONTACTS.c.update_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=CONTACTS.c.uuid,
)


def _all(principal: Principal, permission: str) -> Select[Any]:
    shared = let_when_run(by="account")
    return scope(select(CONTACTS), CONTACTS, principal=principal, permission=permission, shared=shared)


def _live(principal: Principal, permission: str) -> Select[Any]:
    return _all(principal, permission).where(CONTACTS.c.delete_time.is_(None))


_ALL, _LIVE = BusyList(_all, _LISTING), BusyList(_live, _LISTING)
