"""Contracts in their table."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, choice, reference, text
from chassis.listing.busy import BusyList
from chassis.principal import Principal
from chassis.scope import scope
from chassis.work import Read, Record
from kernel.money import Money
from services.contracts.domain.clauses import Clause
from services.contracts.domain.contract import Contract, ContractState, ContractTerms
from services.contracts.domain.contract_refusals import ContractNotFound
from services.contracts.domain.payment_plan import PlanPart
from services.contracts.domain.sold_item import SoldItem
from services.contracts.storage.contract_tables import CONTRACT_NUMBERS, CONTRACTS

READING = "contracts.read"


def to_row(contract: Contract) -> Mapping[str, object]:
    """The columns of a contract."""
    return {
        "uuid": contract.uuid,
        "number": contract.number,
        "state": contract.state.value,
        "quote": contract.quote,
        "quote_hash": contract.quote_hash,
        "opportunity": contract.opportunity,
        "account": contract.account,
        "owner": contract.owner,
        "team": contract.team,
        "region": contract.region,
        "currency": contract.amount.currency,
        "amount_minor": contract.amount.minor,
        "paid_minor": contract.paid.minor,
        "sold": sold_to_row(contract.sold),
        **_terms_to_row(contract.terms),
        "payment_template": contract.payment_template,
        "payment_parts": parts_to_row(contract.payment_parts),
        "start_date": contract.start_date,
        "end_date": contract.end_date,
        "effective_date": contract.effective_date,
        "approval": contract.approval,
        "approved_hash": contract.approved_hash,
        "comment": contract.comment,
        "document": contract.document,
        "renews": contract.renews,
        "sign_time": contract.sign_time,
        "settle_time": contract.settle_time,
        "creator": contract.creator,
        "authors": sorted(contract.authors),
        "create_time": contract.create_time,
        "update_time": contract.update_time,
    }


def _terms_to_row(terms: ContractTerms) -> Mapping[str, object]:
    return {
        "language": terms.language,
        "template": terms.template,
        "template_version": terms.template_version,
        "clauses": [asdict(clause) for clause in terms.clauses],
        "buyer": terms.buyer,
        "variables": dict(terms.variables),
    }


def parts_to_row(parts: Sequence[PlanPart]) -> list[Mapping[str, object]]:
    """The parts of a plan as they lie in a column; shares as text, so that they stay exact."""
    return [{**asdict(part), "share": str(part.share)} for part in parts]


def parts_from_row(column: Sequence[Mapping[str, Any]]) -> tuple[PlanPart, ...]:
    """The parts of a plan in a column."""
    return tuple(PlanPart(**{**each, "share": Decimal(each["share"])}) for each in column)


def sold_to_row(sold: Sequence[SoldItem]) -> list[Mapping[str, object]]:
    """What is sold as it lies in a column, in the contract's currency; quantities as text, so that they stay exact."""
    return [{"product": str(each.product), "quantity": str(each.quantity), "minor": each.amount.minor} for each in sold]


def _sold_from_row(column: Sequence[Mapping[str, Any]], currency: str) -> tuple[SoldItem, ...]:
    return tuple(
        SoldItem(
            product=UUID(each["product"]),
            quantity=Decimal(each["quantity"]),
            amount=Money(minor=each["minor"], currency=currency),
        )
        for each in column
    )


CONTRACT_RECORD: Record[Contract] = Record(kind="contract", collection="contracts", table=CONTRACTS, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Contract:
    """The contract in a row."""
    return Contract(
        uuid=row["uuid"],
        version=row["version"],
        number=row["number"],
        state=ContractState(row["state"]),
        quote=row["quote"],
        quote_hash=row["quote_hash"],
        opportunity=row["opportunity"],
        account=row["account"],
        owner=row["owner"],
        team=row["team"],
        region=row["region"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        paid=Money(minor=row["paid_minor"], currency=row["currency"]),
        sold=_sold_from_row(row["sold"] or (), row["currency"]),
        terms=_terms_from_row(row),
        payment_template=row["payment_template"],
        payment_parts=parts_from_row(row["payment_parts"]),
        start_date=row["start_date"],
        end_date=row["end_date"],
        effective_date=row["effective_date"],
        approval=row["approval"],
        approved_hash=row["approved_hash"],
        comment=row["comment"],
        document=row["document"],
        renews=row["renews"],
        sign_time=row["sign_time"],
        settle_time=row["settle_time"],
        creator=row["creator"],
        # A row of a release before tells its creator alone.
        authors=frozenset(row["authors"] or ()) | {row["creator"]},
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _terms_from_row(row: Mapping[str, Any] | RowMapping) -> ContractTerms:
    return ContractTerms(
        language=row["language"],
        template=row["template"],
        template_version=row["template_version"],
        clauses=tuple(Clause(**clause) for clause in row["clauses"]),
        buyer=row["buyer"],
        variables=row["variables"],
    )


async def get_contract(read: Read, uuid: UUID, *, permission: str = READING) -> Contract:
    """The contract, if the permission reaches it for the caller; raises ContractNotFound."""
    statement = scope(
        select(CONTRACTS).where(CONTRACTS.c.uuid == uuid), CONTRACTS, principal=read.principal, permission=permission
    )
    return await _one(read, statement, uuid)


async def contract_by_itself(read: Read, uuid: UUID) -> Contract:
    """The contract whoever asks: for what follows from a fact, not from a caller; raises ContractNotFound."""
    return await _one(read, select(CONTRACTS).where(CONTRACTS.c.uuid == uuid), uuid)


async def contract_of_quote(read: Read, quote: UUID) -> Contract | None:
    """The contract a quote became, whoever asks: dropped ones do not count."""
    statement = select(CONTRACTS).where(CONTRACTS.c.quote == quote, CONTRACTS.c.state != ContractState.TERMINATED.value)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


async def unsigned_of_quotes(read: Read, quotes: Sequence[UUID]) -> Contract | None:
    """The newest contract drafted from one of the quotes that is neither signed nor dropped, whoever asks."""
    statement = (
        select(CONTRACTS)
        .where(
            CONTRACTS.c.quote == any_(literal(quotes, ARRAY(Uuid))),
            CONTRACTS.c.state != ContractState.TERMINATED.value,
            CONTRACTS.c.sign_time.is_(None),
        )
        .order_by(CONTRACTS.c.create_time.desc())
        .limit(1)
    )
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


async def contracts_of_opportunity(read: Read, opportunity: UUID) -> Sequence[Contract]:
    """The contracts an opportunity has, whoever asks, dropped ones too, the oldest first."""
    statement = select(CONTRACTS).where(CONTRACTS.c.opportunity == opportunity).order_by(CONTRACTS.c.uuid)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def contracts_of_account(read: Read, account: UUID) -> Sequence[Contract]:
    """Every contract of a customer, whoever asks."""
    statement = select(CONTRACTS).where(CONTRACTS.c.account == account).order_by(CONTRACTS.c.uuid)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def contracts_of(read: Read, uuids: Sequence[UUID], *, permission: str) -> Mapping[UUID, Contract]:
    """Those of the contracts that the permission reaches for the caller, by id."""
    wanted = select(CONTRACTS).where(CONTRACTS.c.uuid == any_(literal(uuids, ARRAY(Uuid))))
    statement = scope(wanted, CONTRACTS, principal=read.principal, permission=permission)
    return {row["uuid"]: from_row(row) for row in (await read.connection.execute(statement)).mappings()}


async def lock_contracts(read: Read, uuids: Sequence[UUID]) -> Sequence[Contract]:
    """The contracts, whoever asks, held until the transaction ends: one at a time changes what is paid of them."""
    wanted = CONTRACTS.c.uuid == any_(literal(uuids, ARRAY(Uuid)))
    statement = select(CONTRACTS).where(wanted).order_by(CONTRACTS.c.uuid).with_for_update()
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def list_contracts(read: Read, wanted: PageRequest) -> Page[Contract]:
    """A page of the contracts the caller may see."""
    page = await _BUSY.page(read, wanted, permission=READING)
    return page.of([from_row(row) for row in page.items])


async def begun_contracts(read: Read, *, today: date, most: int) -> Sequence[Contract]:
    """Signed contracts whose first day has come, or that begin with the signature, whoever asks, at most `most`."""
    begun = CONTRACTS.c.start_date.is_(None) | (CONTRACTS.c.start_date <= today)
    statement = (
        select(CONTRACTS)
        .where(CONTRACTS.c.state == ContractState.SIGNED.value, begun)
        .order_by(CONTRACTS.c.create_time)
        .limit(most)
    )
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def ended_contracts(read: Read, *, today: date, most: int) -> Sequence[Contract]:
    """Contracts in force whose last day is past, whoever asks, at most `most`."""
    statement = (
        select(CONTRACTS)
        .where(CONTRACTS.c.state.in_(("active", "amended")), CONTRACTS.c.end_date < today)
        .order_by(CONTRACTS.c.end_date)
        .limit(most)
    )
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def next_number(read: Read) -> int:
    """The next number nobody has; one whose contract was never stored is left out."""
    return (await read.connection.execute(CONTRACT_NUMBERS.next_value().select())).scalar_one()


async def _one(read: Read, statement: Select[Any], uuid: UUID) -> Contract:
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise ContractNotFound(contract=f"contracts/{uuid}")
    return from_row(row)


_LISTING = Listing(
    fields={
        "number": text(CONTRACTS.c.number),
        "state": choice(CONTRACTS.c.state, {f"CONTRACT_STATE_{state.name}": state.value for state in ContractState}),
        "quote": reference(CONTRACTS.c.quote, "quotes"),
        "opportunity": reference(CONTRACTS.c.opportunity, "opportunities"),
        "account": reference(CONTRACTS.c.account, "accounts"),
        "owner": reference(CONTRACTS.c.owner, "members"),
        "team": reference(CONTRACTS.c.team, "teams"),
        "region": reference(CONTRACTS.c.region, "regions"),
    },
    orders={
        "create_time": Order(CONTRACTS.c.create_time, datetime.fromisoformat),
        "number": Order(CONTRACTS.c.number),
    },
    order_by="create_time desc",
    tie=CONTRACTS.c.uuid,
)


def _visible(principal: Principal, permission: str) -> Select[Any]:
    return scope(select(CONTRACTS), CONTRACTS, principal=principal, permission=permission)


_BUSY = BusyList(_visible, _LISTING)
