"""The quotes as contracts see them, until quotes are kept here: there are none."""

from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.contracts.domain.offer import Offer, OfferUnknown


class NoOffers:
    """No quote is known."""

    async def get(self, read: Read, uuid: UUID, *, permission: str) -> Offer:
        """Raises OfferUnknown."""
        del read, permission
        raise OfferUnknown(quote=f"quotes/{uuid}")

    async def by_itself(self, read: Read, uuid: UUID) -> Offer:
        """Raises OfferUnknown."""
        del read
        raise OfferUnknown(quote=f"quotes/{uuid}")

    async def approved_for(self, read: Read, opportunity: UUID) -> Offer | None:
        """None."""
        del read, opportunity
        return None

    async def accept(self, work: UnitOfWork, uuid: UUID) -> None:
        """Raises OfferUnknown."""
        del work
        raise OfferUnknown(quote=f"quotes/{uuid}")
