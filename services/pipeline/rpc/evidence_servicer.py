"""EvidenceService on the wire."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.empty_pb2 import Empty
from millrace.pipeline.v1 import evidence_pb2
from millrace.pipeline.v1 import evidence_service_pb2 as contract

from chassis.files import File, Vault, receive, scratch_file
from chassis.files.streaming import Pieces, download
from chassis.rpc.call import Call
from chassis.wire import date_message, date_of, instant, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application import proofs
from services.pipeline.application.proofs import Shown
from services.pipeline.domain.evidence import Evidence, EvidenceKind, Waiver, WaiverState, evidence_name

KIND_NUMBERS: Mapping[EvidenceKind, Any] = {
    kind: evidence_pb2.EvidenceKind.Value(f"EVIDENCE_KIND_{kind.name}") for kind in EvidenceKind
}
KINDS: Mapping[int, EvidenceKind] = {number: kind for kind, number in KIND_NUMBERS.items()}
_STATES: Mapping[WaiverState, Any] = {
    state: evidence_pb2.WaiverState.Value(f"WAIVER_STATE_{state.name}") for state in WaiverState
}


class EvidenceServicer:
    """Evidence (凭证) and waivers (豁免)."""

    def __init__(self, store: Store, vault: Vault, *, zone: ZoneInfo) -> None:
        """`vault` keeps the bytes; a waiver ends with a day in `zone`."""
        self._store = store
        self._vault = vault
        self._zone = zone

    async def CreateEvidence(self, request: contract.CreateEvidenceRequest, call: Call) -> evidence_pb2.Evidence:
        """Point at an object."""
        uuid, told = uuid_of(request.parent, field="parent"), request.evidence
        shown = Shown(kind=KINDS[told.kind], linked=told.linked, note=told.note.strip())
        answer: evidence_pb2.Evidence = await self._store.write(
            call,
            request,
            lambda work: proofs.add_evidence(work, uuid=uuid, shown=shown),
            answer=lambda added: _message(uuid, added, None),
        )
        return answer

    async def UploadEvidence(
        self, requests: AsyncIterator[contract.UploadEvidenceRequest], call: Call
    ) -> evidence_pb2.Evidence:
        """Take a file in: the bytes first, then the row that knows them, with the evidence."""
        pieces: Pieces[contract.UploadEvidenceRequest] = Pieces(requests)
        first = await pieces.first()
        uuid = uuid_of(first.parent, field="parent")
        await self._store.read(call, lambda read: proofs.may_prove(read, uuid=uuid))
        with scratch_file() as path:
            arrived = await receive(
                pieces.content(), path=path, file_name=first.file_name, content_type=first.file.content_type
            )
            file = arrived.as_file(await self._vault.put(path), by=call.principal.subject, now=call.now)
        shown = Shown(kind=KINDS[first.kind], note=first.note.strip(), file=file)
        # What makes a repeat the same upload: what was said of the file, and its content by the digest.
        asked = contract.UploadEvidenceRequest(
            parent=first.parent,
            kind=first.kind,
            file_name=first.file_name,
            note=first.note,
            file=HttpBody(data=arrived.sha256),
            request_id=first.request_id,
        )
        answer: evidence_pb2.Evidence = await self._store.write(
            call,
            asked,
            lambda work: proofs.add_evidence(work, uuid=uuid, shown=shown),
            answer=lambda added: _message(uuid, added, file),
        )
        return answer

    async def ListEvidence(self, request: contract.ListEvidenceRequest, call: Call) -> contract.ListEvidenceResponse:
        """Read all of one opportunity."""
        uuid = uuid_of(request.parent, field="parent")
        opportunity, files = await self._store.read(call, lambda read: proofs.list_evidence(read, uuid=uuid))
        return contract.ListEvidenceResponse(
            evidence=[
                _message(uuid, each, files.get(each.file) if each.file else None) for each in opportunity.evidence
            ]
        )

    async def DeleteEvidence(self, request: contract.DeleteEvidenceRequest, call: Call) -> Empty:
        """Take one back."""
        uuid, evidence = _both(request.name)
        answer: Empty = await self._store.write(
            call,
            request,
            lambda work: proofs.delete_evidence(work, uuid=uuid, evidence=evidence),
            answer=lambda _: Empty(),
        )
        return answer

    async def DownloadEvidence(self, request: contract.DownloadEvidenceRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Send the file; a download is an entry of the audit log."""
        uuid, evidence = _both(request.name)
        file = await self._store.read(call, lambda read: proofs.evidence_file(read, uuid=uuid, evidence=evidence))

        async def note(work: UnitOfWork) -> None:
            await proofs.note_download(work, uuid=uuid, file=file)

        await self._store.write(call, request, note, answer=lambda _: Empty())
        async for piece in download(self._vault, file):
            yield piece

    async def RequestWaiver(self, request: contract.RequestWaiverRequest, call: Call) -> evidence_pb2.Waiver:
        """Ask for leave to pass a gate."""
        uuid, told = uuid_of(request.parent, field="parent"), request.waiver
        end_date = date_of(told.end_date, field="waiver.end_date")
        answer: evidence_pb2.Waiver = await self._store.write(
            call,
            request,
            lambda work: proofs.request_waiver(
                work, uuid=uuid, stage=told.stage, reason=told.reason.strip(), end_date=end_date, zone=self._zone
            ),
            answer=lambda waiver: self._waiver(uuid, waiver, call.now),
        )
        return answer

    async def ListWaivers(self, request: contract.ListWaiversRequest, call: Call) -> contract.ListWaiversResponse:
        """Read all of one opportunity."""
        uuid = uuid_of(request.parent, field="parent")
        opportunity = await self._store.read(call, lambda read: proofs.list_waivers(read, uuid=uuid))
        return contract.ListWaiversResponse(
            waivers=[self._waiver(uuid, waiver, call.now) for waiver in opportunity.waivers]
        )

    def _waiver(self, opportunity: UUID, waiver: Waiver, now: datetime) -> evidence_pb2.Waiver:
        ended = waiver.state is WaiverState.GRANTED and not waiver.holds(now=now)
        last_day = (waiver.end_time - timedelta(seconds=1)).astimezone(self._zone).date()
        return evidence_pb2.Waiver(
            name=f"opportunities/{opportunity}/waivers/{waiver.uuid}",
            stage=waiver.stage,
            reason=waiver.reason,
            end_date=date_message(last_day),
            state=evidence_pb2.WAIVER_STATE_ENDED if ended else _STATES[waiver.state],
            requester=waiver.requester,
            create_time=instant(waiver.create_time),
        )


def _message(opportunity: UUID, evidence: Evidence, file: File | None) -> evidence_pb2.Evidence:
    return evidence_pb2.Evidence(
        name=evidence_name(opportunity, evidence.uuid),
        kind=KIND_NUMBERS[evidence.kind],
        linked=evidence.linked,
        note=evidence.note,
        file_name=file.display_name if file else "",
        media_type=file.media_type if file else "",
        file_size=file.size if file else 0,
        sha256=file.sha256.hex() if file else "",
        actor=evidence.actor,
        create_time=instant(evidence.time),
    )


def _both(name: str) -> tuple[UUID, UUID]:
    opportunity, _, evidence = name.partition("/evidence/")
    return uuid_of(opportunity), uuid_of(evidence)
