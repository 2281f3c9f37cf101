"""Channels and campaigns in their tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, choice, read_page, reference, text, truth
from chassis.work import Read, Record
from kernel.money import Money
from services.leads.domain.channels import (
    Campaign,
    CampaignNotFound,
    CampaignPlan,
    Channel,
    ChannelKind,
    ChannelNotFound,
)
from services.leads.storage.tables import CAMPAIGNS, CHANNELS


def channel_to_row(channel: Channel) -> Mapping[str, object]:
    """The columns of a channel."""
    return {
        "uuid": channel.uuid,
        "display_name": channel.display_name,
        "kind": channel.kind.value,
        "active": channel.active,
        # Absent, not empty: the unique key is over tokens that exist.
        "form_token": channel.form_token or None,
        "create_time": channel.create_time,
        "update_time": channel.update_time,
    }


def campaign_to_row(campaign: Campaign) -> Mapping[str, object]:
    """The columns of a campaign."""
    plan = campaign.plan
    return {
        "uuid": campaign.uuid,
        "display_name": plan.display_name,
        "channel": plan.channel,
        "plan": plan.plan,
        "audience": plan.audience,
        "start_date": plan.start_date,
        "end_date": plan.end_date,
        "budget_minor": plan.budget.minor if plan.budget else None,
        "budget_currency": plan.budget.currency if plan.budget else None,
        "cost_minor": plan.cost.minor if plan.cost else None,
        "cost_currency": plan.cost.currency if plan.cost else None,
        "utm": dict(plan.utm),
        "active": plan.active,
        "create_time": campaign.create_time,
        "update_time": campaign.update_time,
    }


CHANNEL_RECORD: Record[Channel] = Record(kind="channel", collection="channels", table=CHANNELS, row=channel_to_row)
CAMPAIGN_RECORD: Record[Campaign] = Record(
    kind="campaign", collection="campaigns", table=CAMPAIGNS, row=campaign_to_row
)


def channel_from_row(row: RowMapping) -> Channel:
    """The channel in a row."""
    return Channel(
        uuid=row["uuid"],
        version=row["version"],
        display_name=row["display_name"],
        kind=ChannelKind(row["kind"]),
        active=row["active"],
        form_token=row["form_token"] or "",
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def campaign_from_row(row: RowMapping) -> Campaign:
    """The campaign in a row."""
    return Campaign(
        uuid=row["uuid"],
        version=row["version"],
        plan=CampaignPlan(
            display_name=row["display_name"],
            channel=row["channel"],
            plan=row["plan"],
            audience=row["audience"],
            start_date=row["start_date"],
            end_date=row["end_date"],
            budget=_money(row["budget_minor"], row["budget_currency"]),
            cost=_money(row["cost_minor"], row["cost_currency"]),
            utm=row["utm"],
            active=row["active"],
        ),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


async def get_channel(read: Read, uuid: UUID) -> Channel:
    """The channel; raises ChannelNotFound."""
    row = (await read.connection.execute(select(CHANNELS).where(CHANNELS.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise ChannelNotFound(channel=f"channels/{uuid}")
    return channel_from_row(row)


async def get_campaign(read: Read, uuid: UUID) -> Campaign:
    """The campaign; raises CampaignNotFound."""
    row = (await read.connection.execute(select(CAMPAIGNS).where(CAMPAIGNS.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise CampaignNotFound(campaign=f"campaigns/{uuid}")
    return campaign_from_row(row)


async def every_channel(read: Read) -> Sequence[Channel]:
    """All channels; a company has some dozens."""
    rows = (await read.connection.execute(select(CHANNELS))).mappings()
    return [channel_from_row(row) for row in rows]


async def every_campaign(read: Read, *, most: int) -> Sequence[Campaign]:
    """The newest campaigns, at most `most`: older ones are read one by one where a lead names them."""
    statement = select(CAMPAIGNS).order_by(CAMPAIGNS.c.uuid.desc()).limit(most)
    return [campaign_from_row(row) for row in (await read.connection.execute(statement)).mappings()]


def _money(minor: int | None, currency: Any) -> Money | None:
    return None if minor is None else Money(minor=minor, currency=currency)


async def list_channels(read: Read, wanted: PageRequest) -> Page[Channel]:
    """A page of channels."""
    page = await read_page(read.connection, select(CHANNELS), _CHANNEL_LISTING, wanted)
    return page.of([channel_from_row(row) for row in page.items])


async def list_campaigns(read: Read, wanted: PageRequest) -> Page[Campaign]:
    """A page of campaigns."""
    page = await read_page(read.connection, select(CAMPAIGNS), _CAMPAIGN_LISTING, wanted)
    return page.of([campaign_from_row(row) for row in page.items])


_CHANNEL_LISTING = Listing(
    fields={
        "display_name": text(CHANNELS.c.display_name),
        "kind": choice(CHANNELS.c.kind, {f"CHANNEL_KIND_{kind.name}": kind.value for kind in ChannelKind}),
        "closed": truth(~CHANNELS.c.active),
    },
    orders={
        "display_name": Order(CHANNELS.c.display_name),
        "create_time": Order(CHANNELS.c.create_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=CHANNELS.c.uuid,
)
_CAMPAIGN_LISTING = Listing(
    fields={
        "display_name": text(CAMPAIGNS.c.display_name),
        "channel": reference(CAMPAIGNS.c.channel, "channels"),
        "closed": truth(~CAMPAIGNS.c.active),
    },
    orders={
        "display_name": Order(CAMPAIGNS.c.display_name),
        "create_time": Order(CAMPAIGNS.c.create_time, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=CAMPAIGNS.c.uuid,
)
