"""Files of leads brought in by an API client, and taken back again."""

from typing import Any

from google.api.httpbody_pb2 import HttpBody
from millrace.leads.v1 import lead_import_pb2, lead_import_service_pb2, lead_pb2
from millrace.leads.v1 import lead_import_undo_service_pb2 as contract
from millrace.leads.v1.lead_import_service_pb2_grpc import LeadImportServiceStub
from millrace.leads.v1.lead_import_undo_service_pb2_grpc import LeadImportUndoServiceStub
from sqlalchemy import select

from chassis.consumer.event import decode
from chassis.principal import Principal, Scope
from chassis.revocations import RevocationList, stored_revocations
from chassis.tables import outbox
from services.leads.__main__ import ACCOUNT
from services.leads.rpc.import_undo_wiring import undoing_imports
from services.leads.rpc.lead_import_wiring import lead_import_worker
from services.leads.storage.metadata import REVOKED_SESSIONS
from tests.integration.leads.conftest import CHEN, EVERYTHING, LeadsHouse
from tests.support.clock import FixedClock
from tests.support.serving import Caller

HEADER = "公司名称,联系人,手机,紧急程度,预算"
CLIENT = Principal(subject=f"apiClients/{CHEN}", grants=dict.fromkeys(EVERYTHING, Scope.ALL), display_name="程序")


class Importing:
    """Whoever imports files and undoes that."""

    def __init__(self, house: LeadsHouse, clock: FixedClock) -> None:
        self.house = house
        self.clock = clock
        self.imports: Any = LeadImportServiceStub(house.channel)
        self.undos: Any = LeadImportUndoServiceStub(house.channel)
        self.caller: Caller = house.call_as(CLIENT)
        self._desk = house.parts.once("desk", lambda: None)

    async def upload(self, *lines: str) -> lead_import_pb2.LeadImport:
        content = "\n".join([HEADER, *lines]).encode()
        request = lead_import_service_pb2.UploadLeadImportRequest(file=HttpBody(data=content), file_name="list.csv")
        uploaded: lead_import_pb2.LeadImport = await self.imports.UploadLeadImport(iter([request]), **self.caller)
        return uploaded

    async def take(self, *lines: str, **wishes: Any) -> lead_import_pb2.LeadImport:
        """Take the lines in, to the end."""
        uploaded = await self.upload(*lines)
        request = lead_import_service_pb2.StartLeadImportRequest(name=uploaded.name, **wishes)
        await self.imports.StartLeadImport(request, **self.caller)
        organization = self.house.parts.once("organization", lambda: None)
        revoked = RevocationList(stored_revocations(self.house.engine, REVOKED_SESSIONS), max_age=0)
        await lead_import_worker(self.house.parts, self._desk, organization, revoked).drain()
        return await self.get(uploaded)

    async def get(self, record: lead_import_pb2.LeadImport) -> lead_import_pb2.LeadImport:
        request = lead_import_service_pb2.GetLeadImportRequest(name=record.name)
        found: lead_import_pb2.LeadImport = await self.imports.GetLeadImport(request, **self.caller)
        return found

    async def leads_of(self, record: lead_import_pb2.LeadImport) -> list[lead_pb2.Lead]:
        """The leads of the rows, as names alone."""
        request = lead_import_service_pb2.ListLeadImportRowsRequest(parent=record.name)
        return [
            lead_pb2.Lead(name=row.lead) for row in (await self.imports.ListLeadImportRows(request, **self.caller)).rows
        ]

    async def begin(
        self, record: lead_import_pb2.LeadImport, caller: Caller | None = None, **more: Any
    ) -> contract.LeadImportUndo:
        request = contract.UndoLeadImportRequest(name=record.name, **more)
        begun: contract.LeadImportUndo = await self.undos.UndoLeadImport(request, **(caller or self.caller))
        return begun

    async def sweep(self) -> int:
        """Carry on for a moment; how many leads were looked at."""
        async with self.house.engine.connect() as connection:
            return await undoing_imports(self.house.parts, self._desk, ACCOUNT).run(connection, self.clock.now())

    async def undo(self, record: lead_import_pb2.LeadImport) -> contract.LeadImportUndo:
        """Undo it, to the end."""
        begun = await self.begin(record)
        await self.sweep()
        return await self.read(begun.name)

    async def read(self, name: str, caller: Caller | None = None) -> contract.LeadImportUndo:
        request = contract.GetLeadImportUndoRequest(name=name)
        found: contract.LeadImportUndo = await self.undos.GetLeadImportUndo(request, **(caller or self.caller))
        return found

    async def rows(self, undo: contract.LeadImportUndo, **wanted: Any) -> list[contract.LeadImportUndoRow]:
        request = contract.ListLeadImportUndoRowsRequest(parent=undo.name, **wanted)
        return list((await self.undos.ListLeadImportUndoRows(request, **self.caller)).rows)

    async def told(self, name: str) -> list[Any]:
        """The events of a lead."""
        lead = name.partition("/")[2]
        statement = select(outbox).where(outbox.c.aggregate_type == "lead", outbox.c.aggregate_id == lead)
        async with self.house.engine.connect() as connection:
            rows = (await connection.execute(statement.order_by(outbox.c.version))).mappings().all()
        return [decode(row["event_type"], row["payload"]) for row in rows]
