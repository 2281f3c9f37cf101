"""Quotes in PDF: in both languages, for those who see them, and only once they are approved."""

from typing import Any

from millrace.contracts.v1.quote_document_service_pb2 import DownloadQuoteRequest
from millrace.contracts.v1.quote_document_service_pb2_grpc import QuoteDocumentServiceStub

from services.contracts.domain.offer import Offer
from tests.integration.contracts.conftest import CHENGDU, LI_NA, ContractsHouse, an_offer, put_away
from tests.integration.contracts.test_contract_life import refusal


async def download(house: ContractsHouse, offer: Offer, *, language: str = "", caller: Any = None) -> bytes:
    stub = QuoteDocumentServiceStub(house.channel)
    pieces = stub.DownloadQuote(
        DownloadQuoteRequest(name=offer.resource, language=language), **(caller or house.zhang_wei)
    )
    return b"".join([piece.data async for piece in pieces])


async def test_a_quote_is_printed_in_chinese_and_in_english(house: ContractsHouse) -> None:
    offer = put_away(house.offers, an_offer())
    chinese, english = await download(house, offer, language="zh"), await download(house, offer, language="en")
    assert chinese.startswith(b"%PDF-")
    assert english.startswith(b"%PDF-")
    assert chinese != english
    assert await download(house, offer) == english


async def test_a_quote_that_is_not_approved_is_not_handed_out(house: ContractsHouse) -> None:
    assert "is not approved" in await refusal(download(house, put_away(house.offers, an_offer(approved=False))))


async def test_a_quote_of_another_team_is_not_found(house: ContractsHouse) -> None:
    stranger = house.as_member(LI_NA, team=CHENGDU)
    assert (await refusal(download(house, put_away(house.offers, an_offer()), caller=stranger))).startswith("NOT_FOUND")


async def test_a_quote_in_pdf_is_for_those_who_see_money(house: ContractsHouse) -> None:
    blind = house.as_member(LI_NA, may=("contracts.read",))
    offer = put_away(house.offers, an_offer())
    assert (await refusal(download(house, offer, caller=blind))).startswith("PERMISSION_DENIED")
