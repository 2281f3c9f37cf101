"""What an approved registration becomes, without anybody entering it again."""

from dataclasses import dataclass
from uuid import UUID

from chassis.work import UnitOfWork
from services.pipeline.domain.registration import Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The customer it turned out to be, and the opportunity that came of it."""

    account: UUID | None
    opportunity: UUID | None


async def open_from(work: UnitOfWork, registration: Registration) -> Opened:
    """The registration keeps the account it named."""
    del work
    return Opened(account=registration.facts.customer.account, opportunity=registration.opportunity)
