"""Links for signing (签署链接): opened with a contract, taken back with it, locked after wrong codes."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.work import UnitOfWork
from services.contracts.application.contract_desk import ASKING_SECONDS, ContractDesk
from services.contracts.domain.contract import Contract
from services.contracts.domain.signature import (
    Signature,
    SignatureMethod,
    SignatureState,
    SignerUnknown,
    digest_of,
    request_signature,
)
from services.contracts.storage import signatures
from services.contracts.storage.signatures import SIGNATURE_RECORD

_CODE_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSecrets:
    """What opens a link: its token, and the code that is handed over another way."""

    token: str
    code: str


def link_secrets(key: bytes, signature: UUID) -> LinkSecrets:
    """The secrets of a link, made from the installation's secret whenever they are needed: they are stored nowhere."""
    token = hmac.new(key, b"token:" + signature.bytes, hashlib.sha256).digest()
    code = hmac.new(key, b"code:" + signature.bytes, hashlib.sha256).digest()
    return LinkSecrets(
        token=urlsafe_b64encode(token).decode().rstrip("="),
        code=f"{int.from_bytes(code[:8], 'big') % 10**_CODE_DIGITS:0{_CODE_DIGITS}}",
    )


async def prepare_signer(
    desk: ContractDesk, *, contract: Contract, contact: UUID | None, token: str, seconds: float = ASKING_SECONDS
) -> None:
    """Who is to sign is one of the customer's own people; asked before the transaction on the account of `token`.

    Raises SignerUnknown, and Overloaded where pipeline does not answer within `seconds`.
    """
    if contact is None or await desk.buyers.has_contact(contract.account, contact, token=token, seconds=seconds):
        return
    raise SignerUnknown(contact=f"contacts/{contact}")


async def open_link(
    work: UnitOfWork,
    desk: ContractDesk,
    *,
    contract: Contract,
    document: UUID,
    document_hash: bytes,
    contact: UUID | None,
) -> Signature:
    """A link of its own is opened for the contract as it is approved; those before it hold no longer.

    `contact` is who is to sign, where somebody said it.
    """
    await revoke_links(work, contract=contract.uuid)
    rules = await desk.rules(work)
    uuid = work.new_id()
    secrets = link_secrets(desk.secret, uuid)
    signature = Signature(
        uuid=uuid,
        contract=contract.uuid,
        method=SignatureMethod.ELECTRONIC,
        token_hash=digest_of(secrets.token),
        code_hash=digest_of(secrets.code, uuid=uuid),
        expire_time=work.now + timedelta(days=rules.link_days),
        content_hash=contract.approved_hash,
        document=document,
        document_hash=document_hash,
        contact=contact,
        creator=work.principal.subject,
        create_time=work.now,
        update_time=work.now,
    )
    return work.save(SIGNATURE_RECORD, request_signature(signature))


async def revoke_links(work: UnitOfWork, *, contract: UUID) -> None:
    """The open links of a contract hold no longer."""
    for signature in await signatures.signatures_of(work, contract):
        if signature.state in {SignatureState.OPEN, SignatureState.LOCKED}:
            work.save(SIGNATURE_RECORD, signature.revoke(now=work.now))
