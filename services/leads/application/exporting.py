"""Exporting leads (线索导出): a list as a file, by the permission to take it out."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from chassis.exports import MOST_ROWS, check_size
from chassis.listing import PageRequest
from chassis.work import Read, UnitOfWork
from services.leads.application.intake import Briefing
from services.leads.application.reading import ShownLead, unless_asked
from services.leads.storage.intents import INTENT_MODELS, INTENTS
from services.leads.storage.lead_listing import (
    count_every,
    order_without_intents,
    plan_every,
    read_every,
    sorts_by_intent,
)

EXPORT = "leads.export"
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedList:
    """What was taken out: which leads, in which order and columns, into what kind of file, and how many."""

    filter: str
    order_by: str
    columns: tuple[str, ...]
    kind: str
    rows: int


async def leads_to_export(
    read: Read, *, wanted: PageRequest, intents: bool
) -> AsyncGenerator[Sequence[ShownLead], None]:
    """The leads of a list, all of them, some at once: those the caller sees and may take out.

    With their intents where these are asked for. Raises FilterInvalid, OrderInvalid, ExportTooLarge.
    """
    wanted = unless_asked(wanted)
    if sorts_by_intent(wanted) and not await INTENT_MODELS.newest_number(read):
        wanted = order_without_intents(wanted)
    plan = plan_every(read.principal, wanted, permission=EXPORT, most=MOST_ROWS)
    check_size(await count_every(read, plan))
    async with aclosing(read_every(read, plan, at_once=_AT_ONCE)) as parts:
        async for leads in parts:
            known = await INTENTS.probabilities_of(read, [lead.uuid for lead in leads]) if intents else {}
            yield [ShownLead(lead=lead, intent=known.get(lead.uuid)) for lead in leads]


async def note_export(work: UnitOfWork, *, exported: ExportedList) -> None:
    """Who takes a list out, which and how much of it, stands in the audit log."""
    details = {
        "filter": exported.filter,
        "order_by": exported.order_by,
        "columns": list(exported.columns),
        "format": exported.kind,
        "rows": exported.rows,
    }
    work.note(action="leads.export", resource="leads", details=details)


def names_of(briefing: Briefing) -> Mapping[str, str]:
    """What members, teams, regions, channels and campaigns are called, by their resource names."""
    organization, rules = briefing.organization, briefing.rules
    return {
        **{f"members/{uuid}": each.display_name for uuid, each in organization.members.items()},
        **{f"teams/{uuid}": each.display_name for uuid, each in organization.teams.items()},
        **{f"regions/{uuid}": each.display_name for uuid, each in organization.regions.items()},
        **{f"channels/{uuid}": each.display_name for uuid, each in rules.channels.items()},
        **{f"campaigns/{uuid}": each.plan.display_name for uuid, each in rules.campaigns.items()},
    }
