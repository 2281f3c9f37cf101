"""Signatures in their table, and the documents made of contracts and quotes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, select

from chassis.work import Read, Record, UnitOfWork
from services.contracts.domain.signature import (
    Evidence,
    Signature,
    SignatureMethod,
    SignatureNotFound,
    SignatureState,
)
from services.contracts.storage.contract_tables import DOCUMENTS, SIGNATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file made of a contract or quote: `content_hash` is what it says, `sha256` its bytes."""

    uuid: UUID
    subject: str
    kind: str
    file: UUID
    content_hash: bytes
    sha256: bytes
    create_time: datetime


def to_row(signature: Signature) -> Mapping[str, object]:
    """The columns of a signature."""
    evidence = signature.evidence
    return {
        "uuid": signature.uuid,
        "contract": signature.contract,
        "method": signature.method.value,
        "state": signature.state.value,
        "token_hash": signature.token_hash,
        "code_hash": signature.code_hash,
        "attempts": signature.attempts,
        "expire_time": signature.expire_time,
        "content_hash": signature.content_hash,
        "document": signature.document,
        "document_hash": signature.document_hash,
        "signer_name": evidence.signer_name,
        "intent": evidence.intent,
        "address": evidence.address,
        "archive_number": evidence.archive_number,
        "contact": signature.contact,
        "creator": signature.creator,
        "sign_time": signature.sign_time,
        "create_time": signature.create_time,
        "update_time": signature.update_time,
    }


SIGNATURE_RECORD: Record[Signature] = Record(kind="signature", collection="signatures", table=SIGNATURES, row=to_row)


def from_row(row: Mapping[str, Any] | RowMapping) -> Signature:
    """The signature in a row."""
    return Signature(
        uuid=row["uuid"],
        version=row["version"],
        contract=row["contract"],
        method=SignatureMethod(row["method"]),
        state=SignatureState(row["state"]),
        token_hash=row["token_hash"],
        code_hash=row["code_hash"],
        attempts=row["attempts"],
        expire_time=row["expire_time"],
        content_hash=row["content_hash"],
        document=row["document"],
        document_hash=row["document_hash"],
        evidence=Evidence(
            signer_name=row["signer_name"],
            intent=row["intent"],
            address=row["address"],
            archive_number=row["archive_number"],
        ),
        contact=row["contact"],
        creator=row["creator"],
        sign_time=row["sign_time"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


async def signature_of_token(read: Read, token_hash: bytes) -> Signature:
    """The signature behind a link; raises SignatureNotFound."""
    return await _one(read, select(SIGNATURES).where(SIGNATURES.c.token_hash == token_hash))


async def get_signature(read: Read, uuid: UUID) -> Signature:
    """A signature; raises SignatureNotFound. Whoever reads has made sure that the reader sees its contract."""
    return await _one(read, select(SIGNATURES).where(SIGNATURES.c.uuid == uuid))


async def signatures_of(read: Read, contract: UUID) -> Sequence[Signature]:
    """Every signature of a contract, the oldest first."""
    statement = select(SIGNATURES).where(SIGNATURES.c.contract == contract).order_by(SIGNATURES.c.create_time)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def find_document(read: Read, *, subject: str, kind: str) -> Document | None:
    """The newest document of a kind made of a subject."""
    statement = (
        select(DOCUMENTS)
        .where(DOCUMENTS.c.subject == subject, DOCUMENTS.c.kind == kind)
        .order_by(DOCUMENTS.c.create_time.desc())
        .limit(1)
    )
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    return Document(**row) if row else None


async def documents_of(read: Read, subject: str) -> Sequence[Document]:
    """Every document made of a subject."""
    statement = select(DOCUMENTS).where(DOCUMENTS.c.subject == subject).order_by(DOCUMENTS.c.create_time)
    return [Document(**row) for row in (await read.connection.execute(statement)).mappings()]


def keep_document(work: UnitOfWork, document: Document) -> None:
    """Gather a document."""
    work.insert(
        DOCUMENTS,
        {
            "uuid": document.uuid,
            "subject": document.subject,
            "kind": document.kind,
            "file": document.file,
            "content_hash": document.content_hash,
            "sha256": document.sha256,
            "create_time": document.create_time,
        },
    )


async def _one(read: Read, statement: Select[Any]) -> Signature:
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise SignatureNotFound
    return from_row(row)
