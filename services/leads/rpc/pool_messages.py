"""Pools of leads between messages and the domain."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from millrace.leads.v1 import lead_pool_pb2 as messages
from millrace.leads.v1 import lead_pool_service_pb2 as contract

from chassis.masking import mask, masked_email, masked_phone
from chassis.pools import Move, Share
from chassis.wire import instant, named, uuid_of
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.pools import LeadPool
from services.leads.rpc.lead_messages import GRADE_NUMBERS
from trade.pools.claiming import MoveKind
from trade.pools.pool import PoolTerms

_KINDS: Mapping[MoveKind, Any] = {
    each: messages.LeadPoolMoveKind.Value(f"LEAD_POOL_MOVE_KIND_{each.name}") for each in MoveKind
}


def terms_of(message: messages.LeadPool) -> PoolTerms:
    """What the message says of a pool; raises InvalidField with the field's path."""
    return PoolTerms(
        display_name=message.display_name.strip(),
        members=_uuids(message.members, "members"),
        roles=frozenset(message.roles),
        teams=_uuids(message.teams, "teams"),
        regions=_uuids(message.regions, "regions"),
        administrators=_uuids(message.administrators, "administrators"),
        daily_cap=message.daily_cap if message.HasField("daily_cap") else None,
        holding_cap=message.holding_cap if message.HasField("holding_cap") else None,
        cool_down_days=message.cool_down_days,
        closed=message.closed,
    )


def _uuids(names: Iterable[str], field: str) -> frozenset[UUID]:
    return frozenset(uuid_of(name, field=f"lead_pool.{field}") for name in names)


def pool_message(pool: LeadPool) -> messages.LeadPool:
    """The pool on the wire."""
    terms = pool.terms
    return messages.LeadPool(
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
        create_time=instant(pool.create_time),
        update_time=instant(pool.update_time),
        etag=str(pool.version),
    )


def _names(collection: str, uuids: Iterable[UUID]) -> list[str]:
    return [named(collection, uuid) for uuid in sorted(uuids)]


def pooled_message(lead: Lead) -> messages.PooledLead:
    """A lead as those see it who may claim it: whoever he is and how he is reached is masked for everybody."""
    facts, address = lead.facts, lead.facts.address
    return messages.PooledLead(
        lead=named("leads", lead.uuid),
        pool=named("leadPools", lead.pool),
        company_name=facts.company_name,
        contact_name=mask(facts.contact_name) if facts.contact_name else "",
        phone=masked_phone(facts.phone) if facts.phone else "",
        email=masked_email(facts.email) if facts.email else "",
        industry=facts.industry,
        place=" ".join(part for part in (address.province, address.city) if part),
        region=named("regions", facts.region),
        grade=GRADE_NUMBERS[lead.grade],
        channel=named("channels", facts.channel),
        touch_count=lead.touch_count,
        create_time=instant(lead.create_time),
        update_time=instant(lead.update_time),
        etag=str(lead.version),
    )


def move_message(move: Move) -> messages.LeadPoolMove:
    """An entry of the ledger on the wire."""
    return messages.LeadPoolMove(
        name=f"leadPoolMoves/{move.uuid}",
        lead=named("leads", move.subject),
        kind=_KINDS[move.kind],
        time=instant(move.time),
        pool=named("leadPools", move.pool),
        former_pool=named("leadPools", move.former_pool),
        member=named("members", move.member),
        actor=move.actor,
        grade=GRADE_NUMBERS[Grade(move.about)],
        reason=move.reason,
    )


def share_message(share: Share) -> contract.LeadPoolShare:
    """What a member got on the wire."""
    return contract.LeadPoolShare(
        member=named("members", share.member),
        grade=GRADE_NUMBERS[Grade(share.about)],
        claimed=share.claimed,
        handed_out=share.handed_out,
    )
