"""What leads publish of pools, of leads around them, and of recycling clocks."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from millrace.leads.v1 import lead_pool_events_pb2 as pool_messages
from millrace.leads.v1 import lead_pool_pb2
from millrace.leads.v1 import lead_recycling_events_pb2 as recycling_messages

from chassis.publication import Publication, Publications
from chassis.wire import named
from services.leads.domain import pooling, pools, recycling_leads
from services.leads.domain.pools import LeadPool
from services.leads.events.publications import snapshot
from trade.pools.claiming import MoveKind

_KINDS: dict[MoveKind, Any] = {
    kind: lead_pool_pb2.LeadPoolMoveKind.Value(f"LEAD_POOL_MOVE_KIND_{kind.name}") for kind in MoveKind
}


def pool_snapshot(pool: LeadPool) -> pool_messages.LeadPoolSnapshot:
    """The pool's public state."""
    terms = pool.terms
    return pool_messages.LeadPoolSnapshot(
        name=pool.name,
        display_name=terms.display_name,
        members=_names("members", terms.members),
        roles=sorted(terms.roles),
        teams=_names("teams", terms.teams),
        regions=_names("regions", terms.regions),
        administrators=_names("members", terms.administrators),
        daily_cap=terms.daily_cap,
        holding_cap=terms.holding_cap,
        cool_down_days=terms.cool_down_days,
        closed=terms.closed,
    )


def _names(collection: str, uuids: Iterable[UUID]) -> list[str]:
    return [named(collection, uuid) for uuid in sorted(uuids)]


POOLS: Publications = {
    pools.LeadPoolCreated: Publication(
        "lead_pool.created",
        lambda _, state: pool_messages.LeadPoolCreated(lead_pool=state),
        state=pool_snapshot,
    ),
    pools.LeadPoolUpdated: Publication(
        "lead_pool.updated",
        lambda _, state: pool_messages.LeadPoolUpdated(lead_pool=state),
        state=pool_snapshot,
    ),
    pooling.LeadPooled: Publication(
        "lead.pooled",
        lambda event, state: pool_messages.LeadPooled(
            lead=state,
            kind=_KINDS[event.kind],
            former_owner=named("members", event.former_owner),
            former_pool=named("leadPools", event.former_pool),
        ),
        state=snapshot,
    ),
    pooling.LeadTakenFromPool: Publication(
        "lead.taken_from_pool",
        lambda event, state: pool_messages.LeadTakenFromPool(
            lead=state, kind=_KINDS[event.kind], pool=named("leadPools", event.pool)
        ),
        state=snapshot,
    ),
}
RECYCLINGS: Publications = {
    recycling_leads.LeadRecyclingRescheduled: Publication(
        "lead.recycling_rescheduled",
        lambda _, state: recycling_messages.LeadRecyclingRescheduled(lead=state),
        state=snapshot,
    ),
    recycling_leads.LeadRecyclingWarned: Publication(
        "lead.recycling_warned",
        lambda event, state: recycling_messages.LeadRecyclingWarned(
            lead=state, told=[named("members", member) for member in event.told]
        ),
        state=snapshot,
    ),
}
