"""LeadHistoryService on the wire."""

from collections.abc import Iterable

from millrace.pipeline.v1 import lead_history_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import uuid_of
from chassis.work import Store
from services.pipeline.application.lead_history import list_account_history, list_opportunity_history
from services.pipeline.domain.lead_history import LeadHistoryEntry
from services.pipeline.rpc.lead_history_messages import entry_message


class LeadHistoryServicer:
    """What was before (线索历史)."""

    def __init__(self, store: Store) -> None:
        """Reads only."""
        self._store = store

    async def ListAccountLeadHistory(
        self, request: contract.ListAccountLeadHistoryRequest, call: Call
    ) -> contract.ListLeadHistoryResponse:
        """Of an account."""
        account = uuid_of(request.parent, field="parent")
        return _answer(await self._store.read(call, lambda read: list_account_history(read, account=account)), call)

    async def ListOpportunityLeadHistory(
        self, request: contract.ListOpportunityLeadHistoryRequest, call: Call
    ) -> contract.ListLeadHistoryResponse:
        """Of an opportunity."""
        uuid = uuid_of(request.parent, field="parent")
        found = await self._store.read(call, lambda read: list_opportunity_history(read, opportunity=uuid))
        return _answer(found, call)


def _answer(found: Iterable[LeadHistoryEntry], call: Call) -> contract.ListLeadHistoryResponse:
    return contract.ListLeadHistoryResponse(entries=[entry_message(each, locale=call.locale) for each in found])
