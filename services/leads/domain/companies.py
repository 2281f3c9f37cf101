"""What a company register knows of a lead's company (工商信息), what of it fills a lead, and what it warns of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from services.leads.domain.erasing import ERASED
from services.leads.domain.facts import NOWHERE, Address, LeadFacts
from trade.industries import industry_code
from trade.reasons import Reason
from trade.text import folded

# What a lead lacks that a register may tell; what it has stays as people entered it.
_FILLED = ("company_name", "credit_code", "industry", "address")


class CompanyStatus(Enum):
    """Whether a company is still there (登记状态)."""

    UNKNOWN = ""
    ACTIVE = "active"  # 存续、在业
    MOVED = "moved"  # 迁出
    SUSPENDED = "suspended"  # 停业、歇业
    REVOKED = "revoked"  # 吊销
    CANCELLED = "cancelled"  # 注销


# The first word that is found decides: a company that is revoked and not cancelled (吊销，未注销) is revoked.
_STATUS_WORDS: Mapping[str, CompanyStatus] = {
    "注销": CompanyStatus.CANCELLED,
    "吊销": CompanyStatus.REVOKED,
    "迁出": CompanyStatus.MOVED,
    "停业": CompanyStatus.SUSPENDED,
    "歇业": CompanyStatus.SUSPENDED,
    "存续": CompanyStatus.ACTIVE,
    "在业": CompanyStatus.ACTIVE,
    "在营": CompanyStatus.ACTIVE,
    "开业": CompanyStatus.ACTIVE,
    "正常": CompanyStatus.ACTIVE,
    **{status.value: status for status in CompanyStatus if status.value},
}
_WARNED = frozenset({CompanyStatus.CANCELLED, CompanyStatus.REVOKED, CompanyStatus.SUSPENDED})


class Finding(Enum):
    """How a look into the register ended."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    # Several companies bear the name, and the lead tells no code.
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyEntry:
    """One company as a register has it; what it does not tell is empty. `capital` (注册资本) is as it is written."""

    name: str
    credit_code: str = ""
    status: CompanyStatus = CompanyStatus.UNKNOWN
    legal_representative: str = ""
    capital: str = ""
    founded: str = ""
    industry: str = ""
    address: Address = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCheck:
    """A look of a lead's company into a register (`source`), at a time, and the fields it filled."""

    lead: UUID
    time: datetime
    source: str
    finding: Finding
    entry: CompanyEntry | None = None
    filled: tuple[str, ...] = ()


class CompanyRegister(Protocol):
    """A provider of company data. Asked outside of any transaction; whatever it answers is looked at again there."""

    @property
    def source(self) -> str:
        """How people call it."""

    async def mark(self) -> str:
        """Changes with what the register knows; empty where there is nothing to ask."""

    async def complete(self, begun: str, *, most: int) -> Sequence[CompanyEntry]:
        """The companies whose names begin so, or hold it, the likeliest first."""

    async def find(self, *, credit_code: str, name: str) -> tuple[Finding, CompanyEntry | None]:
        """The company of a code, where one is told; else the only one of exactly that name."""


def read_status(text: str) -> CompanyStatus:
    """The status a register means by its words; UNKNOWN for words that are not known."""
    told = text.replace("未注销", "").strip().lower()
    return next((status for word, status in _STATUS_WORDS.items() if word in told), CompanyStatus.UNKNOWN)


def name_key(name: str) -> str:
    """What two writings of one registered name share; the legal form is part of it."""
    return "".join(folded(name).split())


def filled(facts: LeadFacts, entry: CompanyEntry) -> tuple[LeadFacts, tuple[str, ...]]:
    """The facts with what they lacked and the register tells, and the names of the fields filled so."""
    told: dict[str, Any] = {
        "company_name": entry.name,
        "credit_code": entry.credit_code,
        "industry": industry_code(entry.industry),
        "address": entry.address,
    }
    lacking = {name: told[name] for name in _FILLED if not _is_told(getattr(facts, name)) and _is_told(told[name])}
    return replace(facts, **lacking), tuple(lacking)


def without_fill(facts: LeadFacts, check: CompanyCheck | None) -> LeadFacts:
    """The facts as people told them: without what the register filled, where nobody has changed that since."""
    if check is None or check.entry is None or not check.filled:
        return facts
    nothing: dict[str, Any] = {"company_name": "", "credit_code": "", "industry": "", "address": NOWHERE}
    bare = replace(facts, **{name: nothing[name] for name in check.filled})
    again, _ = filled(bare, check.entry)
    return replace(
        facts,
        **{name: nothing[name] for name in check.filled if getattr(facts, name) == getattr(again, name)},
    )


def warnings(check: CompanyCheck | None, facts: LeadFacts) -> tuple[Reason, ...]:
    """What somebody should know of a lead's company before he works it."""
    return tuple(_warnings(check, facts)) if check is not None and check.entry is not None else ()


def _warnings(check: CompanyCheck, facts: LeadFacts) -> Iterator[Reason]:
    entry = check.entry
    if entry is None:
        return
    if entry.status in _WARNED:
        told = {"name": entry.name, "source": check.source, "status": entry.status.value}
        yield Reason("COMPANY_STATUS_WARNING", told)
    if facts.company_name and name_key(facts.company_name) != name_key(entry.name):
        yield Reason("COMPANY_NAME_DIFFERS", {"name": entry.name, "source": check.source})


def is_asked_for(before: LeadFacts | None, after: LeadFacts) -> bool:
    """Whether a lead's company is to be looked up: it is told for the first time, or otherwise than before.

    That of a lead whose person was erased is not: a register names people.
    """
    told = (after.company_name, after.credit_code)
    return (
        after.contact_name != ERASED
        and any(told)
        and (before is None or told != (before.company_name, before.credit_code))
    )


def _is_told(value: object) -> bool:
    if isinstance(value, Address):
        return any(getattr(value, part.name) for part in fields(Address))
    return bool(value)
