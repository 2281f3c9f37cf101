"""Papers of contracts (合同文本): printed before the transaction that keeps them, sealed after the signing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.files import File, Vault, keep, made_file
from chassis.jobs import JobContext, carry_out
from chassis.principal import Principal
from chassis.work import Read, Store, UnitOfWork
from kernel.errors import NotFound
from services.contracts.application.contract_desk import ContractDesk, labels_of
from services.contracts.application.contract_signing import Printed
from services.contracts.documents.printing import Press
from services.contracts.domain.contract import Contract, ContractState
from services.contracts.domain.contract_paper import contract_paper, quote_paper, record_paper
from services.contracts.domain.offer import Offer, OfferUnknown
from services.contracts.domain.paper import Paper
from services.contracts.domain.signature import Signature, SignatureNotFound
from services.contracts.storage import contracts, signatures
from services.contracts.storage.contracts import READING
from services.contracts.storage.metadata import FILES
from services.contracts.storage.signatures import Document, find_document, keep_document

PDF = "application/pdf"
SEALED, SIGNED = "sealed", "signed"


async def paper_of(read: Read, desk: ContractDesk, *, contract: Contract) -> Paper:
    """The contract as it is printed. Raises VariablesMissing."""
    offer = await desk.offers.by_itself(read, contract.quote)
    return contract_paper(contract, offer, company=desk.company, labels=desk.labels(contract))


async def paper_to_hand_out(read: Read, desk: ContractDesk, *, contract: Contract) -> Paper:
    """The same for whoever takes it away: prices nobody approved, or others than it is about, stand on no paper.

    Raises VariablesMissing, OfferNotApproved, OfferChanged.
    """
    (await desk.offers.by_itself(read, contract.quote)).require_unchanged(contract.quote_hash)
    return await paper_of(read, desk, contract=contract)


async def offer_to_print(read: Read, desk: ContractDesk, *, uuid: UUID) -> Offer:
    """A quote is printed for those who see it, and only once it is approved. Raises NotFound and OfferNotApproved."""
    try:
        offer = await desk.offers.get(read, uuid, permission=READING)
    except OfferUnknown as error:
        raise NotFound(resource=error.quote) from error
    offer.require_approved()
    return offer


def offer_on_paper(desk: ContractDesk, *, offer: Offer, buyer: str, language: str) -> Paper:
    """The quote as it is printed in a language."""
    labels = labels_of(language)
    return quote_paper(offer, buyer=buyer, company=desk.company, language=language, labels=labels, zone=desk.zone)


async def kept_file(read: Read, *, contract: Contract) -> UUID | None:
    """The paper that holds: sealed after a link, scanned after paper, else what was sent; None before it is sent."""
    for kind in (SEALED, SIGNED):
        document = await find_document(read, subject=contract.resource, kind=kind)
        if document is not None:
            return document.file
    return contract.document if contract.signed or contract.state is ContractState.SENT else None


async def note_download(work: UnitOfWork, *, resource: str, kind: str) -> None:
    """A paper that was taken away is told in the log of changes."""
    work.note(action="download", resource=resource, details={"kind": kind})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRoom:
    """Where papers are printed, sealed and put away."""

    press: Press
    vault: Vault

    async def put(self, pdf: bytes, *, contract: Contract, by: str) -> File:
        """Put a printed contract away; its row comes with the transaction."""
        uuid = await self.vault.put(pdf)
        name = f"{contract.number}.pdf"
        return made_file(pdf, uuid=uuid, media_type=PDF, display_name=name, by=by, now=contract.update_time)

    async def prepare(self, paper: Paper, *, contract: Contract, by: str) -> Printed:
        """Print what is to be sent, before the transaction that sends it. Raises PrintingFailed."""
        file = await self.put(await self.press.print(paper), contract=contract, by=by)
        return Printed(file=file, content_hash=contract.content_hash())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """The job that seals a signed contract; running it again seals nothing twice."""

    store: Store
    desk: ContractDesk
    room: PaperRoom
    principal: Principal

    async def run(self, _context: JobContext, payload: Mapping[str, Any]) -> None:
        """Seal the very bytes the customer saw, with the record of his signature behind them, and keep that."""
        uuids = {name: UUID(payload[name]) for name in ("contract", "signature")}
        found = await carry_out(
            self.store, self.principal, action="seal_contract/read", use_case=lambda work: self._unsealed(work, **uuids)
        )
        if found is None:
            return
        contract, signature, document, record = found
        signed = b"".join([piece async for piece in self.room.vault.pieces(document)])
        press = self.room.press
        pdf = await press.seal(signed, reason=contract.number, record=await press.print(record))
        file = await self.room.put(pdf, contract=contract, by=self.principal.subject)
        await carry_out(
            self.store,
            self.principal,
            action="seal_contract",
            use_case=lambda work: self._keep(work, contract=contract, signature=signature, file=file),
        )

    async def _unsealed(
        self, work: UnitOfWork, *, contract: UUID, signature: UUID
    ) -> tuple[Contract, Signature, UUID, Paper] | None:
        found = await contracts.contract_by_itself(work, contract)
        if await find_document(work, subject=found.resource, kind=SEALED) is not None:
            return None
        given = await signatures.get_signature(work, signature)
        if given.document is None:
            raise SignatureNotFound
        desk, labels = self.desk, self.desk.labels(found)
        record = record_paper(found, given, company=desk.company, labels=labels, zone=desk.zone)
        return found, given, given.document, record

    async def _keep(self, work: UnitOfWork, *, contract: Contract, signature: Signature, file: File) -> None:
        keep(work, FILES, file)
        document = Document(
            uuid=work.new_id(),
            subject=contract.resource,
            kind=SEALED,
            file=file.uuid,
            content_hash=signature.content_hash,
            sha256=file.sha256,
            create_time=work.now,
        )
        keep_document(work, document)
