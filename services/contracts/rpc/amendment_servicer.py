"""ContractAmendmentService on the wire."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from millrace.contracts.v1 import contract_amendment_events_pb2, contract_amendment_pb2
from millrace.contracts.v1 import contract_amendment_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import date_message, date_of, instant, money_message, named, reference, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.contracts.application.amendments import (
    AmendmentWish,
    drop_amendment,
    get_amendment,
    list_amendments,
    propose,
    record_signing,
)
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_papers import PaperRoom
from services.contracts.domain.amendment import Amendment
from services.contracts.rpc.contract_messages import part_message
from services.contracts.rpc.scans import receive_scan


class ContractAmendmentServicer:
    """Amendments (补充协议)."""

    def __init__(self, store: Store, desk: ContractDesk, room: PaperRoom) -> None:
        self._store = store
        self._desk = desk
        self._room = room

    async def CreateContractAmendment(
        self, request: contract.CreateContractAmendmentRequest, call: Call
    ) -> contract_amendment_pb2.ContractAmendment:
        """Propose one."""
        parent, told = uuid_of(request.parent, field="parent"), request.contract_amendment
        end = date_of(told.end_date, field="contract_amendment.end_date") if told.HasField("end_date") else None
        wish = AmendmentWish(
            text=told.text.strip(),
            quote=reference(told.quote, field="contract_amendment.quote"),
            end=end,
            payment_plan=told.payment_plan,
        )
        return await self._write(call, request, lambda work: propose(work, self._desk, contract=parent, wish=wish))

    async def GetContractAmendment(
        self, request: contract.GetContractAmendmentRequest, call: Call
    ) -> contract_amendment_pb2.ContractAmendment:
        """Read one."""
        uuid = uuid_of(request.name)
        found, _ = await self._store.read(call, lambda read: get_amendment(read, uuid=uuid))
        return to_message(found)

    async def ListContractAmendments(
        self, request: contract.ListContractAmendmentsRequest, call: Call
    ) -> contract.ListContractAmendmentsResponse:
        """Read those of a contract."""
        uuid = uuid_of(request.parent, field="parent")
        found = await self._store.read(call, lambda read: list_amendments(read, contract=uuid))
        return contract.ListContractAmendmentsResponse(contract_amendments=[to_message(each) for each in found])

    async def DropContractAmendment(
        self, request: contract.DropContractAmendmentRequest, call: Call
    ) -> contract_amendment_pb2.ContractAmendment:
        """Let one go."""
        uuid, seen, comment = uuid_of(request.name), seen_version(request.etag), request.comment.strip()
        return await self._write(
            call, request, lambda work: drop_amendment(work, uuid=uuid, seen=seen, comment=comment)
        )

    async def RecordAmendmentSigning(
        self, requests: AsyncIterator[contract.RecordAmendmentSigningRequest], call: Call
    ) -> contract_amendment_pb2.ContractAmendment:
        """Record that one was signed on paper."""
        scan = await receive_scan(requests, self._room, call)
        uuid = uuid_of(scan.first.name)
        return await self._write(
            call,
            scan.asked,
            lambda work: record_signing(work, self._desk, uuid=uuid, scan=scan.file, evidence=scan.evidence),
        )

    async def _write(
        self, call: Call, request: Any, use_case: Callable[[UnitOfWork], Awaitable[Amendment]]
    ) -> contract_amendment_pb2.ContractAmendment:
        answer: contract_amendment_pb2.ContractAmendment = await self._store.write(
            call, request, use_case, answer=to_message
        )
        return answer


def to_message(amendment: Amendment) -> contract_amendment_pb2.ContractAmendment:
    """The amendment on the wire."""
    return contract_amendment_pb2.ContractAmendment(
        name=amendment.resource,
        contract=named("contracts", amendment.contract),
        state=contract_amendment_events_pb2.ContractAmendmentState.Value(
            f"CONTRACT_AMENDMENT_STATE_{amendment.state.name}"
        ),
        text=amendment.text,
        quote=named("quotes", amendment.quote),
        amount=money_message(amendment.amount),
        end_date=date_message(amendment.end_date),
        payment_plan=amendment.payment_template,
        instalments=[part_message(part) for part in amendment.payment_parts],
        approval=named("contractApprovals", amendment.approval),
        comment=amendment.comment,
        sign_time=instant(amendment.sign_time),
        create_time=instant(amendment.create_time),
        update_time=instant(amendment.update_time),
        etag=str(amendment.version),
    )
