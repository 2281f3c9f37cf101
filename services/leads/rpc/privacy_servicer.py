"""LeadPrivacyService on the wire."""

from millrace.leads.v1 import lead_pb2
from millrace.leads.v1 import lead_privacy_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import required_version, uuid_of
from chassis.work import Store
from services.leads.application.erasing import erase_lead_person
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.lead_messages import to_message


class LeadPrivacyServicer:
    """Personal data in leads (个人信息)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts) -> None:
        self._store = store
        self._desk = desk
        self._texts = texts

    async def EraseLeadPerson(self, request: contract.EraseLeadPersonRequest, call: Call) -> lead_pb2.Lead:
        """Erase the person of one."""
        uuid = uuid_of(request.name)
        seen = required_version(request.etag, field="etag") if request.etag else None
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: erase_lead_person(work, uuid=uuid, seen=seen, reason=request.reason, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        return answer
