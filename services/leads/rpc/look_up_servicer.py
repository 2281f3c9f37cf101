"""LeadLookUpService on the wire."""

from millrace.leads.v1 import lead_look_up_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.work import Store
from services.leads.application.intake import IntakeDesk
from services.leads.application.look_up import Answer, look_up_lead
from services.leads.domain.look_up import By
from trade.credit_code import credit_code
from trade.look_up import LookUpUnclear


class LeadLookUpServicer:
    """The private look-up (查重查询)."""

    def __init__(self, store: Store, desk: IntakeDesk) -> None:
        self._store = store
        self._desk = desk

    async def LookUpLead(self, request: contract.LookUpLeadRequest, call: Call) -> contract.LeadLookUp:
        """Tell whether a customer is a lead."""
        (by, value), desk = _asked(request), self._desk
        answer: contract.LeadLookUp = await self._store.write(
            call, request, lambda work: look_up_lead(work, by=by, value=value, desk=desk), answer=_to_message
        )
        return answer


def _asked(request: contract.LookUpLeadRequest) -> tuple[By, str]:
    told = [(by, value) for by in By if (value := getattr(request, by.value).strip())]
    if len(told) != 1:
        raise LookUpUnclear
    by, value = told[0]
    return by, credit_code(value) if by is By.CREDIT_CODE else value


def _to_message(answer: Answer) -> contract.LeadLookUp:
    seen = answer.sighting
    return contract.LeadLookUp(
        exists=seen.exists,
        is_customer=seen.is_customer,
        in_pool=seen.in_pool,
        team_display_name=answer.team,
        remaining_look_ups=answer.remaining,
    )
