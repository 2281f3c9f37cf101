"""OccasionService on the wire."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from millrace.pipeline.v1 import occasion_pb2
from millrace.pipeline.v1 import occasion_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import reference, required_version, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application import occasions
from services.pipeline.domain.occasion import Occasion
from services.pipeline.rpc.occasion_messages import coming_message, edit_of, facts_of, to_message


class OccasionServicer:
    """The care calendar (关怀日历)."""

    def __init__(self, store: Store, *, zone: ZoneInfo, page_key: bytes) -> None:
        """Days are days of `zone`; `page_key` seals page tokens."""
        self._store = store
        self._zone = zone
        self._page_key = page_key

    async def CreateOccasion(self, request: contract.CreateOccasionRequest, call: Call) -> occasion_pb2.Occasion:
        """Agree on one."""
        account = uuid_of(request.occasion.account, field="occasion.account")
        contact = reference(request.occasion.contact, field="occasion.contact")
        facts = facts_of(request.occasion)
        return await self._write(
            request,
            call,
            lambda work: occasions.agree_on_occasion(work, account=account, contact=contact, facts=facts),
        )

    async def GetOccasion(self, request: contract.GetOccasionRequest, call: Call) -> occasion_pb2.Occasion:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: occasions.get_occasion(read, uuid=uuid)))

    async def ListOccasions(self, request: contract.ListOccasionsRequest, call: Call) -> contract.ListOccasionsResponse:
        """Read a page."""
        wanted, all_of_them = page_request(request, call, key=self._page_key), request.show_deleted
        page = await self._store.read(
            call, lambda read: occasions.list_occasions(read, wanted=wanted, show_deleted=all_of_them)
        )
        return contract.ListOccasionsResponse(
            occasions=[to_message(occasion) for occasion in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ListComingOccasions(
        self, request: contract.ListComingOccasionsRequest, call: Call
    ) -> contract.ListComingOccasionsResponse:
        """Read a page of what comes."""
        wanted, days, zone = page_request(request, call, key=self._page_key), request.days, self._zone
        page = await self._store.read(
            call, lambda read: occasions.list_coming_occasions(read, wanted=wanted, days=days, zone=zone)
        )
        return contract.ListComingOccasionsResponse(
            coming_occasions=[coming_message(coming) for coming in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateOccasion(self, request: contract.UpdateOccasionRequest, call: Call) -> occasion_pb2.Occasion:
        """Change the masked fields of one."""
        uuid = uuid_of(request.occasion.name, field="occasion.name")
        seen = required_version(request.occasion.etag, field="occasion.etag")
        edit = edit_of(request.occasion, request.update_mask)
        return await self._write(
            request, call, lambda work: occasions.update_occasion(work, uuid=uuid, seen=seen, edit=edit)
        )

    async def DeleteOccasion(self, request: contract.DeleteOccasionRequest, call: Call) -> occasion_pb2.Occasion:
        """Archive one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(request, call, lambda work: occasions.archive_occasion(work, uuid=uuid, seen=seen))

    async def UndeleteOccasion(self, request: contract.UndeleteOccasionRequest, call: Call) -> occasion_pb2.Occasion:
        """Bring one back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(request, call, lambda work: occasions.bring_occasion_back(work, uuid=uuid, seen=seen))

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[Occasion]]
    ) -> occasion_pb2.Occasion:
        answer: occasion_pb2.Occasion = await self._store.write(call, request, use_case, answer=to_message)
        return answer
