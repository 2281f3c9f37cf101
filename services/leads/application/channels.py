"""Keeping channels (渠道)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.leads.domain.channels import Channel, ChannelKind, open_channel
from services.leads.storage import channels
from services.leads.storage.channels import CHANNEL_RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEdit:
    """What is to change of a channel; None leaves it as it is."""

    display_name: str | None = None
    closed: bool | None = None
    form_enabled: bool | None = None


async def create_channel(work: UnitOfWork, *, display_name: str, kind: ChannelKind, form_enabled: bool) -> Channel:
    """A channel is opened, with a form of its own where one is wanted."""
    token = work.new_id().hex if form_enabled else ""
    change = open_channel(uuid=work.new_id(), display_name=display_name, kind=kind, form_token=token, now=work.now)
    return work.save(CHANNEL_RECORD, change)


async def get_channel(read: Read, *, uuid: UUID) -> Channel:
    """A channel shows itself to everybody who works with leads. Raises ChannelNotFound."""
    return await channels.get_channel(read, uuid)


async def list_channels(read: Read, *, wanted: PageRequest) -> Page[Channel]:
    """Channels are listed by name."""
    return await channels.list_channels(read, wanted)


async def update_channel(work: UnitOfWork, *, uuid: UUID, seen: int, edit: ChannelEdit) -> Channel:
    """A channel is renamed, closed, opened again, or given a form; a form taken away and given again is a new one.

    Raises ChannelNotFound and StaleVersion.
    """
    channel = await channels.get_channel(work, uuid)
    if channel.version != seen:
        raise StaleVersion(resource=f"channels/{uuid}")
    token = channel.form_token
    if edit.form_enabled is not None:
        token = (token or work.new_id().hex) if edit.form_enabled else ""
    change = channel.changed(
        display_name=channel.display_name if edit.display_name is None else edit.display_name,
        active=channel.active if edit.closed is None else not edit.closed,
        form_token=token,
        now=work.now,
    )
    return work.save(CHANNEL_RECORD, change) if change.events else channel
