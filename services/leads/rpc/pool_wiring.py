"""Who serves pools and recycling, made of the parts of the process."""

from collections.abc import Mapping

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import lead_pool_service_pb2, lead_recycling_service_pb2

from chassis.organization import Organization
from chassis.parts import Parts
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.pool_servicer import LeadPoolServicer
from services.leads.rpc.recycling_servicer import LeadRecyclingServicer


def pool_servicers(
    parts: Parts, desk: IntakeDesk, organization: Organization, *, page_key: bytes
) -> Mapping[ServiceDescriptor, object]:
    """Both services of the contract and who serves each."""
    pools = lead_pool_service_pb2.DESCRIPTOR.services_by_name["LeadPoolService"]
    recycling = lead_recycling_service_pb2.DESCRIPTOR.services_by_name["LeadRecyclingService"]
    return {
        pools: LeadPoolServicer(parts.store, desk, organization, parts.texts, page_key=page_key),
        recycling: LeadRecyclingServicer(parts.store, desk, page_key=page_key),
    }
