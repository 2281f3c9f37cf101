"""Keeping campaigns (市场活动)."""

from collections.abc import Callable
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.leads.domain.channels import Campaign, CampaignPlan, ChannelNotFound, ChannelUnknown, plan_campaign
from services.leads.storage import channels
from services.leads.storage.channels import CAMPAIGN_RECORD


async def create_campaign(work: UnitOfWork, *, plan: CampaignPlan) -> Campaign:
    """A campaign is planned; the channel it names exists. Raises ChannelUnknown."""
    await _check_channel(work, plan)
    return work.save(CAMPAIGN_RECORD, plan_campaign(uuid=work.new_id(), plan=plan, now=work.now))


async def get_campaign(read: Read, *, uuid: UUID) -> Campaign:
    """A campaign shows itself to everybody who works with leads. Raises CampaignNotFound."""
    return await channels.get_campaign(read, uuid)


async def list_campaigns(read: Read, *, wanted: PageRequest) -> Page[Campaign]:
    """Campaigns are listed by name."""
    return await channels.list_campaigns(read, wanted)


async def update_campaign(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[CampaignPlan], CampaignPlan]
) -> Campaign:
    """A campaign's plan, budget or cost changes. Raises CampaignNotFound, ChannelUnknown and StaleVersion."""
    campaign = await channels.get_campaign(work, uuid)
    if campaign.version != seen:
        raise StaleVersion(resource=f"campaigns/{uuid}")
    plan = edit(campaign.plan)
    if plan.channel != campaign.plan.channel:
        await _check_channel(work, plan)
    change = campaign.changed(plan=plan, now=work.now)
    return work.save(CAMPAIGN_RECORD, change) if change.events else campaign


async def _check_channel(work: UnitOfWork, plan: CampaignPlan) -> None:
    if plan.channel is None:
        return
    try:
        await channels.get_channel(work, plan.channel)
    except ChannelNotFound as absent:
        raise ChannelUnknown(channel=absent.channel) from absent
