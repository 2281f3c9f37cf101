"""Who serves and sweeps pools of customers and the recycling of accounts, made of the parts of the process."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from google.protobuf.descriptor import ServiceDescriptor
from millrace.pipeline.v1 import account_pool_service_pb2, account_recycling_service_pb2

from chassis.jobs import Sweep
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.rounds import Rounds
from chassis.rule_sets import Rulebook
from services.pipeline.application.account_recycling import AT_ONCE, BY_NEW_LIMITS, RECYCLE, recycle_due, reschedule
from services.pipeline.application.account_recycling_desk import RecyclingDesk
from services.pipeline.rpc.account_pool_servicer import AccountPoolServicer
from services.pipeline.rpc.account_recycling_servicer import AccountRecyclingServicer


def pool_servicers(parts: Parts, desk: RecyclingDesk, *, page_key: bytes) -> Mapping[ServiceDescriptor, object]:
    """Both services of the contract and who serves each."""
    pools = account_pool_service_pb2.DESCRIPTOR.services_by_name["AccountPoolService"]
    recycling = account_recycling_service_pb2.DESCRIPTOR.services_by_name["AccountRecyclingService"]
    return {
        pools: AccountPoolServicer(parts.store, desk, desk.organization, parts.texts, page_key=page_key),
        recycling: AccountRecyclingServicer(parts.store, desk, page_key=page_key),
    }


def recycling_desk(parts: Parts, rulebook: Rulebook, organization: Organization) -> RecyclingDesk:
    """Where clocks of accounts are set; one for the process, which keeps the calendars."""
    made: RecyclingDesk = parts.once(
        "recycling desk",
        lambda: RecyclingDesk(rulebook=rulebook, organization=organization, zone=parts.settings.time_zone),
    )
    return made


def recycling_sweeps(parts: Parts, desk: RecyclingDesk, *, principal: Principal) -> Sequence[Sweep]:
    """What recycling clocks of accounts come to; what falls back at one midnight is gone through without a pause."""
    due = Rounds(RECYCLE, partial(recycle_due, desk=desk), store=parts.background_store, principal=principal)
    walk = Rounds(BY_NEW_LIMITS, partial(reschedule, desk=desk), store=parts.background_store, principal=principal)
    return (
        Sweep(RECYCLE, timedelta(seconds=10), due.sweep, batch=AT_ONCE),
        Sweep(BY_NEW_LIMITS, timedelta(seconds=10), walk.sweep),
    )
