"""SignatureService on the wire: for whoever has a link, without an account."""

from collections.abc import AsyncIterator

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.empty_pb2 import Empty
from millrace.contracts.v1 import signature_service_pb2 as contract

from chassis.files import get_file
from chassis.files.streaming import download
from chassis.rpc.call import Call
from chassis.work import Store, UnitOfWork
from kernel.errors import Refusal
from services.contracts.application.contract_desk import ContractDesk
from services.contracts.application.contract_papers import PaperRoom
from services.contracts.application.contract_signing import check_code, sign_contract, view_signature
from services.contracts.domain.signature import Evidence, Signature, SignatureNotFound
from services.contracts.rpc.signature_messages import signed_message, view_message
from services.contracts.storage.metadata import FILES


class SignatureServicer:
    """Signature links (签署链接)."""

    def __init__(self, store: Store, desk: ContractDesk, room: PaperRoom) -> None:
        self._store = store
        self._desk = desk
        self._room = room

    async def ViewSignature(self, request: contract.ViewSignatureRequest, call: Call) -> contract.ViewSignatureResponse:
        """Show what is to be signed."""
        return view_message(*await self._store.read(call, lambda read: view_signature(read, token=request.token)))

    async def DownloadSignatureDocument(
        self, request: contract.DownloadSignatureDocumentRequest, call: Call
    ) -> AsyncIterator[HttpBody]:
        """Send the document that is to be signed."""
        signature, _ = await self._store.read(call, lambda read: view_signature(read, token=request.token))
        uuid = signature.document
        if uuid is None:
            raise SignatureNotFound
        file = await self._store.read(call, lambda read: get_file(read, FILES, uuid))
        async for piece in download(self._room.vault, file):
            yield piece

    async def SignContract(self, request: contract.SignContractRequest, call: Call) -> contract.SignContractResponse:
        """Sign; a wrong code is counted even though nothing else of the call stays."""
        await self._check_code(request, call)
        evidence = Evidence(
            signer_name=request.signer_name.strip(), intent=request.intent.strip(), address=call.client_address
        )
        answer: contract.SignContractResponse = await self._store.write(
            call,
            request,
            lambda work: sign_contract(work, self._desk, token=request.token, code=request.code, evidence=evidence),
            answer=signed_message,
        )
        return answer

    async def _check_code(self, request: contract.SignContractRequest, call: Call) -> None:
        outcome: list[Signature | Refusal] = []

        async def use_case(work: UnitOfWork) -> None:
            outcome[:] = [await check_code(work, self._desk, token=request.token, code=request.code)]

        await self._store.write(call, Empty(), use_case, answer=lambda _: Empty())
        if isinstance(outcome[0], Refusal):
            raise outcome[0]
