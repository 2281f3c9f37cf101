"""The program that seals a PDF: `python -m services.contracts.documents.sealing`, JSON in, the sealed PDF out.

The seal is a PAdES signature of level B-B by the company's certificate (ETSI EN 319 142-1): whoever has the file and
trusts the certificate sees offline that not a byte was altered. It runs apart, so that the key is in no server's memory
longer than a seal takes.
"""

import base64
import io
import sys

import orjson
from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "CompanySeal"


def main() -> None:
    """Read what is to be sealed and by whom, and write the sealed PDF."""
    order = orjson.loads(sys.stdin.buffer.read())
    sealed = seal(
        base64.b64decode(order["pdf"]),
        certificates=order["certificates"].encode(),
        key=order["key"].encode(),
        reason=order["reason"],
        record=base64.b64decode(order["record"]),
    )
    sys.stdout.buffer.write(sealed)


def seal(pdf: bytes, *, certificates: bytes, key: bytes, reason: str, record: bytes = b"") -> bytes:
    """The PDF with the seal, and the pages of `record` behind its own; its own bytes stay the first of the result.

    The first certificate is the seal's, the others those above it. All in PEM.
    """
    chain = [x509.Certificate.load(der) for _, _, der in pem.unarmor(certificates, multiple=True)]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # untyped in pyhanko
    registry.register_multiple(chain[1:])
    _, _, key_der = pem.unarmor(key)
    signer = SimpleSigner(signing_cert=chain[0], signing_key=keys.PrivateKeyInfo.load(key_der), cert_registry=registry)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=chain[0].subject.native.get("organization_name"),
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if record:
        _append(writer, record)
    written = PdfSigner(metadata, signer=signer).sign_pdf(writer)
    return bytes(written.getbuffer())


def _append(writer: IncrementalPdfFileWriter, record: bytes) -> None:
    """Put the pages of another PDF behind those there are."""
    reader = PdfFileReader(io.BytesIO(record))
    for number in range(int(reader.root["/Pages"]["/Count"])):
        found = reader.find_page_for_modification(number)  # type: ignore[no-untyped-call]  # untyped in pyhanko
        page = found[0].get_object()
        parts = {name: page.raw_get(name) for name in page if name != pdf_name("/Parent")}
        alone = generic.DictionaryObject(parts)  # type: ignore[no-untyped-call]  # untyped in pyhanko
        alone.container_ref = page.container_ref
        writer.insert_page(writer.import_object(alone))  # type: ignore[no-untyped-call]  # untyped in pyhanko


if __name__ == "__main__":
    main()
