"""AccountLookupService on the wire."""

from millrace.pipeline.v1 import account_lookup_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import put_instant
from chassis.work import Store
from services.pipeline.application.account_look_up import Answer, look_up_account
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.account_look_up import By
from trade.credit_code import credit_code
from trade.look_up import LookUpUnclear


class AccountLookupServicer:
    """The private look-up (查重查询)."""

    def __init__(self, store: Store, desk: RegistrationDesk) -> None:
        self._store = store
        self._desk = desk

    async def LookUpAccount(self, request: contract.LookUpAccountRequest, call: Call) -> contract.AccountLookup:
        """Tell whether a customer is known."""
        (by, value), desk = _asked(request), self._desk
        answer: contract.AccountLookup = await self._store.write(
            call, request, lambda work: look_up_account(work, by=by, value=value, desk=desk), answer=_to_message
        )
        return answer


def _asked(request: contract.LookUpAccountRequest) -> tuple[By, str]:
    told = [(by, value) for by in By if (value := getattr(request, by.value).strip())]
    if len(told) != 1:
        raise LookUpUnclear
    by, value = told[0]
    return by, credit_code(value) if by is By.CREDIT_CODE else value


def _to_message(answer: Answer) -> contract.AccountLookup:
    seen = answer.sighting
    message = contract.AccountLookup(
        exists=seen.exists,
        in_pool=seen.in_pool,
        team_display_name=answer.team,
        remaining_look_ups=answer.remaining,
    )
    if seen.protection_end_time:
        put_instant(message.protection_end_time, seen.protection_end_time)
    return message
