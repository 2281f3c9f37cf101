"""Following what customers owe, from any place on, without missing a change."""

from collections.abc import Sequence
from uuid import UUID

from chassis.work import Read, UnitOfWork
from services.contracts.domain.receipt_refusals import ResumeTokenOutdated
from services.contracts.storage import receivables
from services.contracts.storage.receivables import Numbering, Place, Receivable

AT_ONCE = 500


async def receivables_after(read: Read, *, place: Place) -> Sequence[Receivable]:
    """Receivables come in the order in which they last changed, each as it stands; some hundred at once."""
    return await receivables.receivables_after(read, place, most=AT_ONCE)


async def numbering(read: Read) -> Numbering:
    """How receivables are numbered now; those restored from another cluster are to be numbered anew first."""
    return await receivables.numbering(read)


async def number_anew(work: UnitOfWork) -> None:
    """After a restore receivables get numbers of this cluster, and places given before hold no longer."""
    await receivables.number_anew(work)


def check_place(known: Numbering, *, epoch: UUID | None, place: Place) -> None:
    """Raise ResumeTokenOutdated for a place of another history: of another epoch, or ahead of everything there is."""
    if epoch is not None and (epoch != known.epoch or place.changed_in >= known.next):
        raise ResumeTokenOutdated
