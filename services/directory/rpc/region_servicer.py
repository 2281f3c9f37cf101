"""RegionService on the wire."""

from millrace.directory.v1 import region_pb2, region_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import required_version, seen_version, uuid_of
from chassis.work import Store
from services.directory.application.regions import (
    create_region,
    delete_region,
    get_region,
    list_regions,
    undelete_region,
    update_region,
)
from services.directory.rpc.editing import edit
from services.directory.rpc.region_messages import FIELDS, details_of, to_message


class RegionServicer:
    """Regions (大区)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateRegion(self, request: region_service_pb2.CreateRegionRequest, call: Call) -> region_pb2.Region:
        """Add one."""
        details = details_of(request.region)
        answer: region_pb2.Region = await self._store.write(
            call, request, lambda work: create_region(work, details=details), answer=to_message
        )
        return answer

    async def GetRegion(self, request: region_service_pb2.GetRegionRequest, call: Call) -> region_pb2.Region:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_region(read, uuid=uuid)))

    async def ListRegions(
        self, request: region_service_pb2.ListRegionsRequest, call: Call
    ) -> region_service_pb2.ListRegionsResponse:
        """List a page of them."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_regions(read, wanted=wanted, show_deleted=request.show_deleted)
        )
        return region_service_pb2.ListRegionsResponse(
            regions=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateRegion(self, request: region_service_pb2.UpdateRegionRequest, call: Call) -> region_pb2.Region:
        """Change the masked fields of one."""
        uuid = uuid_of(request.region.name, field="region.name")
        seen = required_version(request.region.etag, field="region.etag")
        change = edit(request.region, request.update_mask, FIELDS)
        answer: region_pb2.Region = await self._store.write(
            call, request, lambda work: update_region(work, uuid=uuid, seen=seen, edit=change), answer=to_message
        )
        return answer

    async def DeleteRegion(self, request: region_service_pb2.DeleteRegionRequest, call: Call) -> region_pb2.Region:
        """Archive one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: region_pb2.Region = await self._store.write(
            call, request, lambda work: delete_region(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer

    async def UndeleteRegion(self, request: region_service_pb2.UndeleteRegionRequest, call: Call) -> region_pb2.Region:
        """Bring one back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: region_pb2.Region = await self._store.write(
            call, request, lambda work: undelete_region(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer
