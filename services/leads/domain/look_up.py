"""What may be told of a lead to everybody who takes leads in (查重查询)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState


class By(Enum):
    """By what a customer is looked up."""

    COMPANY_NAME = "company_name"
    PHONE = "phone"
    EMAIL = "email"
    CREDIT_CODE = "credit_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That the customer is a lead, or was one and is a customer now, and whose team to ask."""

    exists: bool = False
    is_customer: bool = False
    in_pool: bool = False
    team: UUID | None = None


# A customer is worked by whoever has him, in pipeline or here; only then by whoever is asked to take him over.
_FIRST = (LeadState.CONVERTED, LeadState.CONVERTING, LeadState.QUALIFIED, LeadState.NEW)


def sighting(same: Iterable[Lead]) -> Sighting:
    """What may be told of the leads that are the customer; those given up or gone tell nothing of whom to ask.

    Of several, that of a customer is told first, then one that somebody works.
    """
    standing = [lead for lead in same if lead.state in _FIRST or lead.state in OPEN_STATES]
    if not standing:
        return Sighting()
    told = min(standing, key=lambda lead: (_FIRST.index(lead.state), lead.owner is None, lead.create_time, lead.uuid))
    worked = next((lead for lead in standing if lead.owner is not None), None)
    is_customer = told.state is LeadState.CONVERTED
    asked = told if told.owner is not None else worked
    return Sighting(
        exists=True,
        is_customer=is_customer,
        in_pool=worked is None and not is_customer,
        team=asked.team if asked is not None else None,
    )
