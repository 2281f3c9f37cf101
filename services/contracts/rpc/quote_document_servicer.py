"""QuoteDocumentService on the wire."""

from collections.abc import AsyncIterator

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.empty_pb2 import Empty
from google.protobuf.wrappers_pb2 import StringValue
from millrace.contracts.v1 import quote_document_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.wire import uuid_of
from chassis.work import Store
from services.contracts.application.contract_desk import ASKING_SECONDS, ContractDesk
from services.contracts.application.contract_drafting import prepare_buyer
from services.contracts.application.contract_papers import PDF, PaperRoom, note_download, offer_on_paper, offer_to_print


class QuoteDocumentServicer:
    """Quotes (报价单) in PDF."""

    def __init__(self, store: Store, desk: ContractDesk, room: PaperRoom) -> None:
        self._store = store
        self._desk = desk
        self._room = room

    async def DownloadQuote(self, request: contract.DownloadQuoteRequest, call: Call) -> AsyncIterator[HttpBody]:
        """Send one in PDF."""
        uuid, language = uuid_of(request.name), request.language or call.locale
        offer = await self._store.read(call, lambda read: offer_to_print(read, self._desk, uuid=uuid))
        await self._store.write(
            call,
            request,
            lambda work: note_download(work, resource=offer.resource, kind="quote"),
            answer=lambda _: Empty(),
        )
        seconds = call.remaining(at_most=ASKING_SECONDS)
        buyer = await prepare_buyer(self._desk, offer=offer, token=call.token, seconds=seconds)
        pdf = await self._room.press.print(offer_on_paper(self._desk, offer=offer, buyer=buyer, language=language))
        named = AnyMessage()
        named.Pack(StringValue(value=f"{offer.number}-V{offer.revision}.pdf"))
        yield HttpBody(content_type=PDF, data=pdf, extensions=[named])
