"""CampaignService on the wire."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import campaign_pb2
from millrace.leads.v1 import campaign_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import (
    changed_fields,
    date_message,
    date_of,
    money_message,
    money_of,
    named,
    reference,
    required_version,
    uuid_of,
)
from chassis.work import Store
from services.leads.application.campaigns import create_campaign, get_campaign, list_campaigns, update_campaign
from services.leads.domain.channels import Campaign, CampaignPlan

# Field of the message → field of the plan and what reads it.
_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "display_name": ("display_name", lambda message: message.display_name.strip()),
    "channel": ("channel", lambda message: reference(message.channel, field="campaign.channel", collection="channels")),
    "plan": ("plan", lambda message: message.plan),
    "audience": ("audience", lambda message: message.audience),
    "start_date": ("start_date", lambda message: _date_of(message, "start_date")),
    "end_date": ("end_date", lambda message: _date_of(message, "end_date")),
    "budget": ("budget", lambda message: _money_of(message, "budget")),
    "cost": ("cost", lambda message: _money_of(message, "cost")),
    "utm": ("utm", lambda message: dict(message.utm)),
    "closed": ("active", lambda message: not message.closed),
}


class CampaignServicer:
    """Campaigns (市场活动)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateCampaign(self, request: contract.CreateCampaignRequest, call: Call) -> campaign_pb2.Campaign:
        """Plan one."""
        plan = CampaignPlan(**{name: read(request.campaign) for name, read in _FIELDS.values()})
        answer: campaign_pb2.Campaign = await self._store.write(
            call, request, lambda work: create_campaign(work, plan=plan), answer=to_message
        )
        return answer

    async def GetCampaign(self, request: contract.GetCampaignRequest, call: Call) -> campaign_pb2.Campaign:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_campaign(read, uuid=uuid)))

    async def ListCampaigns(self, request: contract.ListCampaignsRequest, call: Call) -> contract.ListCampaignsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_campaigns(read, wanted=wanted))
        return contract.ListCampaignsResponse(
            campaigns=[to_message(campaign) for campaign in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateCampaign(self, request: contract.UpdateCampaignRequest, call: Call) -> campaign_pb2.Campaign:
        """Change the masked fields of one."""
        uuid = uuid_of(request.campaign.name, field="campaign.name")
        seen = required_version(request.campaign.etag, field="campaign.etag")
        edit = _edit(request.campaign, request.update_mask)
        answer: campaign_pb2.Campaign = await self._store.write(
            call, request, lambda work: update_campaign(work, uuid=uuid, seen=seen, edit=edit), answer=to_message
        )
        return answer


def to_message(campaign: Campaign) -> campaign_pb2.Campaign:
    """The campaign on the wire."""
    plan = campaign.plan
    message = campaign_pb2.Campaign(
        name=named("campaigns", campaign.uuid),
        display_name=plan.display_name,
        channel=named("channels", plan.channel),
        plan=plan.plan,
        audience=plan.audience,
        start_date=date_message(plan.start_date),
        end_date=date_message(plan.end_date),
        budget=money_message(plan.budget),
        cost=money_message(plan.cost),
        utm=plan.utm,
        closed=not plan.active,
        etag=str(campaign.version),
    )
    message.create_time.FromDatetime(campaign.create_time)
    message.update_time.FromDatetime(campaign.update_time)
    return message


def _edit(message: campaign_pb2.Campaign, mask: FieldMask) -> Callable[[CampaignPlan], CampaignPlan]:
    changes = {
        name: read(message) for name, read in (_FIELDS[field] for field in changed_fields(mask, campaign_pb2.Campaign))
    }
    return lambda plan: replace(plan, **changes)


def _date_of(message: campaign_pb2.Campaign, field: str) -> date | None:
    if not message.HasField(field):  # type: ignore[arg-type]  # a field of the table above
        return None
    return date_of(getattr(message, field), field=f"campaign.{field}")


def _money_of(message: campaign_pb2.Campaign, field: str) -> Any:
    if not message.HasField(field):  # type: ignore[arg-type]  # a field of the table above
        return None
    return money_of(getattr(message, field), field=f"campaign.{field}")
