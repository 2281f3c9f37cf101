"""Where contracts are written: what the use cases need to know of quotes, payment plans, rules and the company."""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from services.contracts.application.rule_kinds import CONTRACT
from services.contracts.domain.contract import Contract
from services.contracts.domain.contract_paper import Labels
from services.contracts.domain.contract_rules import ContractRules
from services.contracts.domain.offer import Offer

_LABELS = Path(__file__).parent.parent / "documents" / "labels.toml"
Planning = Callable[..., Awaitable[Contract]]


class Offers(Protocol):
    """The quotes, as contracts see them."""

    async def get(self, read: Read, uuid: UUID, *, permission: str) -> Offer:
        """A quote the caller may see; raises OfferUnknown."""
        ...

    async def by_itself(self, read: Read, uuid: UUID) -> Offer:
        """A quote whoever asks; raises OfferUnknown."""
        ...

    async def approved_for(self, read: Read, opportunity: UUID) -> Offer | None:
        """The newest approved quote of an opportunity, whoever asks."""
        ...

    async def approved_version(self, read: Read, uuid: UUID) -> Offer | None:
        """The version of a quote that is approved and nobody signed yet, whoever asks."""
        ...

    async def accept(self, work: UnitOfWork, uuid: UUID) -> None:
        """The quote became a signed contract."""
        ...

    async def give_back(self, work: UnitOfWork, uuid: UUID) -> None:
        """The signed contract was ended: its quote may become another."""
        ...


# So long a name is waited for, where who asks has the time.
ASKING_SECONDS = 3.0


class Buyers(Protocol):
    """Customers, asked of pipeline: their names and their people; never inside a transaction."""

    async def name_of(self, account: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> str:
        """What the account is called; empty where nobody knows.

        Raises Overloaded where pipeline does not answer within `seconds`.
        """
        ...

    async def has_contact(self, account: UUID, contact: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> bool:
        """Whether the contact is one of the customer's people that the asker sees.

        Raises Overloaded where pipeline does not answer within `seconds`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDesk:
    """What the use cases are given; `plan` makes the payment plan of a signed contract in its transaction."""

    offers: Offers
    buyers: Buyers
    plan: Planning
    rulebook: Rulebook
    company: str
    has_seal: bool
    zone: ZoneInfo
    secret: bytes

    async def rules(self, read: Read) -> ContractRules:
        """The rules of contracts in force."""
        return (await self.rulebook.current(read, CONTRACT)).rules

    def labels(self, contract: Contract) -> Labels:
        """The words on a contract's paper."""
        return labels_of(contract.terms.language)


@cache
def _every_label() -> Mapping[str, Labels]:
    return tomllib.loads(_LABELS.read_text(encoding="utf-8"))


def labels_of(language: str) -> Labels:
    """The words on papers in a language; Chinese where it is not known."""
    every = _every_label()
    return every.get(language, every["zh"])
