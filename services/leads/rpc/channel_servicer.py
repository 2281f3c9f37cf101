"""ChannelService on the wire."""

from collections.abc import Mapping
from typing import Any

from millrace.leads.v1 import channel_pb2
from millrace.leads.v1 import channel_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import changed_fields, named, required_version, uuid_of
from chassis.work import Store
from kernel.errors import FieldMissing
from services.leads.application.channels import (
    ChannelEdit,
    create_channel,
    get_channel,
    list_channels,
    update_channel,
)
from services.leads.domain.channels import Channel, ChannelKind

KINDS: Mapping[int, ChannelKind] = {
    channel_pb2.ChannelKind.Value(f"CHANNEL_KIND_{kind.name}"): kind for kind in ChannelKind
}
KIND_NUMBERS: Mapping[ChannelKind, Any] = {kind: number for number, kind in KINDS.items()}


class ChannelServicer:
    """Channels (渠道)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateChannel(self, request: contract.CreateChannelRequest, call: Call) -> channel_pb2.Channel:
        """Open one."""
        channel = request.channel
        kind = KINDS.get(channel.kind)
        if kind is None:
            raise FieldMissing(field="channel.kind")
        answer: channel_pb2.Channel = await self._store.write(
            call,
            request,
            lambda work: create_channel(
                work, display_name=channel.display_name.strip(), kind=kind, form_enabled=channel.form_enabled
            ),
            answer=to_message,
        )
        return answer

    async def GetChannel(self, request: contract.GetChannelRequest, call: Call) -> channel_pb2.Channel:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_channel(read, uuid=uuid)))

    async def ListChannels(self, request: contract.ListChannelsRequest, call: Call) -> contract.ListChannelsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_channels(read, wanted=wanted))
        return contract.ListChannelsResponse(
            channels=[to_message(channel) for channel in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateChannel(self, request: contract.UpdateChannelRequest, call: Call) -> channel_pb2.Channel:
        """Change the masked fields of one."""
        uuid = uuid_of(request.channel.name, field="channel.name")
        seen = required_version(request.channel.etag, field="channel.etag")
        paths = changed_fields(request.update_mask, channel_pb2.Channel)
        edit = ChannelEdit(**{path: getattr(request.channel, path) for path in paths})
        answer: channel_pb2.Channel = await self._store.write(
            call, request, lambda work: update_channel(work, uuid=uuid, seen=seen, edit=edit), answer=to_message
        )
        return answer


def to_message(channel: Channel) -> channel_pb2.Channel:
    """The channel on the wire."""
    message = channel_pb2.Channel(
        name=named("channels", channel.uuid),
        display_name=channel.display_name,
        kind=KIND_NUMBERS[channel.kind],
        closed=not channel.active,
        form_enabled=bool(channel.form_token),
        form_token=channel.form_token,
        etag=str(channel.version),
    )
    message.create_time.FromDatetime(channel.create_time)
    message.update_time.FromDatetime(channel.update_time)
    return message
