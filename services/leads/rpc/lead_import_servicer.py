"""LeadImportService on the wire."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.empty_pb2 import Empty
from millrace.leads.v1 import lead_import_pb2, lead_import_service_pb2

from chassis.imports import intake, storage
from chassis.imports.failed_rows import failed_rows_csv
from chassis.imports.kind import ImportKind
from chassis.imports.lifecycle import Import, ImportState
from chassis.imports.listings import list_imports, list_rows
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.validation import validate
from chassis.texts import Texts
from chassis.wire import uuid_of
from chassis.work import Store, UnitOfWork
from services.leads.application.intake import IntakeDesk
from services.leads.application.lead_import import check_origin
from services.leads.rpc.lead_import_messages import ImportWording, columns_of, order_of

_FEW_ROWS = 10
_LOOK_SECONDS = 0.3


class LeadImportServicer:
    """Imports of leads (线索导入)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts, *, kind: ImportKind[Any], page_key: bytes) -> None:
        """`kind` says how a row becomes a lead; `page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._kind = kind
        self._page_key = page_key

    async def UploadLeadImport(
        self, requests: AsyncIterator[lead_import_service_pb2.UploadLeadImportRequest], call: Call
    ) -> lead_import_pb2.LeadImport:
        """Take a file in."""
        pieces = _Pieces(requests)
        wording = self._wording(call)
        with intake.scratch_file() as path:
            file = await intake.receive(pieces.content(), kind=self._kind, path=path)
            # What makes a repeat the same upload: the name and the content, by its digest.
            asked = lead_import_service_pb2.UploadLeadImportRequest(
                request_id=pieces.request_id, file_name=pieces.file_name, file=HttpBody(data=file.digest.encode())
            )
            answer: lead_import_pb2.LeadImport = await self._store.write(
                call,
                asked,
                lambda work: intake.upload(work, kind=self._kind, name=pieces.file_name, file=file),
                answer=wording.import_message,
            )
            return answer

    async def GetLeadImport(
        self, request: lead_import_service_pb2.GetLeadImportRequest, call: Call
    ) -> lead_import_pb2.LeadImport:
        """Read one."""
        return self._wording(call).import_message(await self._get(call, uuid_of(request.name)))

    async def ListLeadImports(
        self, request: lead_import_service_pb2.ListLeadImportsRequest, call: Call
    ) -> lead_import_service_pb2.ListLeadImportsResponse:
        """Read a page of them."""
        wanted, wording = page_request(request, call, key=self._page_key), self._wording(call)
        page = await self._store.read(call, lambda read: list_imports(read, kind=self._kind, wanted=wanted))
        return lead_import_service_pb2.ListLeadImportsResponse(
            lead_imports=[wording.import_message(record) for record in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ListLeadImportRows(
        self, request: lead_import_service_pb2.ListLeadImportRowsRequest, call: Call
    ) -> lead_import_service_pb2.ListLeadImportRowsResponse:
        """Read a page of the rows of one."""
        wanted, uuid = page_request(request, call, key=self._page_key), uuid_of(request.parent, field="parent")
        record, page = await self._store.read(
            call, lambda read: list_rows(read, kind=self._kind, uuid=uuid, wanted=wanted)
        )
        wording = self._wording(call)
        return lead_import_service_pb2.ListLeadImportRowsResponse(
            rows=[wording.row_message(record, line, result) for line, result in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def PreviewLeadImport(
        self, request: lead_import_service_pb2.PreviewLeadImportRequest, call: Call
    ) -> lead_import_pb2.LeadImportPreview:
        """Show the first rows; what they hold is never stored with the request id."""
        uuid, wording = uuid_of(request.name), self._wording(call)
        record = await self._get(call, uuid)
        reading = await self._store.read(call, self._kind.present_reading)
        with intake.scratch_file() as path:
            await self._fetch(call, uuid, path)
            preview = await asyncio.to_thread(
                intake.preview_rows,
                self._kind,
                record,
                reading=reading,
                path=path,
                columns=columns_of(request.columns),
                limit=request.row_count or _FEW_ROWS,
            )
        await self._store.write(
            call,
            request,
            lambda work: self._previewed(work, uuid),
            answer=lambda _: lead_import_pb2.LeadImportPreview(),
        )
        return wording.preview_message(await self._get(call, uuid), preview, self._kind.fields)

    async def StartLeadImport(
        self, request: lead_import_service_pb2.StartLeadImportRequest, call: Call
    ) -> lead_import_pb2.LeadImport:
        """Begin to take the rows in."""

        async def start(work: UnitOfWork) -> Import:
            started = await intake.start(
                work,
                kind=self._kind,
                uuid=uuid_of(request.name),
                columns=columns_of(request.columns),
                order=order_of(request),
                etag=request.etag,
            )
            await check_origin(work, desk=self._desk, channel=request.channel, campaign=request.campaign)
            return started

        answer: lead_import_pb2.LeadImport = await self._store.write(
            call, request, start, answer=self._wording(call).import_message
        )
        return answer

    async def CancelLeadImport(
        self, request: lead_import_service_pb2.CancelLeadImportRequest, call: Call
    ) -> lead_import_pb2.LeadImport:
        """Stop it."""
        answer: lead_import_pb2.LeadImport = await self._store.write(
            call,
            request,
            lambda work: intake.cancel(work, kind=self._kind, uuid=uuid_of(request.name), etag=request.etag),
            answer=self._wording(call).import_message,
        )
        return answer

    async def WatchLeadImport(
        self, request: lead_import_service_pb2.WatchLeadImportRequest, call: Call
    ) -> AsyncIterator[lead_import_pb2.LeadImport]:
        """Send it whenever something changed, until it does not run."""
        uuid, wording = uuid_of(request.name), self._wording(call)
        sent: Import | None = None
        while sent is None or sent.state is ImportState.RUNNING:
            record = await self._get(call, uuid)
            if record != sent:
                sent = record
                yield wording.import_message(record)
            else:
                await asyncio.sleep(_LOOK_SECONDS)

    async def DownloadFailedLeadImportRows(
        self, request: lead_import_service_pb2.DownloadFailedLeadImportRowsRequest, call: Call
    ) -> AsyncIterator[HttpBody]:
        """Send the refused rows; a download is an entry of the audit log."""
        uuid, wording = uuid_of(request.name), self._wording(call)
        record = await self._get(call, uuid)
        await self._store.write(call, request, lambda work: self._downloaded(work, record), answer=lambda _: Empty())
        refused = await self._store.read(call, lambda read: storage.refused_rows(read, uuid=uuid))
        with intake.scratch_file() as path:
            await self._fetch(call, uuid, path)
            pieces = failed_rows_csv(
                record,
                path=path,
                refused=refused,
                headings=wording.added_headings(),
                word=lambda problem: wording.sentence(problem, record.shape.headers),
            )
            while (piece := await asyncio.to_thread(_next_of, pieces)) is not None:
                yield HttpBody(content_type="text/csv; charset=utf-8", data=piece)

    def _wording(self, call: Call) -> ImportWording:
        return ImportWording(self._texts, call.locale)

    async def _get(self, call: Call, uuid: UUID) -> Import:
        return await self._store.read(call, lambda read: storage.get_import(read, kind=self._kind, uuid=uuid))

    async def _fetch(self, call: Call, uuid: UUID, path: Path) -> None:
        await self._store.read(call, lambda read: storage.fetch_file(read, uuid=uuid, path=path))

    async def _previewed(self, work: UnitOfWork, uuid: UUID) -> Import:
        return await intake.mark_previewed(work, kind=self._kind, uuid=uuid)

    async def _downloaded(self, work: UnitOfWork, record: Import) -> None:
        details = {"rows": record.progress.refused}
        work.note(action="leads.import.download", resource=f"{record.kind}/{record.uuid}", details=details)


class _Pieces:
    """The messages of an upload: the first one names the file, all of them carry its content."""

    def __init__(self, requests: AsyncIterator[lead_import_service_pb2.UploadLeadImportRequest]) -> None:
        self._requests = requests
        self.file_name = ""
        self.request_id = ""

    async def content(self) -> AsyncIterator[bytes]:
        """The pieces in order; raises InvalidRequest for a message against the contract."""
        is_first = True
        async for request in self._requests:
            if is_first:
                validate(request)
                self.file_name = _bare(request.file_name)
                self.request_id = request.request_id
                is_first = False
            yield request.file.data


def _bare(file_name: str) -> str:
    """The name without the folders some browsers put before it."""
    return PureWindowsPath(PurePosixPath(file_name).name).name


def _next_of(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
