"""Templates of contracts (合同模板): clauses with variables, every version of which stays readable."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from services.contracts.domain.clauses import Clause, unknown_braces


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateText:
    """What legal writes of a template; `payment_plan` is the key of the plan its contracts begin with."""

    display_name: str
    language: str
    clauses: tuple[Clause, ...]
    payment_plan: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTemplate:
    """A template; version 0 is one that the product came with and nobody edited."""

    uuid: UUID
    version: int = 0
    text: TemplateText
    author: str
    create_time: datetime
    update_time: datetime

    @property
    def resource(self) -> str:
        """The resource name."""
        return f"contractTemplates/{self.uuid}"

    def rewritten(self, *, text: TemplateText, by: str, now: datetime) -> Change["ContractTemplate"]:
        """Put a new version in force; contracts keep the version they were taken from. Raises ClausesInvalid."""
        check_clauses(text.clauses)
        if text == self.text:
            return Change(self, ())
        return Change(replace(self, text=text, author=by, update_time=now), (ContractTemplateUpdated(),))


def write_template(*, uuid: UUID, text: TemplateText, by: str, now: datetime) -> Change[ContractTemplate]:
    """Write a template. Raises ClausesInvalid."""
    check_clauses(text.clauses)
    template = ContractTemplate(uuid=uuid, text=text, author=by, create_time=now, update_time=now)
    return Change(template, (ContractTemplateCreated(),))


def check_clauses(clauses: Sequence[Clause]) -> None:
    """Raise ClausesInvalid for none, two with one key, one without a text, or one with braces that are no variable."""
    if not clauses:
        raise ClausesInvalid(clause="")
    seen: set[str] = set()
    for clause in clauses:
        if clause.key in seen or not clause.text.strip() or unknown_braces(clause):
            raise ClausesInvalid(clause=clause.key)
        seen.add(clause.key)


@dataclass(frozen=True, slots=True)
class ContractTemplateCreated:
    """A template was written."""


@dataclass(frozen=True, slots=True)
class ContractTemplateUpdated:
    """A template has a new version."""


@dataclass(eq=False, kw_only=True)
class ClausesInvalid(InvalidField):
    """There are no clauses, or `clause` stands twice or is empty."""

    reason = "CLAUSES_INVALID"

    clause: str
    field: str = "contract.clauses"


@dataclass(eq=False, kw_only=True)
class ContractTemplateNotFound(Refusal):
    """There is no such template."""

    kind = Kind.NOT_FOUND
    reason = "CONTRACT_TEMPLATE_NOT_FOUND"

    contract_template: str


@dataclass(eq=False, kw_only=True)
class ContractTemplateUnknown(InvalidField):
    """A contract names a template that does not exist or is archived."""

    reason = "CONTRACT_TEMPLATE_UNKNOWN"

    contract_template: str
    field: str = "contract.template"
