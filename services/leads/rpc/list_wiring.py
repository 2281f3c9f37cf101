"""Who serves those that work a list of leads: keep views of it, judge leads, change many, take them out."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import (
    lead_bulk_change_service_pb2,
    lead_export_service_pb2,
    lead_qualification_service_pb2,
    lead_view_service_pb2,
)

from chassis.texts import Texts
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.bulk_servicer import LeadBulkChangeServicer
from services.leads.rpc.export_servicer import LeadExportServicer
from services.leads.rpc.qualification_servicer import LeadQualificationServicer
from services.leads.rpc.view_servicer import LeadViewServicer


def list_servicers(
    store: Store, desk: IntakeDesk, texts: Texts, *, page_key: bytes
) -> Mapping[ServiceDescriptor, object]:
    """Every service of theirs and who serves it."""
    return {
        _service(lead_view_service_pb2, "LeadViewService"): LeadViewServicer(store, desk, page_key=page_key),
        _service(lead_qualification_service_pb2, "LeadQualificationService"): LeadQualificationServicer(
            store, desk, texts
        ),
        _service(lead_bulk_change_service_pb2, "LeadBulkChangeService"): LeadBulkChangeServicer(
            store, desk, texts, page_key=page_key
        ),
        _service(lead_export_service_pb2, "LeadExportService"): LeadExportServicer(store, desk, texts),
    }


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found
