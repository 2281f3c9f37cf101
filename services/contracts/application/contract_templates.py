"""Templates of contracts (合同模板): those the product came with, and what legal makes of them."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.contracts.domain.clauses import Clause
from services.contracts.domain.contract_template import (
    ContractTemplate,
    ContractTemplateNotFound,
    ContractTemplateUnknown,
    TemplateText,
    write_template,
)
from services.contracts.storage import contract_templates as storage
from services.contracts.storage.contract_templates import TEMPLATE_RECORD

_RULES = Path(__file__).parent.parent / "rules" / "contract_templates.toml"
_SHIPPED_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def shipped_templates() -> Mapping[UUID, ContractTemplate]:
    """The templates the product comes with, at version 0."""
    written = tomllib.loads(_RULES.read_text(encoding="utf-8"))["template"]
    return MappingProxyType({UUID(each["uuid"]): _shipped(each) for each in written})


def _shipped(each: Mapping[str, Any]) -> ContractTemplate:
    text = TemplateText(
        display_name=each["display_name"],
        language=each["language"],
        clauses=tuple(Clause(**clause) for clause in each["clauses"]),
        payment_plan=each["payment_plan"],
    )
    return ContractTemplate(
        uuid=UUID(each["uuid"]), text=text, author="", create_time=_SHIPPED_TIME, update_time=_SHIPPED_TIME
    )


async def get_template(read: Read, *, uuid: UUID) -> ContractTemplate:
    """A template shows its version in force. Raises ContractTemplateNotFound."""
    template = await storage.stored_template(read, uuid) or shipped_templates().get(uuid)
    if template is None:
        raise ContractTemplateNotFound(contract_template=f"contractTemplates/{uuid}")
    return template


async def list_templates(read: Read, *, wanted: PageRequest) -> Page[ContractTemplate]:
    """Templates are listed by name, those the product came with among them."""
    return await storage.list_templates(read, wanted, shipped=tuple(shipped_templates().values()))


async def create_template(work: UnitOfWork, *, text: TemplateText) -> ContractTemplate:
    """Legal writes a template. Raises ClausesInvalid."""
    change = write_template(uuid=work.new_id(), text=text, by=work.principal.subject, now=work.now)
    saved = work.save(TEMPLATE_RECORD, change)
    storage.keep_version(work, saved)
    return saved


async def update_template(work: UnitOfWork, *, uuid: UUID, seen: int, text: TemplateText) -> ContractTemplate:
    """Legal puts a new version in force; contracts drafted before keep theirs.

    Raises ContractTemplateNotFound, StaleVersion and ClausesInvalid.
    """
    template = await get_template(work, uuid=uuid)
    if template.version != seen:
        raise StaleVersion(resource=template.resource)
    change = template.rewritten(text=text, by=work.principal.subject, now=work.now)
    if not change.events:
        return template
    saved = work.save(TEMPLATE_RECORD, change)
    storage.keep_version(work, saved)
    return saved


async def template_for(read: Read, *, uuid: UUID | None, language: str) -> ContractTemplate:
    """The template a contract is drafted from; without a name the shipped one of the language, or what took its place.

    That is the newest legal wrote in the language, once the shipped one is archived. Raises ContractTemplateUnknown.
    """
    if uuid is None:
        wanted = language or "zh"
        shipped = next(each for each in shipped_templates().values() if each.text.language == wanted)
        usual = await get_template(read, uuid=shipped.uuid)
        following = await storage.newest_template(read, wanted) if usual.text.archived else None
        return _unless_archived(following or usual)
    try:
        template = await get_template(read, uuid=uuid)
    except ContractTemplateNotFound as error:
        raise ContractTemplateUnknown(contract_template=error.contract_template) from error
    return _unless_archived(template)


def _unless_archived(template: ContractTemplate) -> ContractTemplate:
    if template.text.archived:
        raise ContractTemplateUnknown(contract_template=template.resource)
    return template


async def clauses_of_version(read: Read, *, uuid: UUID, version: int) -> tuple[Clause, ...]:
    """The clauses of a version of a template. Raises ContractTemplateNotFound."""
    clauses = await storage.stored_clauses(read, uuid, version)
    shipped = shipped_templates().get(uuid)
    if clauses is None and shipped is not None and version == 0:
        clauses = shipped.text.clauses
    if clauses is None:
        raise ContractTemplateNotFound(contract_template=f"contractTemplates/{uuid}")
    return clauses
