"""A running contracts service: real PostgreSQL, real gRPC; who calls is told by the token itself."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.reach import grounds
from chassis.rule_sets import Rulebook
from chassis.work import Read, UnitOfWork
from kernel.money import Money
from services.contracts.__main__ import DEFINITION
from services.contracts.application.offers import QuoteOffers
from services.contracts.application.rule_kinds import RULE_SETS
from services.contracts.documents.seals import make_seal
from services.contracts.domain.offer import Offer, OfferLine, OfferUnknown
from services.contracts.domain.sold_item import SoldItem
from services.contracts.storage.metadata import ORGANIZATION
from tests.support.clock import NOON, FixedClock
from tests.support.serving import Caller, House, serving, settings_of

HANGZHOU, CHENGDU = UUID(int=101), UUID(int=102)
EAST, WEST = UUID(int=201), UUID(int=202)
SEAL = make_seal("渠成软件有限公司", now=datetime.now(UTC))
CRM, TRAINING = UUID(int=801), UUID(int=802)
ZHANG_WEI, LI_NA, WANG_FANG, LEGAL = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
EVERYTHING = (
    "contracts.read",
    "contracts.write",
    "contracts.approve",
    "contracts.legal",
    "contracts.finance",
    "contracts.admin",
    "contracts.see_money",
)


@dataclass
class HeldOffers:
    """Quotes the test holds in its hand; every other is the service's own."""

    held: dict[UUID, Offer] = field(default_factory=dict)
    accepted: list[UUID] = field(default_factory=list)
    given_back: list[UUID] = field(default_factory=list)

    async def get(self, read: Read, uuid: UUID, *, permission: str) -> Offer:
        offer = await self.by_itself(read, uuid)
        seen = grounds(read.principal, permission, owner=offer.owner, team=offer.team, region=offer.region)
        if seen is None:
            raise OfferUnknown(quote=f"quotes/{uuid}")
        return offer

    async def by_itself(self, read: Read, uuid: UUID) -> Offer:
        return self.held[uuid] if uuid in self.held else await QuoteOffers().by_itself(read, uuid)

    async def approved_for(self, read: Read, opportunity: UUID) -> Offer | None:
        found = [each for each in self.held.values() if each.opportunity == opportunity and each.approved]
        return found[-1] if found else await QuoteOffers().approved_for(read, opportunity)

    async def approved_version(self, read: Read, uuid: UUID) -> Offer | None:
        return self.held[uuid] if uuid in self.held else await QuoteOffers().approved_version(read, uuid)

    async def accept(self, work: UnitOfWork, uuid: UUID) -> None:
        self.accepted.append(uuid)
        if uuid not in self.held:
            await QuoteOffers().accept(work, uuid)

    async def give_back(self, work: UnitOfWork, uuid: UUID) -> None:
        self.given_back.append(uuid)
        if uuid not in self.held:
            await QuoteOffers().give_back(work, uuid)


def an_offer(**fields: Any) -> Offer:
    """An approved quote of Zhang Wei over CNY 12,345.67."""
    line = OfferLine(
        product="渠成 CRM 专业版",
        unit="套",
        quantity=Decimal(10),
        unit_price=Decimal("1214.07"),
        discount=Decimal("0.1"),
        net=Money(minor=1_092_537),
    )
    told: dict[str, Any] = {
        "quote": uuid4(),
        "number": "QT-2026-000001",
        "create_time": NOON,
        "opportunity": uuid4(),
        "account": UUID(int=900),
        "buyer": "杭州云帆科技有限公司",
        "owner": ZHANG_WEI,
        "team": HANGZHOU,
        "region": EAST,
        "net_total": Money(minor=1_092_537),
        "tax_total": Money(minor=142_030),
        "gross_total": Money(minor=1_234_567),
        "valid_until": None,
        "approved": True,
        "content_hash": b"q" * 32,
        "lines": (line,),
        "sold": (SoldItem(product=CRM, quantity=Decimal(10), amount=Money(minor=1_234_567)),),
    }
    return Offer(**{**told, **fields})


@dataclass
class ContractsHouse(House):
    """The service with its people, as a test sees it."""

    offers: HeldOffers = field(default_factory=HeldOffers)

    def as_member(
        self,
        member: UUID,
        scope: Scope = Scope.OWN,
        *,
        team: UUID = HANGZHOU,
        region: UUID | None = EAST,
        roles: tuple[str, ...] = ("sales",),
        may: tuple[str, ...] = ("contracts.read", "contracts.write", "contracts.see_money"),
    ) -> Caller:
        """Call arguments of a member whose permissions reach so far."""
        principal = Principal(
            subject=f"members/{member}",
            grants=dict.fromkeys(may, scope),
            roles=frozenset(roles),
            team=team,
            teams=frozenset({team}),
            region=region,
            display_name="测试",
        )
        return self.call_as(principal)

    @property
    def zhang_wei(self) -> Caller:
        """A salesperson in Hangzhou."""
        return self.as_member(ZHANG_WEI)

    @property
    def legal(self) -> Caller:
        """Legal: reads and reviews every contract."""
        may = ("contracts.read", "contracts.legal", "contracts.see_money")
        return self.as_member(LEGAL, Scope.ALL, roles=("legal",), may=may)

    @property
    def boss(self) -> Caller:
        """Call arguments of somebody who may do everything everywhere."""
        return self.as_member(WANG_FANG, Scope.ALL, roles=("head",), may=EVERYTHING)


def put_away(offers: HeldOffers, offer: Offer) -> Offer:
    """Keep a quote where the service finds it."""
    offers.held[offer.quote] = offer
    return offer


@pytest.fixture
def offers() -> Any:
    """The quotes the service finds; a module whose quotes are real ones says so."""
    return HeldOffers()


@pytest.fixture
def neighbours() -> dict[str, str]:
    """The addresses of other services; a module that has one says so."""
    return {}


@pytest.fixture
async def house(
    contracts_database: str, clock: FixedClock, tmp_path: Path, offers: Any, neighbours: dict[str, str]
) -> AsyncIterator[ContractsHouse]:
    """A contracts service with nobody working in it yet."""

    def furnish(parts: Parts) -> None:
        parts.once("organization", lambda: Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0))
        parts.once("rulebook", lambda: Rulebook(RULE_SETS, max_age=-1))
        parts.once("offers", lambda: offers)
        parts.once("stationery", lambda: SEAL)

    settings = settings_of("contracts", contracts_database, files_url=tmp_path.as_uri())
    settings = replace(settings, addresses=neighbours)
    async with serving(ContractsHouse, DEFINITION, settings, clock, furnish=furnish) as house:
        house.offers = offers
        yield house
