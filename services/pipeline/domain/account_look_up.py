"""The private look-up (查重查询): what may be told of a customer to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from services.pipeline.domain.account import Account


class By(Enum):
    """By what a customer is looked up."""

    COMPANY_NAME = "company_name"
    PHONE = "phone"
    CREDIT_CODE = "credit_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A registration that protects the customer: for whose team, and until when."""

    team: UUID | None
    end_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What may be told: that the customer is known, until when it is protected, and whose team to ask."""

    exists: bool = False
    protection_end_time: datetime | None = None
    in_pool: bool = False
    team: UUID | None = None


def sighting(same: Sequence[Account], guards: Sequence[Guarded]) -> Sighting:
    """What may be told of the accounts that are the customer, and of the registrations that protect it.

    Who protects it is to be asked first, then who looks after the account; an account of nobody that nobody protects
    is in the pool.
    """
    last = max(guards, key=lambda each: each.end_time, default=None)
    owned = next((each for each in same if each.ownership.owner is not None), None)
    team = last.team if last is not None else owned.ownership.team if owned is not None else None
    return Sighting(
        exists=bool(same) or last is not None,
        protection_end_time=last.end_time if last is not None else None,
        in_pool=bool(same) and owned is None and last is None,
        team=team,
    )
