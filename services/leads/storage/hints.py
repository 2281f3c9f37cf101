"""What leads resemble, as a reader may be told it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from chassis.work import Read
from services.leads.domain.lead import Lead
from services.leads.domain.resemblance import Resemblance
from services.leads.storage.families import NOBODY, standing_for
from services.leads.storage.leads import visible_among


async def with_visible_hints(read: Read, leads: Sequence[Lead], *, permission: str) -> list[Lead]:
    """The leads without hints at leads the reader may not see: even their names would tell too much.

    A hint at a lead that was merged away is one at the lead that stands for it; a lead merged away has none, and at one
    that was taken back there is none.
    """
    hinted = {hint.lead for lead in leads for hint in lead.resembles}
    if not hinted:
        return list(leads)
    stands = await standing_for(read, hinted)
    seen = await visible_among(read, {stands.get(lead, lead) for lead in hinted}, permission=permission)
    return [replace(lead, resembles=_told(lead, stands, seen)) for lead in leads]


def _told(lead: Lead, stands: Mapping[UUID, UUID], seen: Collection[UUID]) -> tuple[Resemblance, ...]:
    if lead.merged is not None:
        return ()
    best: dict[UUID, Resemblance] = {}
    for hint in lead.resembles:
        meant = stands.get(hint.lead, hint.lead)
        if meant in seen and meant not in {lead.uuid, NOBODY} and (meant not in best or best[meant].score < hint.score):
            best[meant] = replace(hint, lead=meant)
    return tuple(sorted(best.values(), key=lambda hint: (-hint.score, hint.lead)))
