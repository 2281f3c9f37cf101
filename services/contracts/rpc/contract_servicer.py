"""ContractService on the wire."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.empty_pb2 import Empty
from millrace.contracts.v1 import contract_pb2
from millrace.contracts.v1 import contract_service_pb2 as contract

from chassis.files import get_file
from chassis.files.streaming import download
from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import changed_fields, date_of, reference, required_version, seen_version, uuid_of
from chassis.work import Read, Store, UnitOfWork
from services.contracts.application.contract_desk import ASKING_SECONDS, ContractDesk
from services.contracts.application.contract_drafting import (
    WRITING,
    ContractEdit,
    create_contract,
    prepare_buyer,
    update_contract,
)
from services.contracts.application.contract_ending import terminate_contract
from services.contracts.application.contract_life import activate_contract
from services.contracts.application.contract_papers import PDF, PaperRoom, kept_file, note_download, paper_to_hand_out
from services.contracts.application.contract_review import explain, open_review, recall
from services.contracts.application.contract_signing import record_paper_signing, reissue_link, send_contract
from services.contracts.application.contracts import get_contract, list_contracts, list_signatures
from services.contracts.application.signature_links import link_secrets, prepare_signer
from services.contracts.domain.contract import Contract
from services.contracts.domain.paper import Paper
from services.contracts.rpc.contract_messages import difference_message, to_message, wish_of
from services.contracts.rpc.scans import receive_scan
from services.contracts.rpc.signature_messages import sent_message, signature_message
from services.contracts.storage.metadata import FILES


class ContractServicer:
    """Contracts (合同)."""

    def __init__(self, store: Store, desk: ContractDesk, room: PaperRoom, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._room = room
        self._page_key = page_key

    async def CreateContract(self, request: contract.CreateContractRequest, call: Call) -> contract_pb2.Contract:
        """Draft one."""
        quote, wish = uuid_of(request.contract.quote, field="contract.quote"), wish_of(request.contract)
        if not wish.buyer:
            offer = await self._store.read(call, lambda read: self._desk.offers.get(read, quote, permission=WRITING))
            seconds = call.remaining(at_most=ASKING_SECONDS)
            buyer = await prepare_buyer(self._desk, offer=offer, token=call.token, seconds=seconds)
            wish = replace(wish, buyer=buyer)
        return await self._write(call, request, lambda work: create_contract(work, self._desk, quote=quote, wish=wish))

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
            total_size_capped=page.capped,
        )

    async def UpdateContract(self, request: contract.UpdateContractRequest, call: Call) -> contract_pb2.Contract:
        """Change the masked fields of a draft."""
        uuid = uuid_of(request.contract.name, field="contract.name")
        seen = required_version(request.contract.etag, field="contract.etag")
        paths = changed_fields(request.update_mask, contract_pb2.Contract)
        edit = ContractEdit(paths=paths, wish=wish_of(request.contract))
        return await self._write(
            call, request, lambda work: update_contract(work, self._desk, uuid=uuid, seen=seen, edit=edit)
        )

    async def OpenLegalReview(self, request: contract.OpenLegalReviewRequest, call: Call) -> contract_pb2.Contract:
        """Give one to legal."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: open_review(work, self._desk, uuid=uuid, seen=seen))

    async def RecallContract(self, request: contract.RecallContractRequest, call: Call) -> contract_pb2.Contract:
        """Make one a draft again."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: recall(work, self._desk, uuid=uuid, seen=seen))

    async def SendContract(self, request: contract.SendContractRequest, call: Call) -> contract.SendContractResponse:
        """Send one to be signed; the secrets of its link are put into the answer, and into no table."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        contact = reference(request.contact, field="contact")
        found, paper = await self._store.read(call, lambda read: self._on_paper(read, request.name, WRITING))
        await self._check_signer(call, contract=found, contact=contact)
        printed = await self._room.prepare(paper, contract=found, by=call.principal.subject)
        answer: contract.SendContractResponse = await self._store.write(
            call,
            request,
            lambda work: send_contract(work, self._desk, uuid=uuid, seen=seen, printed=printed, contact=contact),
            answer=lambda sent: sent_message(*sent),
        )
        secrets = link_secrets(self._desk.secret, uuid_of(answer.signature))
        answer.token, answer.code = secrets.token, secrets.code
        return answer

    async def ReissueSignatureLink(
        self, request: contract.ReissueSignatureLinkRequest, call: Call
    ) -> contract.SendContractResponse:
        """Open another link for what was sent."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: contract.SendContractResponse = await self._store.write(
            call,
            request,
            lambda work: reissue_link(work, self._desk, uuid=uuid, seen=seen),
            answer=lambda sent: sent_message(*sent),
        )
        secrets = link_secrets(self._desk.secret, uuid_of(answer.signature))
        answer.token, answer.code = secrets.token, secrets.code
        return answer

    async def RecordPaperSigning(
        self, requests: AsyncIterator[contract.RecordPaperSigningRequest], call: Call
    ) -> contract_pb2.Contract:
        """Record that one was signed on paper."""
        scan = await receive_scan(requests, self._room, call)
        uuid, first = uuid_of(scan.first.name), scan.first
        day = date_of(first.sign_date, field="sign_date") if first.HasField("sign_date") else None
        contact = reference(first.contact, field="contact")
        found = await self._store.read(call, lambda read: get_contract(read, uuid=uuid, permission=WRITING))
        await self._check_signer(call, contract=found, contact=contact)
        return await self._write(
            call,
            scan.asked,
            lambda work: record_paper_signing(
                work, self._desk, uuid=uuid, scan=scan.file, evidence=scan.evidence, signed_on=day, contact=contact
            ),
        )

    async def ActivateContract(self, request: contract.ActivateContractRequest, call: Call) -> contract_pb2.Contract:
        """Bring one into force."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(call, request, lambda work: activate_contract(work, self._desk, uuid=uuid, seen=seen))

    async def TerminateContract(self, request: contract.TerminateContractRequest, call: Call) -> contract_pb2.Contract:
        """End one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        return await self._write(
            call,
            request,
            lambda work: terminate_contract(work, self._desk, uuid=uuid, seen=seen, comment=request.comment.strip()),
        )

    async def ExplainContract(
        self, request: contract.ExplainContractRequest, call: Call
    ) -> contract.ExplainContractResponse:
        """Tell what differs from the template."""
        uuid = uuid_of(request.name)
        differences = await self._store.read(call, lambda read: explain(read, uuid=uuid))
        return contract.ExplainContractResponse(differences=[difference_message(each) for each in differences])

    async def DownloadContract(self, request: contract.DownloadContractRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Send one in PDF."""
        found = await self._store.read(call, lambda read: get_contract(read, uuid=uuid_of(request.name)))
        await self._store.write(
            call,
            request,
            lambda work: note_download(work, resource=found.resource, kind="contract"),
            answer=lambda _: Empty(),
        )
        uuid = await self._store.read(call, lambda read: kept_file(read, contract=found))
        if uuid is not None:
            file = await self._store.read(call, lambda read: get_file(read, FILES, uuid))
            async for piece in download(self._room.vault, file):
                yield piece
            return
        _, paper = await self._store.read(call, lambda read: self._on_paper(read, request.name))
        yield HttpBody(content_type=PDF, data=await self._room.press.print(paper))

    async def ListSignatures(
        self, request: contract.ListSignaturesRequest, call: Call
    ) -> contract.ListSignaturesResponse:
        """Read how one was signed."""
        uuid = uuid_of(request.parent, field="parent")
        found = await self._store.read(call, lambda read: list_signatures(read, contract=uuid))
        return contract.ListSignaturesResponse(signatures=[signature_message(each) for each in found])

    async def _write(
        self, call: Call, request: Any, use_case: Callable[[UnitOfWork], Awaitable[Contract]]
    ) -> contract_pb2.Contract:
        answer: contract_pb2.Contract = await self._store.write(call, request, use_case, answer=to_message)
        return answer

    async def _check_signer(self, call: Call, *, contract: Contract, contact: UUID | None) -> None:
        seconds = call.remaining(at_most=ASKING_SECONDS)
        await prepare_signer(self._desk, contract=contract, contact=contact, token=call.token, seconds=seconds)

    async def _on_paper(self, read: Read, name: str, permission: str = "contracts.read") -> tuple[Contract, Paper]:
        found = await get_contract(read, uuid=uuid_of(name), permission=permission)
        return found, await paper_to_hand_out(read, self._desk, contract=found)
