"""ContractService on the wire."""

from millrace.contracts.v1 import contract_pb2
from millrace.contracts.v1 import contract_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import uuid_of
from chassis.work import Store
from services.contracts.application.contracts import get_contract, list_contracts
from services.contracts.rpc.contract_messages import to_message


class ContractServicer:
    """Contracts (合同)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def GetContract(self, request: contract.GetContractRequest, call: Call) -> contract_pb2.Contract:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_contract(read, uuid=uuid)))

    async def ListContracts(self, request: contract.ListContractsRequest, call: Call) -> contract.ListContractsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_contracts(read, wanted=wanted))
        return contract.ListContractsResponse(
            contracts=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
        )
