"""Programmes and leads in them, told by what matters."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.nurturing.enrolment import Nurturing
from services.leads.domain.nurturing.programme import Link, Step
from tests.support.clock import NOON

PROGRAMME, LEAD, MAIL = UUID(int=901), UUID(int=902), UUID(int=903)
DIGEST = "d"
PAPER = Step(
    subject="白皮书", text="{{link.paper}}", links=(Link(key="paper", url="https://www.house.example/paper.pdf"),)
)


def a_lead(*, demo: datetime | None = None, **more: Any) -> Lead:
    facts = LeadFacts(company_name="云帆科技", email="wang@a.example", demo_request_time=demo)
    return Lead(uuid=LEAD, facts=facts, create_time=NOON, update_time=NOON, **more)


def under_way(**more: Any) -> Nurturing:
    told: dict[str, Any] = {"touches": 1, "due": NOON + timedelta(days=1), "enter_time": NOON} | more
    return Nurturing(uuid=UUID(int=904), programme=PROGRAMME, content_version=1, lead=LEAD, digest=DIGEST, **told)
