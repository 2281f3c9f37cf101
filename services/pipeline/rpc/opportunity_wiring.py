"""How opportunities join the service's parts: who serves them."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.pipeline.v1 import (
    evidence_service_pb2,
    opportunity_service_pb2,
    sales_process_service_pb2,
    win_service_pb2,
)

from chassis.files import Vault
from chassis.parts import Parts
from services.pipeline.application.opportunities import OpportunityDesk
from services.pipeline.rpc.evidence_servicer import EvidenceServicer
from services.pipeline.rpc.opportunity_servicer import OpportunityServicer
from services.pipeline.rpc.sales_process_servicer import SalesProcessServicer
from services.pipeline.rpc.win_servicer import WinServicer


def opportunity_servicers(
    parts: Parts, desk: OpportunityDesk, vault: Vault, *, page_key: bytes
) -> Mapping[ServiceDescriptor, object]:
    """Who serves opportunities, their evidence, the processes they follow, and what tells their chances."""
    store, texts = parts.store, parts.texts
    return {
        _of(opportunity_service_pb2, "OpportunityService"): OpportunityServicer(store, desk, texts, page_key=page_key),
        _of(evidence_service_pb2, "EvidenceService"): EvidenceServicer(store, vault, zone=parts.settings.time_zone),
        _of(sales_process_service_pb2, "SalesProcessService"): SalesProcessServicer(store, texts),
        _of(win_service_pb2, "WinService"): WinServicer(store, texts),
    }


def _of(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found
