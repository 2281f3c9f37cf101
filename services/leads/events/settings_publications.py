"""What leads publish of their settings: channels, campaigns and rule sets."""

from millrace.leads.v1 import campaign_events_pb2 as campaign_events
from millrace.leads.v1 import channel_events_pb2 as channel_events
from millrace.leads.v1 import channel_pb2
from millrace.leads.v1 import lead_rule_set_events_pb2 as rule_set_events

from chassis.publication import Publication, Publications
from chassis.rule_sets.rule_set import RuleSet, RuleSetUpdated
from chassis.rule_sets.servicer import body_message
from chassis.wire import date_message, money_message, named
from services.leads.domain import channels as domain
from services.leads.domain.channels import Campaign, Channel


def _channel(channel: Channel) -> channel_events.ChannelSnapshot:
    return channel_events.ChannelSnapshot(
        name=named("channels", channel.uuid),
        display_name=channel.display_name,
        kind=channel_pb2.ChannelKind.Value(f"CHANNEL_KIND_{channel.kind.name}"),
        closed=not channel.active,
    )


def _campaign(campaign: Campaign) -> campaign_events.CampaignSnapshot:
    plan = campaign.plan
    return campaign_events.CampaignSnapshot(
        name=named("campaigns", campaign.uuid),
        display_name=plan.display_name,
        channel=named("channels", plan.channel),
        start_date=date_message(plan.start_date),
        end_date=date_message(plan.end_date),
        budget=money_message(plan.budget),
        cost=money_message(plan.cost),
        closed=not plan.active,
    )


def _rule_set(rules: RuleSet) -> rule_set_events.LeadRuleSetSnapshot:
    return rule_set_events.LeadRuleSetSnapshot(
        name=f"leadRuleSets/{rules.kind}", body=body_message(rules.body), author=rules.author
    )


SETTINGS: Publications = {
    domain.ChannelCreated: Publication(
        "channel.created", lambda _, after: channel_events.ChannelCreated(channel=_channel(after))
    ),
    domain.ChannelUpdated: Publication(
        "channel.updated", lambda _, after: channel_events.ChannelUpdated(channel=_channel(after))
    ),
    domain.CampaignCreated: Publication(
        "campaign.created", lambda _, after: campaign_events.CampaignCreated(campaign=_campaign(after))
    ),
    domain.CampaignUpdated: Publication(
        "campaign.updated", lambda _, after: campaign_events.CampaignUpdated(campaign=_campaign(after))
    ),
    RuleSetUpdated: Publication(
        "lead_rule_set.updated", lambda _, after: rule_set_events.LeadRuleSetUpdated(lead_rule_set=_rule_set(after))
    ),
}
