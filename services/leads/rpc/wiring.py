"""Who serves the services of leads: each servicer with the parts it needs."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import (
    campaign_service_pb2,
    channel_service_pb2,
    lead_assignment_service_pb2,
    lead_behaviour_service_pb2,
    lead_collaborator_service_pb2,
    lead_conversion_service_pb2,
    lead_duplicate_scan_service_pb2,
    lead_duplicate_service_pb2,
    lead_follow_up_service_pb2,
    lead_form_service_pb2,
    lead_import_service_pb2,
    lead_intent_service_pb2,
    lead_look_up_service_pb2,
    lead_merge_service_pb2,
    lead_privacy_service_pb2,
    lead_response_service_pb2,
    lead_rule_set_service_pb2,
    lead_service_pb2,
    lead_touch_service_pb2,
)

from chassis.callers import derived_key, page_key
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.settings import Environment
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.account_wiring import account_servicers
from services.leads.rpc.assignment_servicer import LeadAssignmentServicer
from services.leads.rpc.behaviour_servicer import LeadBehaviourServicer
from services.leads.rpc.campaign_servicer import CampaignServicer
from services.leads.rpc.channel_servicer import ChannelServicer
from services.leads.rpc.collaborator_servicer import LeadCollaboratorServicer
from services.leads.rpc.company_wiring import company_servicers
from services.leads.rpc.conversion_servicer import LeadConversionServicer
from services.leads.rpc.duplicate_servicer import LeadDuplicateServicer
from services.leads.rpc.explanation_wiring import explaining_servicers
from services.leads.rpc.follow_up_servicer import LeadFollowUpServicer
from services.leads.rpc.form_servicer import LeadFormServicer
from services.leads.rpc.import_undo_wiring import import_undo_servicers
from services.leads.rpc.intent_servicer import LeadIntentServicer
from services.leads.rpc.lead_import_wiring import lead_import_servicer
from services.leads.rpc.lead_servicer import LeadServicer
from services.leads.rpc.list_wiring import list_servicers
from services.leads.rpc.look_up_servicer import LeadLookUpServicer
from services.leads.rpc.merge_servicer import LeadMergeServicer, undo_days
from services.leads.rpc.nurturing_wiring import nurturing_servicers
from services.leads.rpc.pool_wiring import pool_servicers
from services.leads.rpc.privacy_servicer import LeadPrivacyServicer
from services.leads.rpc.response_servicer import LeadResponseServicer
from services.leads.rpc.rule_set_servicer import LeadRuleSetServicer
from services.leads.rpc.scan_servicer import LeadDuplicateScanServicer
from services.leads.rpc.touch_servicer import LeadTouchServicer


def every_servicer(parts: Parts, intake: IntakeDesk, organization: Organization) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, texts, pages = parts.store, parts.texts, page_key(parts)
    return {
        _service(lead_service_pb2, "LeadService"): LeadServicer(store, intake, texts, page_key=pages),
        _service(lead_assignment_service_pb2, "LeadAssignmentService"): LeadAssignmentServicer(
            store, intake, texts, page_key=pages
        ),
        **account_servicers(parts, intake, page_key=pages),
        **company_servicers(parts),
        **import_undo_servicers(parts, intake, page_key=pages),
        **explaining_servicers(parts, intake, organization, page_key=pages),
        _service(lead_collaborator_service_pb2, "LeadCollaboratorService"): LeadCollaboratorServicer(
            store, organization, zone=parts.settings.time_zone, page_key=pages
        ),
        _service(lead_duplicate_service_pb2, "LeadDuplicateService"): LeadDuplicateServicer(
            store, texts, page_key=pages
        ),
        _service(lead_merge_service_pb2, "LeadMergeService"): LeadMergeServicer(
            store, intake, texts, days=undo_days(Environment(parts.settings.other)), page_key=pages
        ),
        _service(lead_duplicate_scan_service_pb2, "LeadDuplicateScanService"): LeadDuplicateScanServicer(
            store, page_key=pages
        ),
        _service(lead_touch_service_pb2, "LeadTouchService"): LeadTouchServicer(store, texts, page_key=pages),
        _service(lead_behaviour_service_pb2, "LeadBehaviourService"): LeadBehaviourServicer(
            store,
            intake,
            page_key=pages,
            webhook_key=derived_key(parts, "webhooks"),
            visitor_key=derived_key(parts, "visitors"),
        ),
        _service(lead_intent_service_pb2, "LeadIntentService"): LeadIntentServicer(store, texts),
        _service(lead_conversion_service_pb2, "LeadConversionService"): LeadConversionServicer(store, intake, texts),
        _service(lead_look_up_service_pb2, "LeadLookUpService"): LeadLookUpServicer(store, intake),
        _service(lead_form_service_pb2, "LeadFormService"): LeadFormServicer(store, intake),
        _service(lead_privacy_service_pb2, "LeadPrivacyService"): LeadPrivacyServicer(store, intake, texts),
        _service(lead_follow_up_service_pb2, "LeadFollowUpService"): LeadFollowUpServicer(
            store, intake, page_key=pages
        ),
        _service(lead_response_service_pb2, "LeadResponseService"): LeadResponseServicer(store, intake, page_key=pages),
        _service(lead_import_service_pb2, "LeadImportService"): lead_import_servicer(parts, intake, page_key=pages),
        **pool_servicers(parts, intake, organization, page_key=pages),
        **list_servicers(store, intake, texts, page_key=pages),
        **nurturing_servicers(parts, intake, page_key=pages),
        **_settings_servicers(parts),
    }


def _settings_servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Who serves what administrators keep: rules, channels and campaigns."""
    store, pages = parts.store, page_key(parts)
    return {
        _service(lead_rule_set_service_pb2, "LeadRuleSetService"): LeadRuleSetServicer(store),
        _service(channel_service_pb2, "ChannelService"): ChannelServicer(store, page_key=pages),
        _service(campaign_service_pb2, "CampaignService"): CampaignServicer(store, page_key=pages),
    }


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found
