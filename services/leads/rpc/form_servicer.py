"""LeadFormService on the wire."""

from millrace.leads.v1 import lead_form_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.work import Convoy, Store
from services.leads.application.capture import Captured
from services.leads.application.form import FormSubmission, submit_form, submit_forms
from services.leads.application.intake import IntakeDesk
from services.leads.domain.facts import Address, LeadFacts


class LeadFormServicer:
    """Public web forms (网站表单)."""

    def __init__(self, store: Store, desk: IntakeDesk) -> None:
        self._intake: Convoy[FormSubmission, Captured | None] = Convoy(
            store,
            alone=lambda work, submission: submit_form(work, submission=submission, desk=desk),
            together=lambda units, submissions: submit_forms(units, submissions=submissions, desk=desk),
        )

    async def SubmitLeadForm(
        self, request: contract.SubmitLeadFormRequest, call: Call
    ) -> contract.SubmitLeadFormResponse:
        """Take one in."""
        submission = FormSubmission(
            token=request.token,
            told=LeadFacts(
                company_name=request.company_name.strip(),
                contact_name=request.contact_name.strip(),
                job_title=request.job_title.strip(),
                phone=request.phone.strip(),
                email=request.email.strip(),
                address=Address(province=request.province.strip()),
                industry=request.industry.strip(),
                need=request.need,
            ),
            demo_requested=request.demo_requested,
            consent=request.consent,
            trap=request.website,
            utm=dict(request.utm),
            marketing_consent=request.marketing_consent,
        )
        answer: contract.SubmitLeadFormResponse = await self._intake.write(
            call, request, submission, answer=lambda _captured: contract.SubmitLeadFormResponse()
        )
        return answer
