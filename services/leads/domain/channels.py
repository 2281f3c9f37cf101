"""Channels (渠道) and campaigns (市场活动): where leads come from, and what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import Enum
from uuid import UUID

from kernel.errors import InvalidField, Kind, Refusal
from kernel.events import Change
from kernel.money import Money


class ChannelKind(Enum):
    """The ways leads come by (L-01)."""

    WEBSITE = "website"
    SOCIAL_MEDIA = "social_media"
    EXHIBITION = "exhibition"
    PHONE = "phone"
    REFERRAL = "referral"
    PARTNER = "partner"
    IMPORT = "import"


@dataclass(eq=False, kw_only=True)
class ChannelUnknown(Refusal):
    """There is no such channel, or it is closed."""

    kind = Kind.INVALID_INPUT
    reason = "CHANNEL_UNKNOWN"

    channel: str


@dataclass(eq=False, kw_only=True)
class CampaignUnknown(Refusal):
    """There is no such campaign, or it is closed."""

    kind = Kind.INVALID_INPUT
    reason = "CAMPAIGN_UNKNOWN"

    campaign: str


@dataclass(eq=False, kw_only=True)
class RegionUnknown(InvalidField):
    """There is no such region."""

    reason = "LEAD_REGION_UNKNOWN"

    field: str = "lead.region"
    region: str


@dataclass(eq=False, kw_only=True)
class ChannelNotFound(Refusal):
    """There is no such channel to read or change."""

    kind = Kind.NOT_FOUND
    reason = "CHANNEL_NOT_FOUND"

    channel: str


@dataclass(eq=False, kw_only=True)
class CampaignNotFound(Refusal):
    """There is no such campaign to read or change."""

    kind = Kind.NOT_FOUND
    reason = "CAMPAIGN_NOT_FOUND"

    campaign: str


@dataclass(eq=False, kw_only=True)
class CampaignDatesCrossed(Refusal):
    """A campaign ends before it starts."""

    kind = Kind.INVALID_INPUT
    reason = "CAMPAIGN_DATES_CROSSED"


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A channel was opened."""


@dataclass(frozen=True, slots=True)
class ChannelUpdated:
    """A channel changed."""


@dataclass(frozen=True, slots=True)
class CampaignCreated:
    """A campaign was planned."""


@dataclass(frozen=True, slots=True)
class CampaignUpdated:
    """A campaign changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way leads come by; one with a form token takes leads from a public web form."""

    uuid: UUID
    version: int = 0
    display_name: str
    kind: ChannelKind
    active: bool = True
    form_token: str = ""
    create_time: datetime
    update_time: datetime

    def changed(self, *, display_name: str, active: bool, form_token: str, now: datetime) -> Change["Channel"]:
        """Rename, close, or give the channel a form; nothing changed is no event."""
        following = replace(self, display_name=display_name, active=active, form_token=form_token)
        if following == self:
            return Change(self, ())
        return Change(replace(following, update_time=now), (ChannelUpdated(),))


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What a campaign is meant to be: for whom, when, for how much, and by which link it is recognized."""

    display_name: str
    channel: UUID | None = None
    plan: str = ""
    audience: str = ""
    start_date: date | None = None
    end_date: date | None = None
    budget: Money | None = None
    cost: Money | None = None
    utm: Mapping[str, str] = field(default_factory=dict)
    active: bool = True

    def __post_init__(self) -> None:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise CampaignDatesCrossed


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An effort to win leads, with its plan, budget and cost."""

    uuid: UUID
    version: int = 0
    plan: CampaignPlan
    create_time: datetime
    update_time: datetime

    def changed(self, *, plan: CampaignPlan, now: datetime) -> Change["Campaign"]:
        """Change the plan; nothing changed is no event."""
        if plan == self.plan:
            return Change(self, ())
        return Change(replace(self, plan=plan, update_time=now), (CampaignUpdated(),))


def open_channel(
    *, uuid: UUID, display_name: str, kind: ChannelKind, form_token: str, now: datetime
) -> Change[Channel]:
    """Open a channel."""
    channel = Channel(
        uuid=uuid, display_name=display_name, kind=kind, form_token=form_token, create_time=now, update_time=now
    )
    return Change(channel, (ChannelCreated(),))


def plan_campaign(*, uuid: UUID, plan: CampaignPlan, now: datetime) -> Change[Campaign]:
    """Plan a campaign."""
    return Change(Campaign(uuid=uuid, plan=plan, create_time=now, update_time=now), (CampaignCreated(),))


PLAN_FIELDS: frozenset[str] = frozenset(item.name for item in fields(CampaignPlan))
