"""Opportunities for the tests of their rules; each says only what matters."""

import tomllib
from datetime import date
from typing import Any
from uuid import UUID

from kernel.money import Money
from services.pipeline.domain.evidence import Evidence, EvidenceKind, Waiver, WaiverState
from services.pipeline.domain.gates import opened
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.opportunity_facts import Facts, Opening
from services.pipeline.domain.process_reading import shipped_process
from services.pipeline.domain.sales_process import SalesProcess
from tests.architecture.tree import ROOT
from tests.support.clock import NOON

ANNA = UUID(int=1)
CONTRACT = UUID(int=77)
AGREED = Money(minor=90_000_00)


def shipped(key: str) -> SalesProcess:
    """A process as the product ships it."""
    told = tomllib.loads((ROOT / "services/pipeline/rules/sales_processes.toml").read_text(encoding="utf-8"))
    return next(shipped_process(each) for each in told["process"] if each["key"] == key)


STANDARD, CLASSIC = shipped("standard"), shipped("classic")


def an_opportunity(process: SalesProcess = STANDARD, **told: Any) -> Opportunity:
    """One just opened."""
    facts = Facts(
        display_name="杭州云帆 CRM 采购",
        amount=Money(minor=100_000_00),
        expected_close_date=date(2026, 6, 30),
        need="三百个坐席的客户管理系统",
    )
    opening = Opening(account=UUID(int=9), facts=facts, owner=ANNA, **told)
    return opened(opening, uuid=UUID(int=5), process=process, now=NOON).aggregate


def evidence(kind: EvidenceKind = EvidenceKind.REQUIREMENT_DOCUMENT, **told: Any) -> Evidence:
    """A piece of evidence: an uploaded file, unless something else is told."""
    told = {"file": UUID(int=51), **told} if not told.get("linked") else told
    return Evidence(uuid=UUID(int=50), kind=kind, actor="members/1", time=NOON, **told)


def a_waiver(stage: str, **told: Any) -> Waiver:
    """A granted one that ends at a given instant."""
    granted = {"state": WaiverState.GRANTED, "reason": "客户下周补文档", **told}
    return Waiver(uuid=UUID(int=60), stage=stage, requester="members/1", create_time=NOON, **granted)
