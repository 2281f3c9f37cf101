"""Amendments in their table; whoever may see a contract sees its amendments, so the caller has looked at that."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.work import Read, Record
from kernel.money import Money
from services.contracts.domain.amendment import UNDER_WAY, Amendment, AmendmentNotFound, AmendmentState
from services.contracts.storage.contract_tables import CONTRACT_AMENDMENTS
from services.contracts.storage.contracts import parts_from_row, parts_to_row


def to_row(amendment: Amendment) -> Mapping[str, object]:
    """The columns of an amendment."""
    return {
        "uuid": amendment.uuid,
        "contract": amendment.contract,
        "state": amendment.state.value,
        "text": amendment.text,
        "quote": amendment.quote,
        "quote_hash": amendment.quote_hash,
        "currency": amendment.amount.currency,
        "amount_minor": amendment.amount.minor,
        "end_date": amendment.end_date,
        "payment_template": amendment.payment_template,
        "payment_parts": parts_to_row(amendment.payment_parts),
        "approval": amendment.approval,
        "approved_hash": amendment.approved_hash,
        "comment": amendment.comment,
        "sign_time": amendment.sign_time,
        "creator": amendment.creator,
        "create_time": amendment.create_time,
        "update_time": amendment.update_time,
    }


AMENDMENT_RECORD: Record[Amendment] = Record(
    kind="contract_amendment", collection="contractAmendments", table=CONTRACT_AMENDMENTS, row=to_row
)


def from_row(row: Mapping[str, Any] | RowMapping) -> Amendment:
    """The amendment in a row."""
    return Amendment(
        uuid=row["uuid"],
        version=row["version"],
        contract=row["contract"],
        state=AmendmentState(row["state"]),
        text=row["text"],
        quote=row["quote"],
        quote_hash=row["quote_hash"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        end_date=row["end_date"],
        payment_template=row["payment_template"],
        payment_parts=parts_from_row(row["payment_parts"]),
        approval=row["approval"],
        approved_hash=row["approved_hash"],
        comment=row["comment"],
        sign_time=row["sign_time"],
        creator=row["creator"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


async def get_amendment(read: Read, uuid: UUID) -> Amendment:
    """The amendment; raises AmendmentNotFound."""
    statement = select(CONTRACT_AMENDMENTS).where(CONTRACT_AMENDMENTS.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise AmendmentNotFound(amendment=f"contractAmendments/{uuid}")
    return from_row(row)


async def amendment_under_way(read: Read, *, quote: UUID) -> Amendment | None:
    """The amendment that would take a quote's amount and is not signed yet, whoever asks."""
    states = [state.value for state in UNDER_WAY]
    statement = select(CONTRACT_AMENDMENTS).where(
        CONTRACT_AMENDMENTS.c.quote == quote, CONTRACT_AMENDMENTS.c.state.in_(states)
    )
    ordered = statement.order_by(CONTRACT_AMENDMENTS.c.create_time).limit(1)
    row = (await read.connection.execute(ordered)).mappings().one_or_none()
    return from_row(row) if row else None


async def amendments_of(read: Read, contract: UUID) -> Sequence[Amendment]:
    """Every amendment of a contract, the oldest first."""
    statement = select(CONTRACT_AMENDMENTS).where(CONTRACT_AMENDMENTS.c.contract == contract)
    ordered = statement.order_by(CONTRACT_AMENDMENTS.c.create_time, CONTRACT_AMENDMENTS.c.uuid)
    return [from_row(row) for row in (await read.connection.execute(ordered)).mappings()]
