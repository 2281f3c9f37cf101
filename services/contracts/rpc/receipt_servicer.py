"""ReceiptService on the wire."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from millrace.contracts.v1 import receipt_pb2
from millrace.contracts.v1 import receipt_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import money_message, seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.contracts.application.receipt_allocation import allocate_receipt, unallocate_receipt
from services.contracts.application.receipt_booking import book_receipt
from services.contracts.application.receipt_claims import claim_receipt, confirm_claim, identify_receipt, reject_claim
from services.contracts.application.receipt_returns import refund_receipt, reverse_receipt
from services.contracts.application.receipts import (
    get_receipt,
    list_allocations,
    list_receipts,
    list_unclaimed_receipts,
    preview_allocation,
)
from services.contracts.domain.allocation import Proposal
from services.contracts.domain.receipt import Receipt
from services.contracts.rpc.instalment_servicer import to_message as instalment_message
from services.contracts.rpc.receipt_messages import (
    allocation_message,
    allocation_of,
    amount_of,
    arrival_of,
    to_message,
)


class ReceiptServicer:
    """Receipts (到款)."""

    def __init__(self, store: Store, *, texts: Texts, zone: ZoneInfo, page_key: bytes) -> None:
        """`texts` words reasons; `zone` is the house's, in which days begin; `page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._zone = zone
        self._page_key = page_key

    async def BookReceipt(self, request: contract.BookReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Book one."""
        arrival = arrival_of(request.receipt)
        return await self._write(call, request, lambda work: book_receipt(work, arrival=arrival, zone=self._zone))

    async def GetReceipt(self, request: contract.GetReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_receipt(read, uuid=uuid)))

    async def ListReceipts(self, request: contract.ListReceiptsRequest, call: Call) -> contract.ListReceiptsResponse:
        """Read a page."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_receipts(read, wanted=wanted))
        return contract.ListReceiptsResponse(
            receipts=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ListUnclaimedReceipts(
        self, request: contract.ListUnclaimedReceiptsRequest, call: Call
    ) -> contract.ListUnclaimedReceiptsResponse:
        """Read a page of what nobody knows whose it is."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_unclaimed_receipts(read, wanted=wanted))
        return contract.ListUnclaimedReceiptsResponse(
            receipts=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def ListReceiptAllocations(
        self, request: contract.ListReceiptAllocationsRequest, call: Call
    ) -> contract.ListReceiptAllocationsResponse:
        """Read what one pays."""
        uuid = uuid_of(request.parent, field="parent")
        found = await self._store.read(call, lambda read: list_allocations(read, uuid=uuid))
        return contract.ListReceiptAllocationsResponse(allocations=[allocation_message(each) for each in found])

    async def PreviewReceiptAllocation(
        self, request: contract.PreviewReceiptAllocationRequest, call: Call
    ) -> contract.PreviewReceiptAllocationResponse:
        """Propose what one could pay."""
        uuid = uuid_of(request.name)
        receipt, found = await self._store.read(call, lambda read: preview_allocation(read, uuid=uuid))
        left = receipt.left
        for each in found:
            left -= each.amount
        return contract.PreviewReceiptAllocationResponse(
            allocations=[self._proposal(each, call) for each in found], left=money_message(left)
        )

    async def AllocateReceipt(self, request: contract.AllocateReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Pay with one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        wanted = [allocation_of(each) for each in request.allocations]
        return await self._write(
            call, request, lambda work: allocate_receipt(work, uuid=uuid, seen=seen, allocations=wanted)
        )

    async def UnallocateReceipt(self, request: contract.UnallocateReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Take back what one pays."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        instalment = uuid_of(request.instalment, field="instalment")
        amount = amount_of(request.amount, given=request.HasField("amount"))
        return await self._write(
            call,
            request,
            lambda work: unallocate_receipt(work, uuid=uuid, seen=seen, instalment=instalment, amount=amount),
        )

    async def RefundReceipt(self, request: contract.RefundReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Pay back what is left of one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        amount = amount_of(request.amount, given=request.HasField("amount"))
        return await self._write(call, request, lambda work: refund_receipt(work, uuid=uuid, seen=seen, amount=amount))

    async def ReverseReceipt(self, request: contract.ReverseReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Take one back whole."""
        uuid, seen, comment = uuid_of(request.name), seen_version(request.etag), request.comment.strip()
        return await self._write(
            call, request, lambda work: reverse_receipt(work, uuid=uuid, seen=seen, comment=comment)
        )

    async def ClaimReceipt(self, request: contract.ClaimReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Say that one pays a contract."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        paid = uuid_of(request.contract, field="contract")
        return await self._write(call, request, lambda work: claim_receipt(work, uuid=uuid, seen=seen, contract=paid))

    async def ConfirmReceiptClaim(
        self, request: contract.ConfirmReceiptClaimRequest, call: Call
    ) -> receipt_pb2.Receipt:
        """Agree with what was said."""
        uuid, seen, allocate = uuid_of(request.name), seen_version(request.etag), request.allocate
        return await self._write(
            call, request, lambda work: confirm_claim(work, uuid=uuid, seen=seen, allocate=allocate)
        )

    async def RejectReceiptClaim(self, request: contract.RejectReceiptClaimRequest, call: Call) -> receipt_pb2.Receipt:
        """Do not agree."""
        uuid, seen, comment = uuid_of(request.name), seen_version(request.etag), request.comment.strip()
        return await self._write(call, request, lambda work: reject_claim(work, uuid=uuid, seen=seen, comment=comment))

    async def IdentifyReceipt(self, request: contract.IdentifyReceiptRequest, call: Call) -> receipt_pb2.Receipt:
        """Say whose one is."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        paid = uuid_of(request.contract, field="contract")
        return await self._write(
            call, request, lambda work: identify_receipt(work, uuid=uuid, seen=seen, contract=paid)
        )

    def _proposal(self, proposal: Proposal, call: Call) -> receipt_pb2.ProposedAllocation:
        today = call.now.astimezone(self._zone).date()
        return receipt_pb2.ProposedAllocation(
            instalment=instalment_message(proposal.instalment, today=today, locale=call.locale),
            amount=money_message(proposal.amount),
            reasons=Wording(self._texts, call.locale).reasons(proposal.reasons),
        )

    async def _write(
        self, call: Call, request: Message, use_case: Callable[[UnitOfWork], Awaitable[Receipt]]
    ) -> receipt_pb2.Receipt:
        answer: receipt_pb2.Receipt = await self._store.write(call, request, use_case, answer=to_message)
        return answer
