"""Claims to one customer for tests: nothing happened unless a test says so."""

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.pipeline.domain.collision_case import CollisionCase, CollisionOrigin, Party, Start, open_case
from services.pipeline.domain.collision_rules import CollisionRules
from services.pipeline.domain.collision_timeline import Fact, FactKind, timeline
from tests.unit.pipeline.shipped import SHIPPED

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
ZHANG_WEI, WANG_LEI = UUID(int=1), UUID(int=3)
LI_NA, DIRECTOR, PRESIDENT = "members/li-na", "members/director", "members/president"
ACCOUNT = UUID(int=11)
BODY: dict[str, Any] = tomllib.loads((SHIPPED / "collision.toml").read_text(encoding="utf-8"))
RULES = CollisionRules.from_mapping(BODY)


def rules(**changes: Any) -> CollisionRules:
    """The shipped rules with other sections."""
    return CollisionRules.from_mapping({**BODY, **changes})


def ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


def submitted(days: float, *, state: str = "under_review", source: str = "registrations/1") -> Fact:
    return Fact(kind=FactKind.REGISTRATION_SUBMITTED, time=ago(days), source=source, detail=state)


def approved(days: float, *, protects: float, source: str = "registrations/1") -> Fact:
    until = NOON + timedelta(days=protects)
    return Fact(kind=FactKind.REGISTRATION_APPROVED, time=ago(days), source=source, detail="approved", until=until)


def evidence(kind: str, *, days: float = 1, source: str = "opportunities/1/evidence/1") -> Fact:
    return Fact(kind=FactKind.EVIDENCE, time=ago(days), source=source, detail=kind)


def named(kind: str) -> Fact:
    return Fact(kind=FactKind.EVIDENCE_NAMED, time=ago(1), source="opportunities/9/evidence/1", detail=kind)


def owned(days: float) -> Fact:
    return Fact(kind=FactKind.ACCOUNT_OWNED, time=ago(days), source="accounts/11")


def a_party(member: UUID, *facts: Fact, **told: Any) -> Party:
    return Party(member=member, team=None, region=None, timeline=timeline(facts), **told)


def a_case(
    *, claimant: Party | None = None, holder: Party | None = None, by: CollisionRules = RULES, opener: str = ""
) -> CollisionCase:
    """A case of Wang Lei against Zhang Wei, opened at noon."""
    claiming = claimant or a_party(WANG_LEI)
    return open_case(
        uuid=UUID(int=7),
        account=ACCOUNT,
        claimant=claiming,
        holder=holder or a_party(ZHANG_WEI),
        start=Start(opener=opener or claiming.subject, origin=CollisionOrigin.CLAIM, time=NOON),
        rules=by,
        rules_version=0,
    ).aggregate
