"""How what explains leads, and tries rules out, joins the service's parts."""

from collections.abc import Mapping

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import (
    lead_access_service_pb2,
    lead_assignment_rehearsal_service_pb2,
    lead_explanation_service_pb2,
    lead_look_alike_service_pb2,
)

from chassis.organization import Organization
from chassis.parts import Parts
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.access_servicer import LeadAccessServicer
from services.leads.rpc.assignment_rehearsal_servicer import LeadAssignmentRehearsalServicer
from services.leads.rpc.explanation_servicer import LeadExplanationServicer
from services.leads.rpc.look_alike_servicer import LeadLookAlikeServicer


def explaining_servicers(
    parts: Parts, desk: IntakeDesk, organization: Organization, *, page_key: bytes
) -> Mapping[ServiceDescriptor, object]:
    """Who serves the services that tell why: a lead is what it is, somebody sees it, another would have got it."""
    access = lead_access_service_pb2.DESCRIPTOR.services_by_name["LeadAccessService"]
    explanation = lead_explanation_service_pb2.DESCRIPTOR.services_by_name["LeadExplanationService"]
    rehearsal = lead_assignment_rehearsal_service_pb2.DESCRIPTOR.services_by_name["LeadAssignmentRehearsalService"]
    alike = lead_look_alike_service_pb2.DESCRIPTOR.services_by_name["LeadLookAlikeService"]
    return {
        alike: LeadLookAlikeServicer(parts.store, parts.texts, page_key=page_key),
        rehearsal: LeadAssignmentRehearsalServicer(parts.store, desk, parts.texts),
        access: LeadAccessServicer(parts.store, organization, parts.texts),
        explanation: LeadExplanationServicer(parts.store, desk, parts.texts),
    }
