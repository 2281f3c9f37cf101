"""ContractPrivacyService on the wire."""

from millrace.contracts.v1 import contract_pb2, receipt_pb2
from millrace.contracts.v1 import contract_privacy_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import seen_version, uuid_of
from chassis.work import Store
from services.contracts.application.erasing import erase_contract_person, erase_receipt_person
from services.contracts.rpc.contract_messages import to_message as contract_message
from services.contracts.rpc.receipt_messages import to_message as receipt_message


class ContractPrivacyServicer:
    """Personal data in contracts (个人信息)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def EraseContractPerson(
        self, request: contract.EraseContractPersonRequest, call: Call
    ) -> contract_pb2.Contract:
        """Erase the people of one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: contract_pb2.Contract = await self._store.write(
            call,
            request,
            lambda work: erase_contract_person(
                work, uuid=uuid, seen=seen, reason=request.reason.strip(), buyer=request.buyer
            ),
            answer=contract_message,
        )
        return answer

    async def EraseReceiptPerson(self, request: contract.EraseReceiptPersonRequest, call: Call) -> receipt_pb2.Receipt:
        """Erase the payer of a receipt."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: receipt_pb2.Receipt = await self._store.write(
            call,
            request,
            lambda work: erase_receipt_person(work, uuid=uuid, seen=seen, reason=request.reason.strip()),
            answer=receipt_message,
        )
        return answer
