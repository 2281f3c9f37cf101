"""LeadViewService on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_view_pb2
from millrace.leads.v1 import lead_view_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import changed_fields, named, put_instant, required_version, seen_version, uuid_of
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.application.viewing import (
    ShownView,
    change_view,
    drop_view,
    get_view,
    keep_view,
    list_views,
    open_as_usual,
    open_with,
)
from services.leads.domain.lead_views import Sharing, ViewContent

_SHARINGS: Mapping[int, Sharing] = {
    lead_view_pb2.LEAD_VIEW_SHARING_UNSPECIFIED: Sharing.PRIVATE,
    lead_view_pb2.LEAD_VIEW_SHARING_PRIVATE: Sharing.PRIVATE,
    lead_view_pb2.LEAD_VIEW_SHARING_TEAM: Sharing.TEAM,
    lead_view_pb2.LEAD_VIEW_SHARING_ALL: Sharing.ALL,
}
_NUMBERS: Mapping[Sharing, Any] = {sharing: number for number, sharing in _SHARINGS.items()}
# What a view calls its columns on the wire.
_NAMES = {"fields": "columns"}


class LeadViewServicer:
    """Saved views of the list of leads (视图)."""

    def __init__(self, store: Store, desk: IntakeDesk, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._page_key = page_key

    async def CreateLeadView(self, request: contract.CreateLeadViewRequest, call: Call) -> lead_view_pb2.SavedLeadView:
        """Keep one."""
        content = content_of(request.lead_view)
        answer: lead_view_pb2.SavedLeadView = await self._store.write(
            call, request, lambda work: keep_view(work, content=content), answer=to_message
        )
        return answer

    async def GetLeadView(self, request: contract.GetLeadViewRequest, call: Call) -> lead_view_pb2.SavedLeadView:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_view(read, uuid=uuid, desk=self._desk)))

    async def ListLeadViews(self, request: contract.ListLeadViewsRequest, call: Call) -> contract.ListLeadViewsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_views(read, wanted=wanted, desk=self._desk))
        return contract.ListLeadViewsResponse(
            lead_views=[to_message(shown) for shown in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateLeadView(self, request: contract.UpdateLeadViewRequest, call: Call) -> lead_view_pb2.SavedLeadView:
        """Change the masked fields of one."""
        uuid = uuid_of(request.lead_view.name, field="lead_view.name")
        seen = required_version(request.lead_view.etag, field="lead_view.etag")
        edit = _edit(request.lead_view, request.update_mask)
        answer: lead_view_pb2.SavedLeadView = await self._store.write(
            call,
            request,
            lambda work: change_view(work, uuid=uuid, seen=seen, edit=edit, desk=self._desk),
            answer=to_message,
        )
        return answer

    async def DeleteLeadView(self, request: contract.DeleteLeadViewRequest, call: Call) -> lead_view_pb2.SavedLeadView:
        """Take one from the lists."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: lead_view_pb2.SavedLeadView = await self._store.write(
            call, request, lambda work: drop_view(work, uuid=uuid, seen=seen, desk=self._desk), answer=to_message
        )
        return answer

    async def SetDefaultLeadView(
        self, request: contract.SetDefaultLeadViewRequest, call: Call
    ) -> lead_view_pb2.SavedLeadView:
        """Open the caller's list with one."""
        uuid = uuid_of(request.name)
        answer: lead_view_pb2.SavedLeadView = await self._store.write(
            call, request, lambda work: open_with(work, uuid=uuid, desk=self._desk), answer=to_message
        )
        return answer

    async def ClearDefaultLeadView(
        self, request: contract.ClearDefaultLeadViewRequest, call: Call
    ) -> contract.ClearDefaultLeadViewResponse:
        """Open the caller's list as usual."""
        answer: contract.ClearDefaultLeadViewResponse = await self._store.write(
            call, request, open_as_usual, answer=lambda _: contract.ClearDefaultLeadViewResponse()
        )
        return answer


def content_of(message: lead_view_pb2.SavedLeadView) -> ViewContent:
    """What the message says the view shows."""
    return ViewContent(
        display_name=message.display_name.strip(),
        filter=message.filter.strip(),
        order_by=message.order_by.strip(),
        columns=tuple(message.fields),
        sharing=_SHARINGS[message.sharing],
    )


def _edit(message: lead_view_pb2.SavedLeadView, mask: FieldMask) -> Callable[[ViewContent], ViewContent]:
    """What puts the masked fields over the content that stands."""
    told = content_of(message)
    names = [_NAMES.get(path, path) for path in changed_fields(mask, lead_view_pb2.SavedLeadView)]
    changes: dict[str, Any] = {name: getattr(told, name) for name in names}
    return lambda content: replace(content, **changes)


def to_message(shown: ShownView) -> lead_view_pb2.SavedLeadView:
    """The view on the wire."""
    view, content = shown.view, shown.view.content
    message = lead_view_pb2.SavedLeadView(
        name=view.name,
        display_name=content.display_name,
        filter=content.filter,
        order_by=content.order_by,
        fields=content.columns,
        sharing=_NUMBERS[content.sharing],
        team=named("teams", content.team),
        owner=view.owner,
        owner_display_name=view.owner_name,
        is_default=shown.is_default,
        etag=str(view.version),
    )
    put_instant(message.create_time, view.create_time)
    put_instant(message.update_time, view.update_time)
    return message
