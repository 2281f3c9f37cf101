"""Instalments in their table."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, day, reference, truth
from chassis.listing.busy import BusyList
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record
from kernel.money import Money
from services.contracts.domain.instalment import Instalment, InstalmentNotFound
from services.contracts.storage.payment_tables import INSTALMENTS

READING = "contracts.read"


def to_row(instalment: Instalment) -> Mapping[str, object]:
    """The columns of an instalment."""
    return {
        "uuid": instalment.uuid,
        "contract": instalment.contract,
        "opportunity": instalment.opportunity,
        "account": instalment.account,
        "owner": instalment.owner,
        "team": instalment.team,
        "region": instalment.region,
        "sequence": instalment.sequence,
        "part": instalment.part,
        "display_name_zh": instalment.display_name_zh,
        "display_name_en": instalment.display_name_en,
        "due_date": instalment.due_date,
        "currency": instalment.amount.currency,
        "amount_minor": instalment.amount.minor,
        "paid_minor": instalment.paid.minor,
        "written_off_minor": instalment.written_off.minor,
        "open_minor": instalment.open.minor,
        "cancelled": instalment.cancelled,
        "comment": instalment.comment,
        "create_time": instalment.create_time,
        "update_time": instalment.update_time,
    }


INSTALMENT_RECORD: Record[Instalment] = Record(
    kind="instalment", collection="instalments", table=INSTALMENTS, row=to_row
)


def from_row(row: Mapping[str, Any] | RowMapping) -> Instalment:
    """The instalment in a row."""
    currency = row["currency"]
    return Instalment(
        uuid=row["uuid"],
        version=row["version"],
        contract=row["contract"],
        opportunity=row["opportunity"],
        account=row["account"],
        owner=row["owner"],
        team=row["team"],
        region=row["region"],
        sequence=row["sequence"],
        part=row["part"],
        display_name_zh=row["display_name_zh"],
        display_name_en=row["display_name_en"],
        due_date=row["due_date"],
        amount=Money(minor=row["amount_minor"], currency=currency),
        paid=Money(minor=row["paid_minor"], currency=currency),
        written_off=Money(minor=row["written_off_minor"], currency=currency),
        cancelled=row["cancelled"],
        comment=row["comment"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


async def get_instalment(read: Read, uuid: UUID, *, permission: str = READING) -> Instalment:
    """The instalment, where the reader's permission reaches; raises InstalmentNotFound."""
    wanted = select(INSTALMENTS).where(INSTALMENTS.c.uuid == uuid)
    statement = scope(wanted, INSTALMENTS, principal=read.principal, permission=permission)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise InstalmentNotFound(instalment=f"instalments/{uuid}")
    return from_row(row)


async def instalments_of_contract(read: Read, contract: UUID) -> Sequence[Instalment]:
    """The plan of a contract in its order, whoever asks: the caller has checked the contract."""
    statement = select(INSTALMENTS).where(INSTALMENTS.c.contract == contract).order_by(INSTALMENTS.c.sequence)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def open_instalments_of_account(
    read: Read, account: UUID, *, first: UUID, currency: str, most: int, permission: str
) -> Sequence[Instalment]:
    """What a customer still owes in a currency: of the contract `first`, then of all, the oldest first; at most `most`.

    As far as the permission reaches for the caller.
    """
    owed = select(INSTALMENTS).where(
        INSTALMENTS.c.account == account, INSTALMENTS.c.open_minor > 0, INSTALMENTS.c.currency == currency
    )
    reached = scope(owed, INSTALMENTS, principal=read.principal, permission=permission)
    order = (INSTALMENTS.c.contract != first, INSTALMENTS.c.due_date, INSTALMENTS.c.uuid)
    statement = reached.order_by(*order).limit(most)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def instalments_of_contracts(read: Read, contracts: Sequence[UUID]) -> Sequence[Instalment]:
    """The plans of contracts, whoever asks: the caller holds the contracts locked."""
    wanted = INSTALMENTS.c.contract == any_(literal(contracts, ARRAY(Uuid)))
    statement = select(INSTALMENTS).where(wanted).order_by(INSTALMENTS.c.contract, INSTALMENTS.c.sequence)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def contracts_of_instalments(read: Read, uuids: Sequence[UUID], *, permission: str) -> Mapping[UUID, UUID]:
    """The contract of each instalment that the permission reaches."""
    wanted = INSTALMENTS.c.uuid == any_(literal(uuids, ARRAY(Uuid)))
    statement = select(INSTALMENTS.c.uuid, INSTALMENTS.c.contract).where(wanted)
    rows = await read.connection.execute(scope(statement, INSTALMENTS, principal=read.principal, permission=permission))
    return {row.uuid: row.contract for row in rows}


async def list_instalments(read: Read, wanted: PageRequest) -> Page[Instalment]:
    """A page of the instalments the caller may see."""
    page = await _BUSY.page(read, wanted, permission=READING)
    return page.of([from_row(row) for row in page.items])


_LISTING = Listing(
    fields={
        "contract": reference(INSTALMENTS.c.contract, "contracts"),
        "opportunity": reference(INSTALMENTS.c.opportunity, "opportunities"),
        "account": reference(INSTALMENTS.c.account, "accounts"),
        "owner": reference(INSTALMENTS.c.owner, "members"),
        "team": reference(INSTALMENTS.c.team, "teams"),
        "region": reference(INSTALMENTS.c.region, "regions"),
        "due_date": day(INSTALMENTS.c.due_date),
        "open": truth(INSTALMENTS.c.open_minor > 0),
        "cancelled": truth(INSTALMENTS.c.cancelled),
    },
    orders={"due_date": Order(INSTALMENTS.c.due_date, date.fromisoformat)},
    order_by="due_date",
    tie=INSTALMENTS.c.uuid,
)


def _visible(principal: Principal, permission: str) -> Select[Any]:
    return scope(select(INSTALMENTS), INSTALMENTS, principal=principal, permission=permission)


_BUSY = BusyList(_visible, _LISTING)
