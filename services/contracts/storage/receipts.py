"""Receipts in their table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Text, all_, any_, bindparam, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, choice, day, read_page, reference, text, truth
from chassis.listing.busy import BusyList
from chassis.prepared import Prepared
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record
from kernel.money import Money
from services.contracts.domain.receipt import Payer, Receipt, ReceiptClaim, ReceiptMethod
from services.contracts.domain.receipt_refusals import ReceiptNotFound
from services.contracts.storage.receipt_tables import RECEIPTS

READING = "contracts.read"
FINANCE = "contracts.finance"


def to_row(receipt: Receipt) -> Mapping[str, object]:
    """The columns of a receipt."""
    payer, claim = receipt.payer, receipt.claim
    return {
        "uuid": receipt.uuid,
        "external_reference": receipt.external_reference,
        "method": receipt.method.value,
        "receive_date": receipt.receive_date,
        "maturity_date": receipt.maturity_date,
        "currency": receipt.amount.currency,
        "amount_minor": receipt.amount.minor,
        "allocated_minor": receipt.allocated.minor,
        "refunded_minor": receipt.refunded.minor,
        "left_minor": receipt.left.minor,
        "payer_name": receipt.payer_name,
        "remark": receipt.remark,
        "contract": payer.contract if payer else None,
        "account": payer.account if payer else None,
        "owner": payer.owner if payer else None,
        "team": payer.team if payer else None,
        "region": payer.region if payer else None,
        "claim_contract": claim.contract if claim else None,
        "claimer": claim.claimer if claim else None,
        "claim_time": claim.time if claim else None,
        "comment": receipt.comment,
        "mature_time": receipt.mature_time,
        "reverse_time": receipt.reverse_time,
        "create_time": receipt.create_time,
        "update_time": receipt.update_time,
    }


RECEIPT_RECORD: Record[Receipt] = Record(kind="receipt", collection="receipts", table=RECEIPTS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Receipt:
    """The receipt in a row."""
    currency = row["currency"]
    return Receipt(
        uuid=row["uuid"],
        version=row["version"],
        external_reference=row["external_reference"],
        method=ReceiptMethod(row["method"]),
        receive_date=row["receive_date"],
        maturity_date=row["maturity_date"],
        amount=Money(minor=row["amount_minor"], currency=currency),
        allocated=Money(minor=row["allocated_minor"], currency=currency),
        refunded=Money(minor=row["refunded_minor"], currency=currency),
        payer_name=row["payer_name"],
        remark=row["remark"],
        payer=_payer(row),
        claim=_claim(row),
        comment=row["comment"],
        mature_time=row["mature_time"],
        reverse_time=row["reverse_time"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _payer(row: Mapping[str, Any] | RowMapping) -> Payer | None:
    if row["account"] is None:
        return None
    return Payer(
        contract=row["contract"],
        account=row["account"],
        owner=row["owner"],
        team=row["team"],
        region=row["region"],
    )


def _claim(row: Mapping[str, Any] | RowMapping) -> ReceiptClaim | None:
    if row["claim_contract"] is None:
        return None
    return ReceiptClaim(contract=row["claim_contract"], claimer=row["claimer"], time=row["claim_time"])


_OF_REFERENCE = Prepared(select(RECEIPTS).where(RECEIPTS.c.external_reference == bindparam("reference")))
_OF_REFERENCES = Prepared(
    select(RECEIPTS).where(RECEIPTS.c.external_reference == any_(bindparam("references", type_=ARRAY(Text))))
)


async def receipts_of_references(read: Read, references: Sequence[str]) -> Mapping[str, Receipt]:
    """What is booked under references, whoever asks: a booking is compared with it."""
    if len(references) == 1:
        # PostgreSQL keeps the plan for one value; that for a list it makes anew each time, by the list's length.
        rows = await read.rows(_OF_REFERENCE, reference=references[0])
    else:
        rows = await read.rows(_OF_REFERENCES, references=list(references))
    return {row["external_reference"]: from_row(row) for row in rows}


async def seen_of_references(read: Read, references: Sequence[str]) -> Mapping[str, Receipt]:
    """What is booked under references, as far as finance reaches for the caller: amounts of others are not told him."""
    wanted = select(RECEIPTS).where(RECEIPTS.c.external_reference == any_(literal(list(references), ARRAY(Text))))
    statement = scope(wanted, RECEIPTS, principal=read.principal, permission=FINANCE)
    rows = (await read.connection.execute(statement)).mappings()
    return {row["external_reference"]: from_row(row) for row in rows}


async def get_receipt(read: Read, uuid: UUID, *, permission: str = READING, lock: bool = False) -> Receipt:
    """The receipt, where the permission reaches for the caller, held with `lock`; raises ReceiptNotFound."""
    wanted = select(RECEIPTS).where(RECEIPTS.c.uuid == uuid)
    statement = scope(wanted, RECEIPTS, principal=read.principal, permission=permission)
    return await _one(read, statement.with_for_update() if lock else statement, uuid)


async def lock_receipts_of_contract(read: Read, contract: UUID) -> Sequence[Receipt]:
    """What was received for a contract, whoever asks, held."""
    wanted = select(RECEIPTS).where(RECEIPTS.c.contract == contract).order_by(RECEIPTS.c.uuid).with_for_update()
    return [from_row(row) for row in (await read.connection.execute(wanted)).mappings()]


async def lock_receipts_of_account(read: Read, account: UUID) -> Sequence[Receipt]:
    """What a customer paid, whoever asks, held."""
    wanted = select(RECEIPTS).where(RECEIPTS.c.account == account).order_by(RECEIPTS.c.uuid).with_for_update()
    return [from_row(row) for row in (await read.connection.execute(wanted)).mappings()]


async def lock_unidentified(read: Read, uuid: UUID) -> Receipt:
    """A receipt nobody knows whose it is, for whoever asks, held; raises ReceiptNotFound."""
    wanted = select(RECEIPTS).where(RECEIPTS.c.uuid == uuid, RECEIPTS.c.account.is_(None))
    return await _one(read, wanted.with_for_update(), uuid)


async def list_receipts(read: Read, wanted: PageRequest) -> Page[Receipt]:
    """A page of the receipts the caller may see."""
    page = await _BUSY.page(read, wanted, permission=READING)
    return page.of([from_row(row) for row in page.items])


async def list_unclaimed(read: Read, wanted: PageRequest) -> Page[Receipt]:
    """A page of what nobody knows whose it is."""
    unclaimed = select(RECEIPTS).where(RECEIPTS.c.account.is_(None), RECEIPTS.c.reverse_time.is_(None))
    page = await read_page(read.connection, unclaimed, _LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def transfers_besides(
    read: Read, references: Sequence[str], *, start: date, end: date, most: int
) -> Sequence[Receipt]:
    """Transfers of business days from `start` to `end` under other references, the oldest first, at most `most`.

    As far as finance reaches for the caller; what was reversed is on no statement.
    """
    wanted = select(RECEIPTS).where(
        RECEIPTS.c.receive_date.between(start, end),
        RECEIPTS.c.method == literal(ReceiptMethod.TRANSFER.value),
        RECEIPTS.c.reverse_time.is_(None),
        RECEIPTS.c.external_reference != all_(literal(list(references), ARRAY(Text))),
    )
    statement = scope(wanted, RECEIPTS, principal=read.principal, permission=FINANCE)
    ordered = statement.order_by(RECEIPTS.c.receive_date, RECEIPTS.c.uuid).limit(most)
    return [from_row(row) for row in (await read.connection.execute(ordered)).mappings()]


async def lock_paid_bills(read: Read, *, today: date, most: int) -> Sequence[Receipt]:
    """Bills whose day has come, whoever asks, at most `most`, held; what somebody else holds is left to later."""
    due = select(RECEIPTS).where(
        RECEIPTS.c.method == literal(ReceiptMethod.BILL.value),
        RECEIPTS.c.mature_time.is_(None),
        RECEIPTS.c.reverse_time.is_(None),
        RECEIPTS.c.maturity_date <= today,
    )
    ordered = due.order_by(RECEIPTS.c.maturity_date).limit(most).with_for_update(skip_locked=True)
    return [from_row(row) for row in (await read.connection.execute(ordered)).mappings()]


async def _one(read: Read, statement: Select[Any], uuid: UUID) -> Receipt:
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise ReceiptNotFound(receipt=f"receipts/{uuid}")
    return from_row(row)


_LISTING = Listing(
    fields={
        "external_reference": text(RECEIPTS.c.external_reference),
        "method": choice(RECEIPTS.c.method, {f"RECEIPT_METHOD_{each.name}": each.value for each in ReceiptMethod}),
        "contract": reference(RECEIPTS.c.contract, "contracts"),
        "account": reference(RECEIPTS.c.account, "accounts"),
        "owner": reference(RECEIPTS.c.owner, "members"),
        "team": reference(RECEIPTS.c.team, "teams"),
        "region": reference(RECEIPTS.c.region, "regions"),
        "receive_date": day(RECEIPTS.c.receive_date),
        "maturity_date": day(RECEIPTS.c.maturity_date),
        "payer_name": text(RECEIPTS.c.payer_name),
        "open": truth(RECEIPTS.c.left_minor > 0),
        "claimed": truth(RECEIPTS.c.claim_contract.is_not(None)),
        "reversed": truth(RECEIPTS.c.reverse_time.is_not(None)),
    },
    orders={
        "receive_date": Order(RECEIPTS.c.receive_date, date.fromisoformat),
        "create_time": Order(RECEIPTS.c.create_time, datetime.fromisoformat),
    },
    order_by="receive_date desc",
    tie=RECEIPTS.c.uuid,
)


def _visible(principal: Principal, permission: str) -> Select[Any]:
    return scope(select(RECEIPTS), RECEIPTS, principal=principal, permission=permission)


_BUSY = BusyList(_visible, _LISTING)
