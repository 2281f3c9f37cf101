"""How the undoing of imports joins the service's parts: who serves it and who carries it out."""

from collections.abc import Mapping
from datetime import timedelta

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import lead_import_undo_service_pb2

from chassis.jobs import Sweep
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.settings import Environment
from services.leads.application.import_undoing import UNDO_IMPORTS, ImportUndoing
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.import_undo_servicer import LeadImportUndoServicer, import_undo_days
from services.leads.rpc.lead_import_kind import lead_import_kind


def import_undo_servicers(parts: Parts, desk: IntakeDesk, *, page_key: bytes) -> Mapping[ServiceDescriptor, object]:
    """Who serves LeadImportUndoService."""
    service = lead_import_undo_service_pb2.DESCRIPTOR.services_by_name["LeadImportUndoService"]
    kind = lead_import_kind(desk, zone=parts.settings.time_zone)
    days = import_undo_days(Environment(parts.settings.other))
    return {service: LeadImportUndoServicer(parts.store, parts.texts, kind=kind, days=days, page_key=page_key)}


def undoing_imports(parts: Parts, desk: IntakeDesk, account: Principal) -> Sweep:
    """What carries undos on, on behalf of whoever began each."""
    undoing = ImportUndoing(desk, store=parts.background_store, account=account)
    return Sweep(UNDO_IMPORTS, timedelta(seconds=2), undoing.sweep)
