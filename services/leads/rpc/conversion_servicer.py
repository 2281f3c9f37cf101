"""LeadConversionService of leads on the wire."""

import asyncio
from collections.abc import Mapping

from millrace.leads.v1 import lead_conversion_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.pipeline.v1 import registration_events_pb2

from chassis.rpc.call import Call
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import date_of, money_of, reference, seen_version, uuid_of
from chassis.work import Store
from services.leads.application.conversion import LatestFacts, convert_lead
from services.leads.application.intake import IntakeDesk
from services.leads.application.reading import get_lead
from services.leads.domain.conversion_record import Choices, FollowUp, Target
from services.leads.rpc.lead_messages import to_message

# A person sees at once what became of the lead; whoever comes back later reads it.
_LONGEST_WAIT = 3.0
_SPARED = 0.5
_STEP = 0.1
TARGETS: Mapping[int, Target] = {
    lead_pb2.LEAD_TARGET_UNSPECIFIED: Target.REGISTRATION,
    lead_pb2.LEAD_TARGET_REGISTRATION: Target.REGISTRATION,
    lead_pb2.LEAD_TARGET_OPPORTUNITY: Target.OPPORTUNITY,
}
FOLLOW_UPS: Mapping[int, FollowUp] = {
    registration_events_pb2.FollowUpState.Value(f"FOLLOW_UP_STATE_{state.name}"): state for state in FollowUp
}


class LeadConversionServicer:
    """Converting leads (线索转化)."""

    def __init__(self, store: Store, desk: IntakeDesk, texts: Texts) -> None:
        self._store = store
        self._desk = desk
        self._texts = texts

    async def ConvertLead(self, request: contract.ConvertLeadRequest, call: Call) -> lead_pb2.Lead:
        """Want one converted, and wait a little for what becomes of it."""
        uuid, seen, choices, latest = (
            uuid_of(request.name),
            seen_version(request.etag),
            _choices(request),
            _latest(request),
        )
        wording = Wording(self._texts, call.locale)
        answer: lead_pb2.Lead = await self._store.write(
            call,
            request,
            lambda work: convert_lead(work, uuid=uuid, seen=seen, choices=choices, latest=latest, desk=self._desk),
            answer=lambda lead: to_message(lead, wording),
        )
        time = asyncio.get_running_loop().time
        until = min(time() + _LONGEST_WAIT, (call.deadline or time() + _LONGEST_WAIT) - _SPARED)
        while answer.state == lead_pb2.LEAD_STATE_CONVERTING and time() < until:
            await asyncio.sleep(_STEP)
            lead = await self._store.read(call, lambda read: get_lead(read, uuid=uuid))
            answer = to_message(lead, wording)
        return answer


def _choices(request: contract.ConvertLeadRequest) -> Choices:
    closing = request.expected_close_date if request.HasField("expected_close_date") else None
    return Choices(
        target=TARGETS[request.target],
        account=reference(request.account, field="account", collection="accounts"),
        expected_close_date=date_of(closing, field="expected_close_date") if closing else None,
        follow_up=FOLLOW_UPS[request.follow_up_state],
    )


def _latest(request: contract.ConvertLeadRequest) -> LatestFacts:
    amount = money_of(request.amount, field="amount") if request.HasField("amount") else None
    return LatestFacts(amount=amount, need=request.need.strip())
