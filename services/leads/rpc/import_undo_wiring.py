"""How the undoing of imports joins the service's parts: who serves it and who carries it out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import lead_import_undo_service_pb2
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.jobs import Sweep
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.rounds import Rounds
from chassis.settings import Environment
from chassis.work import Read
from services.leads.application.import_undoing import UNDO_IMPORTS, undo_on
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.import_undo_servicer import LeadImportUndoServicer, import_undo_days
from services.leads.rpc.lead_import_kind import lead_import_kind
from services.leads.storage.import_undoing import waiting_undo


def import_undo_servicers(parts: Parts, desk: IntakeDesk, *, page_key: bytes) -> Mapping[ServiceDescriptor, object]:
    """Who serves LeadImportUndoService."""
    service = lead_import_undo_service_pb2.DESCRIPTOR.services_by_name["LeadImportUndoService"]
    kind = lead_import_kind(desk, zone=parts.settings.time_zone)
    days = import_undo_days(Environment(parts.settings.other))
    return {service: LeadImportUndoServicer(parts.store, parts.texts, kind=kind, days=days, page_key=page_key)}


def undoing_imports(parts: Parts, desk: IntakeDesk, account: Principal) -> Sweep:
    """What carries undos on, the earliest first, on behalf of whoever began each."""

    async def sweep(connection: AsyncConnection, now: datetime) -> int:
        undo = await waiting_undo(Read(connection, now, account))
        if undo is None:
            return 0
        carried = Rounds(
            UNDO_IMPORTS,
            lambda work: undo_on(work, uuid=undo.lead_import, desk=desk),
            store=parts.background_store,
            principal=replace(account, on_behalf_of=undo.author),
        )
        return await carried.sweep(connection, now)

    return Sweep(UNDO_IMPORTS, timedelta(seconds=2), sweep)
