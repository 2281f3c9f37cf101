"""LeadNurturingService on the wire."""

from millrace.leads.v1 import lead_nurturing_pb2
from millrace.leads.v1 import lead_nurturing_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import seen_version, uuid_of
from chassis.work import Store
from services.leads.application.nurturing.consenting import get_standing, record_consent, withdraw_consent
from services.leads.application.nurturing.looking import (
    end_nurturing,
    get_nurturing,
    list_mails,
    list_nurturings,
    resend_mail,
)
from services.leads.rpc.nurturing_messages import mail_message, nurturing_message, standing_message


class LeadNurturingServicer:
    """Leads in content programmes (培育)."""

    def __init__(self, store: Store, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._page_key = page_key

    async def GetLeadNurturing(
        self, request: contract.GetLeadNurturingRequest, call: Call
    ) -> lead_nurturing_pb2.LeadNurturing:
        """Read one."""
        uuid = uuid_of(request.name)
        found = await self._store.read(call, lambda read: get_nurturing(read, uuid=uuid))
        return nurturing_message(found, self._words(call))

    async def ListLeadNurturings(
        self, request: contract.ListLeadNurturingsRequest, call: Call
    ) -> contract.ListLeadNurturingsResponse:
        """Read a page."""
        wanted, words = page_request(request, call, key=self._page_key), self._words(call)
        page = await self._store.read(call, lambda read: list_nurturings(read, wanted=wanted))
        return contract.ListLeadNurturingsResponse(
            lead_nurturings=[nurturing_message(each, words) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def EndLeadNurturing(
        self, request: contract.EndLeadNurturingRequest, call: Call
    ) -> lead_nurturing_pb2.LeadNurturing:
        """End one by hand."""
        uuid, seen, words = uuid_of(request.name), seen_version(request.etag), self._words(call)
        answer: lead_nurturing_pb2.LeadNurturing = await self._store.write(
            call,
            request,
            lambda work: end_nurturing(work, uuid=uuid, seen=seen),
            answer=lambda ended: nurturing_message(ended, words),
        )
        return answer

    async def ListNurturingMails(
        self, request: contract.ListNurturingMailsRequest, call: Call
    ) -> contract.ListNurturingMailsResponse:
        """Read a page of mails."""
        wanted, words = page_request(request, call, key=self._page_key), self._words(call)
        page = await self._store.read(call, lambda read: list_mails(read, wanted=wanted))
        return contract.ListNurturingMailsResponse(
            nurturing_mails=[mail_message(each, words) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ResendNurturingMail(
        self, request: contract.ResendNurturingMailRequest, call: Call
    ) -> lead_nurturing_pb2.NurturingMail:
        """Send one again."""
        uuid, words = uuid_of(request.name), self._words(call)
        answer: lead_nurturing_pb2.NurturingMail = await self._store.write(
            call,
            request,
            lambda work: resend_mail(work, uuid=uuid),
            answer=lambda mail: mail_message(mail, words),
        )
        return answer

    async def GetLeadMailStanding(
        self, request: contract.GetLeadMailStandingRequest, call: Call
    ) -> contract.LeadMailStanding:
        """Read whether a lead may be mailed."""
        lead = uuid_of(request.name.rpartition("/")[0], field="name")
        told = await self._store.read(call, lambda read: get_standing(read, lead=lead))
        return standing_message(told, self._words(call))

    async def RecordLeadMailConsent(
        self, request: contract.RecordLeadMailConsentRequest, call: Call
    ) -> contract.LeadMailStanding:
        """Keep that somebody agreed."""
        lead, evidence, words = uuid_of(request.name), request.evidence.strip(), self._words(call)
        answer: contract.LeadMailStanding = await self._store.write(
            call,
            request,
            lambda work: record_consent(work, lead=lead, evidence=evidence),
            answer=lambda told: standing_message(told, words),
        )
        return answer

    async def WithdrawLeadMailConsent(
        self, request: contract.WithdrawLeadMailConsentRequest, call: Call
    ) -> contract.LeadMailStanding:
        """Keep that somebody wants no more."""
        lead, words = uuid_of(request.name), self._words(call)
        answer: contract.LeadMailStanding = await self._store.write(
            call,
            request,
            lambda work: withdraw_consent(work, lead=lead),
            answer=lambda told: standing_message(told, words),
        )
        return answer

    def _words(self, call: Call) -> Wording:
        return Wording(self._texts, call.locale)
