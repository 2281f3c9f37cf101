"""The rules in force, in memory: rule sets, channels and campaigns, renewed when they changed."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from chassis.expressions import Condition
from chassis.rule_sets import stored_rule_sets
from chassis.work import Read
from services.leads.application.rule_kinds import (
    ASSIGNMENT,
    DUPLICATES,
    GRADE,
    LOOK_UP,
    QUALIFICATION,
    RECYCLING,
    RESPONSE,
    RULE_SETS,
    compile_checklist,
    compile_conditions,
)
from services.leads.domain.assignment_rules import AssignmentRules
from services.leads.domain.channels import Campaign, CampaignUnknown, Channel, ChannelUnknown
from services.leads.domain.facts import LeadFacts
from services.leads.domain.grading import GradeRules
from services.leads.domain.qualification_rules import QualificationRules
from services.leads.domain.recycling_rules import RecyclingRules
from services.leads.domain.response_rules import ResponseRules
from services.leads.storage.channels import every_campaign, every_channel
from services.leads.storage.settings import settings_stamp
from services.leads.storage.stock import common_keys
from trade.duplicates import DuplicateRules
from trade.look_up import LookUpRules

_CAMPAIGNS = 5000
# A key that more leads than this share says too little about any one of them to be searched by.
_COMMON = 200
_STATISTICS_AGE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """Everything administrators decide about intake, at one moment."""

    versions: Mapping[str, int]
    grade: GradeRules
    conditions: Mapping[str, Condition]
    assignment: AssignmentRules
    duplicates: DuplicateRules
    response: ResponseRules
    look_up: LookUpRules
    qualification: QualificationRules
    checklist: Mapping[str, Condition]
    recycling: RecyclingRules
    channels: Mapping[UUID, Channel]
    campaigns: Mapping[UUID, Campaign]
    common_keys: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def know(self, named: Iterable[str]) -> bool:
        """Whether every name is one of a channel or a campaign, open or not; empty ones name nothing."""
        return self.names.issuperset(folded for name in named if (folded := _folded(name)))

    def channel_kind(self, facts: LeadFacts) -> str:
        """The kind of the channel the facts name, empty for none; raises ChannelUnknown, CampaignUnknown."""
        campaign = self.campaigns.get(facts.campaign) if facts.campaign else None
        if facts.campaign and (campaign is None or not campaign.plan.active):
            raise CampaignUnknown(campaign=f"campaigns/{facts.campaign}")
        if facts.channel is None:
            return ""
        channel = self.channels.get(facts.channel)
        if channel is None or not channel.active:
            raise ChannelUnknown(channel=f"channels/{facts.channel}")
        return channel.kind.value

    def kind_of(self, channel: UUID | None) -> str:
        """The kind of a channel whether it is open or not; empty for none."""
        known = self.channels.get(channel) if channel else None
        return known.kind.value if known else ""

    def channel_of_form(self, token: str) -> Channel:
        """The open channel whose form bears the token; raises ChannelUnknown."""
        for channel in self.channels.values():
            if channel.active and channel.form_token == token and token:
                return channel
        raise ChannelUnknown(channel=token)

    def campaign_of_link(self, utm: Mapping[str, str]) -> Campaign | None:
        """The newest open campaign all of whose link marks (UTM) the link bears; None when no campaign is meant."""
        meant = [
            campaign
            for campaign in self.campaigns.values()
            if campaign.plan.active and campaign.plan.utm and campaign.plan.utm.items() <= utm.items()
        ]
        return max(meant, key=lambda campaign: (len(campaign.plan.utm), campaign.uuid), default=None)


class Rulebook:
    """Answers the rules in force from memory; asks the tables once per `max_age` seconds whether they changed."""

    def __init__(self, *, max_age: float = 1.0) -> None:
        self._max_age = max_age
        self._rules: RulesInForce | None = None
        self._stamp = -1
        self._checked = 0.0
        self._counted = 0.0

    async def current(self, read: Read, *, naming: Iterable[str] = ()) -> RulesInForce:
        """The rules as they were at most a moment ago; the channels and campaigns somebody is `naming` may be younger.

        They may be named by resource name, by display name, or by the token of a form.
        """
        time = asyncio.get_running_loop().time()
        known = self._rules is not None and self._rules.know(naming)
        if not known or time - self._checked > self._max_age:
            # Set before looking: whoever comes meanwhile goes on with the rules at hand.
            self._checked = time
            await self._look(read, time)
        assert self._rules is not None  # noqa: S101 - tells the type checker what `_look` just did
        return self._rules

    async def _look(self, read: Read, time: float) -> None:
        stamp = await settings_stamp(read)
        if self._rules is not None and stamp == self._stamp and time - self._counted < _STATISTICS_AGE:
            return
        self._counted = time
        stored = await stored_rule_sets(read, RULE_SETS)
        grade = GRADE.read(stored[GRADE.key].body)
        qualification = QUALIFICATION.read(stored[QUALIFICATION.key].body)
        channels, campaigns = await every_channel(read), await every_campaign(read, most=_CAMPAIGNS)
        self._rules = RulesInForce(
            versions={kind: rules.version for kind, rules in stored.items()},
            grade=grade,
            conditions=compile_conditions(grade),
            assignment=ASSIGNMENT.read(stored[ASSIGNMENT.key].body),
            duplicates=DUPLICATES.read(stored[DUPLICATES.key].body),
            response=RESPONSE.read(stored[RESPONSE.key].body),
            look_up=LOOK_UP.read(stored[LOOK_UP.key].body),
            qualification=qualification,
            checklist=compile_checklist(qualification),
            recycling=RECYCLING.read(stored[RECYCLING.key].body),
            channels={channel.uuid: channel for channel in channels},
            campaigns={campaign.uuid: campaign for campaign in campaigns},
            common_keys=await common_keys(read, held_by=_COMMON),
            names=frozenset(map(_folded, _names(channels, campaigns))),
        )
        self._stamp = stamp


def origin_names(told: LeadFacts) -> Iterator[str]:
    """The resource names of the channel and the campaign that the facts name."""
    if told.channel:
        yield f"channels/{told.channel}"
    if told.campaign:
        yield f"campaigns/{told.campaign}"


def _names(channels: Iterable[Channel], campaigns: Iterable[Campaign]) -> Iterator[str]:
    for channel in channels:
        yield from (f"channels/{channel.uuid}", channel.display_name, channel.form_token)
    for campaign in campaigns:
        yield from (f"campaigns/{campaign.uuid}", campaign.plan.display_name)


def _folded(name: str) -> str:
    return name.strip().casefold()
