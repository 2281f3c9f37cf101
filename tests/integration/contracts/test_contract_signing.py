"""Signing: once, by a link and its code, or on paper; the signed contract is sealed and proves itself."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import grpc
from asn1crypto import pem, x509
from google.api.httpbody_pb2 import HttpBody
from google.type.date_pb2 import Date
from millrace.contracts.v1 import contract_events_pb2 as states
from millrace.contracts.v1 import signature_pb2
from millrace.contracts.v1.contract_pb2 import Contract
from millrace.contracts.v1.contract_service_pb2 import (
    ActivateContractRequest,
    ListSignaturesRequest,
    RecordPaperSigningRequest,
    ReissueSignatureLinkRequest,
)
from millrace.contracts.v1.contract_service_pb2_grpc import ContractServiceStub
from millrace.contracts.v1.instalment_service_pb2 import ListInstalmentsRequest
from millrace.contracts.v1.instalment_service_pb2_grpc import InstalmentServiceStub
from millrace.contracts.v1.rule_set_service_pb2_grpc import RuleSetServiceStub
from millrace.contracts.v1.signature_service_pb2 import DownloadSignatureDocumentRequest, ViewSignatureRequest
from millrace.contracts.v1.signature_service_pb2_grpc import SignatureServiceStub
from millrace.rules.v1.rule_set_requests_pb2 import GetRuleSetRequest, UpdateRuleSetRequest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select

from chassis.jobs import Jobs
from chassis.tables import requests
from services.contracts.rpc.contract_wiring import sealing
from tests.integration.contracts.conftest import SEAL, ContractsHouse, an_offer, put_away
from tests.integration.contracts.lives import INTENT, downloaded, read, ready, sent, sign, told
from tests.integration.contracts.paying import minor, plan_of
from tests.integration.contracts.test_contract_life import refusal


async def signatures(house: ContractsHouse, contract: Contract) -> list[signature_pb2.Signature]:
    answer = await ContractServiceStub(house.channel).ListSignatures(
        ListSignaturesRequest(parent=contract.name), **house.zhang_wei
    )
    return list(answer.signatures)


async def seal(house: ContractsHouse) -> None:
    """Carry out the jobs that wait."""
    await Jobs([sealing(house.parts)], engine=house.engine, clock=house.clock).drain()


async def test_the_customer_signs_with_the_link_and_the_code(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)
    seen = await SignatureServiceStub(house.channel).ViewSignature(ViewSignatureRequest(token=link.token))
    signed = await sign(house, link)
    (signature,) = await signatures(house, contract)
    assert (seen.number, seen.buyer, signed.number) == (contract.number, "杭州云帆科技有限公司", contract.number)
    assert (signature.signer_name, signature.intent, signature.address) == ("张伟", INTENT, "203.0.113.7")
    assert signature.document_sha256 == seen.document_sha256
    assert (await read(house, contract)).state == states.CONTRACT_STATE_SIGNED
    assert house.offers.accepted == [house.offers.held[next(iter(house.offers.held))].quote]


async def test_the_payment_plan_stands_with_the_signature(house: ContractsHouse) -> None:
    contract = await ready(house)
    await sign(house, await sent(house, contract))
    answer = await InstalmentServiceStub(house.channel).ListInstalments(
        ListInstalmentsRequest(filter=f'contract = "{contract.name}"', order_by="due_date"), **house.zhang_wei
    )
    assert [(each.amount.units, each.amount.nanos) for each in answer.instalments] == [
        (3703, 700_000_000),
        (4938, 270_000_000),
        (3703, 700_000_000),
    ]


async def test_the_plan_that_was_agreed_upon_is_owed_whatever_the_rules_say_by_then(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)
    stub = RuleSetServiceStub(house.channel)
    rules = await stub.GetRuleSet(GetRuleSetRequest(name="contractRuleSets/payment_plans"), **house.boss)
    once: Any = {
        "key": "other",
        "zh": "一次",
        "en": "Once",
        "part": [{"key": "all", "zh": "全款", "en": "All", "share": 1}],
    }
    rules.body.Clear()
    rules.body.update({"plan": [once]})
    await stub.UpdateRuleSet(UpdateRuleSetRequest(rule_set=rules), **house.boss)
    await sign(house, link)
    assert [minor(each.amount) for each in await plan_of(house, contract)] == [370_370, 493_827, 370_370]
    assert [part.key for part in contract.instalments] == ["advance", "delivery", "acceptance"]


async def test_the_document_behind_the_link_is_the_one_that_is_signed(house: ContractsHouse) -> None:
    contract = await ready(house)
    before = await downloaded(house, contract)
    link = await sent(house, contract)
    stub = SignatureServiceStub(house.channel)
    pieces = stub.DownloadSignatureDocument(DownloadSignatureDocumentRequest(token=link.token))
    assert b"".join([piece.data async for piece in pieces]) == before


async def test_a_signed_contract_is_sealed_and_proves_itself_offline(house: ContractsHouse) -> None:
    contract = await ready(house)
    await sign(house, await sent(house, contract))
    await seal(house)
    pdf = await downloaded(house, contract)
    *_, authority = [x509.Certificate.load(der) for _, _, der in pem.unarmor(SEAL.certificates.encode(), multiple=True)]
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=[authority], allow_fetching=False)
    assert (await asyncio.to_thread(validate_pdf_signature, signature, context)).bottom_line
    await seal(house)
    assert await downloaded(house, contract) == pdf


async def test_what_is_sealed_is_what_the_customer_saw_whatever_became_of_the_row(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)
    seen = await downloaded(house, contract)
    await sign(house, link)
    stub = ContractServiceStub(house.channel)
    await stub.ActivateContract(ActivateContractRequest(name=contract.name), **house.zhang_wei)
    assert await downloaded(house, contract) == seen
    await seal(house)
    sealed = await downloaded(house, contract)
    assert sealed.startswith(seen)
    before, after = (PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"] for pdf in (seen, sealed))
    assert after == before + 1


async def test_signing_twice_in_parallel_has_one_effect(house: ContractsHouse) -> None:
    link = await sent(house, await ready(house))
    outcomes = await asyncio.gather(
        *(sign(house, link, request_id=f"sign-{number}") for number in range(8)), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, grpc.aio.AioRpcError)]
    assert len(outcomes) - len(refused) == 1
    assert (await told(house, "contract")).count("signed") == 1


async def test_the_same_request_signed_again_gets_the_same_answer(house: ContractsHouse) -> None:
    link = await sent(house, await ready(house))
    assert await sign(house, link) == await sign(house, link)
    assert (await told(house, "contract")).count("signed") == 1


async def test_a_link_that_has_expired_is_refused(house: ContractsHouse) -> None:
    link = await sent(house, await ready(house))
    house.clock.travel(days=14)
    assert "expired" in await refusal(sign(house, link))


async def test_a_link_is_locked_after_five_wrong_codes(house: ContractsHouse) -> None:
    link = await sent(house, await ready(house))
    wrong = f"{(int(link.code) + 1) % 1_000_000:06}"
    refusals = [await refusal(sign(house, link, code=wrong, request_id=f"try-{number}")) for number in range(5)]
    assert all("code is wrong" in each for each in refusals)
    assert "locked" in await refusal(sign(house, link))
    assert (await told(house, "signature")).count("failed") == 5


async def test_a_contract_whose_link_is_locked_gets_another_without_legal(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)
    for _ in range(5):
        await refusal(sign(house, link, code="000000" if link.code != "000000" else "000001"))
    request = ReissueSignatureLinkRequest(name=contract.name, request_id="again")
    stub = ContractServiceStub(house.channel)
    other = await stub.ReissueSignatureLink(request, **house.zhang_wei)
    assert (other.contract.state, other.token != link.token) == (states.CONTRACT_STATE_SENT, True)
    await sign(house, other, request_id="sign-again")
    assert (await read(house, contract)).state == states.CONTRACT_STATE_SIGNED


async def test_a_link_nobody_made_is_not_found(house: ContractsHouse) -> None:
    call = SignatureServiceStub(house.channel).ViewSignature(ViewSignatureRequest(token="A" * 43))
    assert (await refusal(call)).startswith("NOT_FOUND")


async def test_an_unapproved_quote_cannot_be_signed_either(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)
    (offer,) = house.offers.held.values()
    put_away(house.offers, an_offer(quote=offer.quote, opportunity=offer.opportunity, approved=False))
    assert "is not approved" in await refusal(sign(house, link))
    assert (await read(house, contract)).state == states.CONTRACT_STATE_SENT


async def test_sending_again_with_the_same_request_gives_the_same_link(house: ContractsHouse) -> None:
    contract = await ready(house)
    assert await sent(house, contract) == await sent(house, contract)


async def test_the_secrets_of_a_link_are_stored_nowhere(house: ContractsHouse) -> None:
    link = await sent(house, await ready(house))
    async with house.engine.connect() as connection:
        answers = b"".join(await connection.scalars(select(requests.c.answer)))
    assert link.token.encode() not in answers
    assert len(link.code) == 6


async def test_a_contract_signed_on_paper_is_recorded_with_its_scan(house: ContractsHouse) -> None:
    contract = await ready(house)
    link = await sent(house, contract)

    async def pieces() -> AsyncIterator[RecordPaperSigningRequest]:
        yield RecordPaperSigningRequest(
            name=contract.name,
            file_name="合同扫描件.pdf",
            archive_number="DA-2026-017",
            signer_name="张伟",
            request_id="paper-1",
            file=HttpBody(content_type="application/pdf", data=b"%PDF-1.7\n"),
        )
        yield RecordPaperSigningRequest(file=HttpBody(data=b"scanned"))

    stub = ContractServiceStub(house.channel)
    signed = await stub.RecordPaperSigning(pieces(), **house.zhang_wei)
    assert await stub.RecordPaperSigning(pieces(), **house.zhang_wei) == signed
    assert signed.state == states.CONTRACT_STATE_SIGNED
    assert await downloaded(house, contract) == b"%PDF-1.7\nscanned"
    paper = [each for each in await signatures(house, contract) if each.archive_number]
    assert [each.archive_number for each in paper] == ["DA-2026-017"]
    assert "revoked" in await refusal(sign(house, link))


async def test_a_contract_signed_on_paper_is_owed_from_the_day_of_its_signature(house: ContractsHouse) -> None:
    contract = await ready(house)
    house.clock.travel(days=5)

    async def pieces(day: int) -> AsyncIterator[RecordPaperSigningRequest]:
        yield RecordPaperSigningRequest(
            name=contract.name,
            file_name="scan.pdf",
            archive_number="DA-1",
            sign_date=Date(year=2026, month=3, day=day),
            request_id=f"paper-{day}",
            file=HttpBody(content_type="application/pdf", data=b"%PDF-1.7"),
        )

    stub = ContractServiceStub(house.channel)
    for wrong in (1, 8):
        assert "sign_date" in await refusal(stub.RecordPaperSigning(pieces(wrong), **house.zhang_wei))
    signed = await stub.RecordPaperSigning(pieces(3), **house.zhang_wei)
    assert signed.sign_time.ToDatetime().day == 3
    assert (await plan_of(house, contract))[0].due_date == Date(year=2026, month=3, day=10)
