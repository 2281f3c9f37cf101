"""Instalments (回款期次): reading them."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read
from services.contracts.domain.instalment import Instalment
from services.contracts.storage import instalments


async def get_instalment(read: Read, *, uuid: UUID) -> Instalment:
    """An instalment shows itself to whom its contract concerns. Raises InstalmentNotFound."""
    return await instalments.get_instalment(read, uuid)


async def list_instalments(read: Read, *, wanted: PageRequest) -> Page[Instalment]:
    """Instalments are listed by the day they are due."""
    return await instalments.list_instalments(read, wanted)
