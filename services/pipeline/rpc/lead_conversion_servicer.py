"""LeadConversionService on the wire."""

from collections.abc import Mapping
from dataclasses import replace

from millrace.pipeline.v1 import lead_conversion_service_pb2 as contract

from chassis.masking import masked_email, masked_phone
from chassis.rpc.call import Call
from chassis.wire import date_of, instant_of, money_of, named, reference, uuid_of
from chassis.work import Store
from kernel.errors import NotAllowed
from services.pipeline.application.accounts import WRITING
from services.pipeline.application.lead_conversion import accept_lead
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.account import AccountFacts
from services.pipeline.domain.contact import ContactFacts
from services.pipeline.domain.lead_conversion import Accepted, Target, ToldLead
from services.pipeline.domain.registration_facts import (
    Closing,
    ContactMeans,
    Customer,
    RegistrationFacts,
    RegistrationOrigin,
)
from services.pipeline.rpc.account_collaborator_servicer import ACCOUNT_COLLABORATORS
from services.pipeline.rpc.lead_history_messages import history_of
from services.pipeline.rpc.registration_messages import FOLLOW_UPS
from trade.budget import Budget
from trade.credit_code import credit_code
from trade.industries import industry_code

_LEADS = "services/leads"
_LONGEST_ADDRESS = 300
_TARGETS: Mapping[int, Target] = {
    contract.CONVERSION_TARGET_UNSPECIFIED: Target.REGISTRATION,
    contract.CONVERSION_TARGET_REGISTRATION: Target.REGISTRATION,
    contract.CONVERSION_TARGET_OPPORTUNITY: Target.OPPORTUNITY,
}


class LeadConversionServicer:
    """What becomes of leads (线索转化)."""

    def __init__(self, store: Store, desk: RegistrationDesk) -> None:
        self._store = store
        self._desk = desk

    async def AcceptLead(self, request: contract.AcceptLeadRequest, call: Call) -> contract.AcceptLeadResponse:
        """Take one over."""
        if call.principal.subject != _LEADS:
            raise NotAllowed(permission=WRITING)
        told, desk = _told(request), self._desk
        collaborators = [ACCOUNT_COLLABORATORS.terms_of(each, path="collaborators") for each in request.collaborators]
        call = replace(call, principal=replace(call.principal, on_behalf_of=request.actor))
        answer: contract.AcceptLeadResponse = await self._store.write(
            call,
            request,
            lambda work: accept_lead(work, told=told, desk=desk, collaborators=collaborators),
            answer=_answer,
        )
        return answer


def _told(request: contract.AcceptLeadRequest) -> ToldLead:
    lead = uuid_of(request.lead, field="lead")
    return ToldLead(
        lead=lead,
        owner=uuid_of(request.owner, field="owner"),
        actor=request.actor,
        target=_TARGETS[request.target],
        account=reference(request.account, field="account", collection="accounts"),
        customer=_customer(request),
        person=_person(request),
        registration=_registration(request),
        origin=RegistrationOrigin(
            lead=lead,
            channel=reference(request.channel, field="channel", collection="channels"),
            campaign=reference(request.campaign, field="campaign", collection="campaigns"),
            first_contact_time=instant_of(request.first_contact_time, field="first_contact_time")
            if request.HasField("first_contact_time")
            else None,
        ),
        history=history_of(lead, request.history),
        linked=reference(request.linked_account, field="linked_account", collection="accounts"),
    )


def _customer(request: contract.AcceptLeadRequest) -> AccountFacts:
    """Without a company the person is the customer; without a name the masked number or mailbox is what there is."""
    who = request.company_name or _called(request)
    alone = not request.company_name
    return AccountFacts(
        display_name=who,
        credit_code=_credit_code(request),
        person=alone,
        phone=request.phone if alone else "",
        email=request.email if alone else "",
        address=request.address[:_LONGEST_ADDRESS],
        industry=industry_code(request.industry),
        employee_count=request.employee_count,
    )


def _credit_code(request: contract.AcceptLeadRequest) -> str:
    return credit_code(request.credit_code, field="credit_code") if request.credit_code else ""


def _called(request: contract.AcceptLeadRequest) -> str:
    """What people call him; without a name his number or mailbox, masked: names are shown to everybody."""
    by_means = masked_phone(request.phone) if request.phone else masked_email(request.email) if request.email else ""
    return request.contact_name or by_means


def _person(request: contract.AcceptLeadRequest) -> ContactFacts | None:
    name = _called(request)
    if not name:
        return None
    return ContactFacts(display_name=name, job_title=request.job_title, phone=request.phone, email=request.email)


def _registration(request: contract.AcceptLeadRequest) -> RegistrationFacts:
    closing = request.expected_close_date if request.HasField("expected_close_date") else None
    return RegistrationFacts(
        customer=Customer(
            company_name=request.company_name,
            contact_name=request.contact_name,
            credit_code=_credit_code(request),
            industry=industry_code(request.industry),
        ),
        contact=ContactMeans(phone=request.phone, email=request.email),
        need=request.need,
        budget=Budget(
            least=money_of(request.budget_min, field="budget_min") if request.HasField("budget_min") else None,
            most=money_of(request.budget_max, field="budget_max") if request.HasField("budget_max") else None,
        ),
        closing=Closing(day=date_of(closing, field="expected_close_date") if closing else None),
        follow_up=FOLLOW_UPS[request.follow_up_state],
    )


def _answer(accepted: Accepted) -> contract.AcceptLeadResponse:
    return contract.AcceptLeadResponse(
        account=named("accounts", accepted.account),
        contact=named("contacts", accepted.contact),
        registration=named("registrations", accepted.registration),
        opportunity=named("opportunities", accepted.opportunity),
    )
