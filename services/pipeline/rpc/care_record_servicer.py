"""CareRecordService on the wire."""

from collections.abc import Awaitable, Callable

from google.protobuf.message import Message
from millrace.pipeline.v1 import care_record_pb2
from millrace.pipeline.v1 import care_record_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application import care_records
from services.pipeline.application.care_records import CareDesk
from services.pipeline.domain.care_record import CareRecord
from services.pipeline.rpc.care_record_messages import facts_of, to_message


class CareRecordServicer:
    """The gift log (礼品记录)."""

    def __init__(self, store: Store, desk: CareDesk, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._page_key = page_key

    async def CreateCareRecord(
        self, request: contract.CreateCareRecordRequest, call: Call
    ) -> care_record_pb2.CareRecord:
        """Write one down."""
        contact = uuid_of(request.care_record.contact, field="care_record.contact")
        facts, desk = facts_of(request.care_record), self._desk
        return await self._write(
            request, call, lambda work: care_records.record_care(work, contact=contact, facts=facts, desk=desk)
        )

    async def GetCareRecord(self, request: contract.GetCareRecordRequest, call: Call) -> care_record_pb2.CareRecord:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: care_records.get_care_record(read, uuid=uuid)))

    async def ListCareRecords(
        self, request: contract.ListCareRecordsRequest, call: Call
    ) -> contract.ListCareRecordsResponse:
        """Read a page."""
        wanted, all_of_them = page_request(request, call, key=self._page_key), request.show_corrected
        page = await self._store.read(
            call, lambda read: care_records.list_care_records(read, wanted=wanted, show_corrected=all_of_them)
        )
        return contract.ListCareRecordsResponse(
            care_records=[to_message(record) for record in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def CorrectCareRecord(
        self, request: contract.CorrectCareRecordRequest, call: Call
    ) -> care_record_pb2.CareRecord:
        """Strike one out, and write down what is right."""
        uuid, seen, reason, desk = uuid_of(request.name), seen_version(request.etag), request.reason.strip(), self._desk
        told = request.HasField("care_record")
        contact = uuid_of(request.care_record.contact, field="care_record.contact") if told else None
        facts = facts_of(request.care_record) if told else None
        return await self._write(
            request,
            call,
            lambda work: care_records.correct_care_record(
                work, uuid=uuid, seen=seen, reason=reason, contact=contact, facts=facts, desk=desk
            ),
        )

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[CareRecord]]
    ) -> care_record_pb2.CareRecord:
        answer: care_record_pb2.CareRecord = await self._store.write(call, request, use_case, answer=to_message)
        return answer
