"""Papers in PDF: printed alike, read as text, sealed so that an altered byte shows."""

import asyncio
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from services.contracts.documents.printing import Press, PrintingFailed
from services.contracts.documents.sealing import seal
from services.contracts.documents.seals import Stationery, make_seal
from services.contracts.domain.paper import Lines, Paper, Section

COMPANY = "渠成软件有限公司"
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
PAPER = Paper(
    language="zh",
    title="标准销售合同",
    number="HT-2026-000123",
    author=COMPANY,
    time=NOW,
    facts=(("甲方", "杭州云帆科技有限公司"),),
    sections=(Section(heading="一、合同标的", paragraphs=("#panic[乙方] 向甲方提供 *产品*。",)),),
    table=Lines(
        heading="报价明细",
        header=("产品", "金额"),
        rows=(("渠成 CRM", "12,345.67"),),
        widths=(3, 1),
        numeric=(False, True),
    ),
    totals=(("大写", "人民币壹万贰仟叁佰肆拾伍元陆角柒分"),),
    signers=(("甲方(盖章)",), ("乙方(盖章)",)),
)


@pytest.fixture(scope="module")
def stationery() -> Stationery:
    return make_seal(COMPANY, now=datetime.now(UTC))


async def checked(pdf: bytes, stationery: Stationery) -> PdfSignatureStatus:
    """What a reader who trusts the company's authority is told, without any network."""
    *_, authority = [
        x509.Certificate.load(der) for _, _, der in pem.unarmor(stationery.certificates.encode(), multiple=True)
    ]
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    context = ValidationContext(trust_roots=[authority], allow_fetching=False)
    return await asyncio.to_thread(validate_pdf_signature, signature, context)


async def sealed_paper(stationery: Stationery) -> bytes:
    press = Press(stationery)
    return await press.seal(await press.print(PAPER), reason="合同 HT-2026-000123")


async def test_the_same_paper_is_printed_to_the_same_bytes(stationery: Stationery) -> None:
    press = Press(stationery)
    first, second = await asyncio.gather(press.print(PAPER), press.print(PAPER))
    assert first == second


async def test_a_paper_of_any_moment_is_printed(stationery: Stationery) -> None:
    moment = replace(PAPER, time=NOW.replace(microsecond=768_885))
    assert (await Press(stationery).print(moment)).startswith(b"%PDF-")


async def test_what_stands_on_a_paper_is_never_read_as_markup(stationery: Stationery) -> None:
    assert (await Press(stationery).print(PAPER)).startswith(b"%PDF-")


async def test_a_sealed_paper_is_valid_offline(stationery: Stationery) -> None:
    status = await checked(await sealed_paper(stationery), stationery)
    assert status.bottom_line
    assert status.signer_reported_dt is not None


async def test_an_altered_byte_makes_the_seal_invalid(stationery: Stationery) -> None:
    sealed = bytearray(await sealed_paper(stationery))
    sealed[len(sealed) // 3] ^= 1
    assert not (await checked(bytes(sealed), stationery)).bottom_line


async def test_a_seal_of_another_authority_is_not_trusted(stationery: Stationery) -> None:
    other = make_seal(COMPANY, now=datetime.now(UTC))
    assert not (await checked(await sealed_paper(stationery), other)).bottom_line


async def test_what_cannot_be_sealed_is_a_fault_and_not_a_paper(stationery: Stationery) -> None:
    with pytest.raises(PrintingFailed):
        await Press(stationery).seal(b"no pdf", reason="x")


def test_a_seal_is_of_the_pades_kind(stationery: Stationery) -> None:
    pdf = asyncio.run(Press(stationery).print(PAPER))
    sealed = seal(pdf, certificates=stationery.certificates.encode(), key=stationery.key.encode(), reason="x")
    assert b"ETSI.CAdES.detached" in sealed
