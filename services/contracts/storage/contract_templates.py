"""Templates of contracts in their tables: the version in force, and every one that was."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Subquery, column, select, union_all, values

from chassis.listing import Listing, Order, Page, PageRequest, choice, read_page, text, truth
from chassis.work import Read, Record, UnitOfWork
from services.contracts.domain.clauses import Clause
from services.contracts.domain.contract_template import ContractTemplate, TemplateText
from services.contracts.storage.contract_tables import CONTRACT_TEMPLATE_VERSIONS, CONTRACT_TEMPLATES


def to_row(template: ContractTemplate) -> Mapping[str, object]:
    """The columns of a template."""
    written = template.text
    return {
        "uuid": template.uuid,
        "display_name": written.display_name,
        "language": written.language,
        "clauses": [asdict(clause) for clause in written.clauses],
        "payment_template": written.payment_plan,
        "archived": written.archived,
        "author": template.author,
        "create_time": template.create_time,
        "update_time": template.update_time,
    }


TEMPLATE_RECORD: Record[ContractTemplate] = Record(
    kind="contract_template", collection="contractTemplates", table=CONTRACT_TEMPLATES, row=to_row
)


def from_row(row: Mapping[str, Any] | RowMapping) -> ContractTemplate:
    """The template in a row."""
    return ContractTemplate(
        uuid=row["uuid"],
        version=row["version"],
        text=TemplateText(
            display_name=row["display_name"],
            language=row["language"],
            clauses=tuple(Clause(**clause) for clause in row["clauses"]),
            payment_plan=row["payment_template"],
            archived=row["archived"],
        ),
        author=row["author"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


async def stored_template(read: Read, uuid: UUID) -> ContractTemplate | None:
    """The template as it was written here; None for one that never was."""
    statement = select(CONTRACT_TEMPLATES).where(CONTRACT_TEMPLATES.c.uuid == uuid)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return from_row(row) if row else None


async def newest_template(read: Read, language: str) -> ContractTemplate | None:
    """The template of a language that was written here last and is in use."""
    table = CONTRACT_TEMPLATES
    wanted = select(table).where(table.c.language == language, table.c.archived.is_(False))
    row = (await read.connection.execute(wanted.order_by(table.c.create_time.desc()).limit(1))).mappings().one_or_none()
    return from_row(row) if row else None


async def stored_clauses(read: Read, uuid: UUID, version: int) -> tuple[Clause, ...] | None:
    """The clauses of one version of a template; None for one that was never written here."""
    table = CONTRACT_TEMPLATE_VERSIONS
    clauses = await read.connection.scalar(
        select(table.c.clauses).where(table.c.template == uuid, table.c.version == version)
    )
    return None if clauses is None else tuple(Clause(**clause) for clause in clauses)


def keep_version(work: UnitOfWork, template: ContractTemplate) -> None:
    """Gather the version for the shelf: contracts name it, so it stays readable."""
    row = {
        "template": template.uuid,
        "version": template.version,
        "clauses": [asdict(clause) for clause in template.text.clauses],
        "author": template.author,
        "active_from": template.update_time,
    }
    work.insert(CONTRACT_TEMPLATE_VERSIONS, row)


async def list_templates(
    read: Read, wanted: PageRequest, *, shipped: Sequence[ContractTemplate]
) -> Page[ContractTemplate]:
    """A page of the templates written here, and of those shipped that nobody edited."""
    rows = _with_shipped(shipped)
    page = await read_page(read.connection, select(rows), _listing(rows), wanted)
    return page.of([from_row(row) for row in page.items])


def _with_shipped(shipped: Sequence[ContractTemplate]) -> Subquery:
    columns = CONTRACT_TEMPLATES.columns
    given = values(*(column(each.name, each.type) for each in columns), name="shipped")
    rows = [{"version": template.version, **to_row(template)} for template in shipped]
    given = given.data([tuple(row[each.name] for each in columns) for row in rows])
    unedited = select(given).where(given.c.uuid.not_in(select(CONTRACT_TEMPLATES.c.uuid)))
    return union_all(select(CONTRACT_TEMPLATES), unedited).subquery("templates")


def _listing(rows: Any) -> Listing:
    return Listing(
        fields={
            "display_name": text(rows.c.display_name),
            "language": choice(rows.c.language, {"zh": "zh", "en": "en"}),
            "archived": truth(rows.c.archived),
        },
        orders={
            "display_name": Order(rows.c.display_name),
            "create_time": Order(rows.c.create_time, datetime.fromisoformat),
        },
        order_by="display_name",
        tie=rows.c.uuid,
    )
