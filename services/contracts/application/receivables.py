"""Following what customers owe, from any place on, without missing a change."""

from collections.abc import Sequence

from chassis.work import Read
from services.contracts.storage import receivables
from services.contracts.storage.receivables import Place, Receivable

AT_ONCE = 500


async def receivables_after(read: Read, *, place: Place) -> Sequence[Receivable]:
    """Receivables come in the order in which they last changed, each as it stands; some hundred at once."""
    return await receivables.receivables_after(read, place, most=AT_ONCE)
