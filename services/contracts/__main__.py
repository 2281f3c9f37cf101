"""The contracts service, from top to bottom: `python -m services.contracts serve|work|both|migrate|verify-audit`.

And `redrive`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.contracts.v1 import (
    account_statement_service_pb2,
    approval_service_pb2,
    contract_amendment_service_pb2,
    contract_privacy_service_pb2,
    contract_service_pb2,
    contract_template_service_pb2,
    finance_service_pb2,
    instalment_service_pb2,
    price_book_service_pb2,
    product_service_pb2,
    quote_document_service_pb2,
    quote_service_pb2,
    receipt_service_pb2,
    rule_set_service_pb2,
    signature_service_pb2,
)

from chassis.approvals.publications import approval_publications
from chassis.approvals.servicer import ApprovalServicer
from chassis.callers import page_key
from chassis.consumer import Subscription
from chassis.files import sweep_files
from chassis.jobs import JobKind, Sweep
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from chassis.reactions import reacting
from chassis.rule_sets.publications import rule_set_publications
from chassis.rule_sets.servicer import RuleSetServicer
from services.contracts.application.approval_kinds import approval_kinds
from services.contracts.application.negotiation import Negotiations
from services.contracts.application.rule_kinds import RULE_SETS
from services.contracts.events.amendment_publications import AMENDMENTS
from services.contracts.events.contract_publications import CONTRACT_TEMPLATES, CONTRACTS, SIGNATURES
from services.contracts.events.on_opportunity import reactions_to_opportunities
from services.contracts.events.on_person import reactions_to_people
from services.contracts.events.payment_publications import INSTALMENTS
from services.contracts.events.quote_publications import PRICE_BOOKS, PRODUCTS, QUOTES
from services.contracts.events.receipt_publications import RECEIPTS
from services.contracts.rpc.account_statement_servicer import AccountStatementServicer
from services.contracts.rpc.amendment_servicer import ContractAmendmentServicer
from services.contracts.rpc.contract_servicer import ContractServicer
from services.contracts.rpc.contract_template_servicer import ContractTemplateServicer
from services.contracts.rpc.contract_wiring import (
    CALLERS,
    beginning,
    contract_desk,
    contract_sweeps,
    paper_room,
    receipt_sweeps,
    sealing,
    vault,
)
from services.contracts.rpc.finance_servicer import FinanceServicer
from services.contracts.rpc.instalment_servicer import InstalmentServicer
from services.contracts.rpc.price_book_servicer import PriceBookServicer
from services.contracts.rpc.privacy_servicer import ContractPrivacyServicer
from services.contracts.rpc.product_servicer import ProductServicer
from services.contracts.rpc.quote_document_servicer import QuoteDocumentServicer
from services.contracts.rpc.quote_servicer import QuoteServicer
from services.contracts.rpc.quote_wiring import quote_desk, quote_sweeps
from services.contracts.rpc.receipt_servicer import ReceiptServicer
from services.contracts.rpc.signature_servicer import SignatureServicer
from services.contracts.storage.approvals import APPROVALS
from services.contracts.storage.metadata import FILES, METADATA

HERE = Path(__file__).parent


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, pages = parts.store, page_key(parts)
    return {
        _service(approval_service_pb2, "ApprovalService"): ApprovalServicer(
            store,
            APPROVALS,
            approval_kinds(quote_desk(parts), contract_desk(parts)),
            organization=CALLERS.organization(parts),
            texts=parts.texts,
            page_key=pages,
        ),
        _service(account_statement_service_pb2, "AccountStatementService"): AccountStatementServicer(
            store, contract_desk(parts), paper_room(parts)
        ),
        _service(contract_amendment_service_pb2, "ContractAmendmentService"): ContractAmendmentServicer(
            store, contract_desk(parts), paper_room(parts)
        ),
        _service(contract_privacy_service_pb2, "ContractPrivacyService"): ContractPrivacyServicer(store),
        _service(contract_service_pb2, "ContractService"): ContractServicer(
            store, contract_desk(parts), paper_room(parts), page_key=pages
        ),
        _service(contract_template_service_pb2, "ContractTemplateService"): ContractTemplateServicer(
            store, page_key=pages
        ),
        _service(instalment_service_pb2, "InstalmentService"): InstalmentServicer(
            store, zone=parts.settings.time_zone, page_key=pages
        ),
        _service(quote_document_service_pb2, "QuoteDocumentService"): QuoteDocumentServicer(
            store, contract_desk(parts), paper_room(parts)
        ),
        _service(receipt_service_pb2, "ReceiptService"): ReceiptServicer(
            store, texts=parts.texts, zone=parts.settings.time_zone, page_key=pages
        ),
        _service(finance_service_pb2, "FinanceService"): FinanceServicer(
            store, texts=parts.texts, zone=parts.settings.time_zone, clock=parts.clock
        ),
        **_quoting(parts),
        _service(rule_set_service_pb2, "RuleSetService"): RuleSetServicer(store, RULE_SETS),
        _service(signature_service_pb2, "SignatureService"): SignatureServicer(
            store, contract_desk(parts), paper_room(parts)
        ),
    }


def _quoting(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Who serves products, price books and quotes."""
    store, pages = parts.store, page_key(parts)
    return {
        _service(price_book_service_pb2, "PriceBookService"): PriceBookServicer(store, page_key=pages),
        _service(product_service_pb2, "ProductService"): ProductServicer(store, page_key=pages),
        _service(quote_service_pb2, "QuoteService"): QuoteServicer(
            store,
            quote_desk(parts),
            organization=CALLERS.organization(parts),
            texts=parts.texts,
            page_key=pages,
        ),
    }


def subscriptions(parts: Parts) -> Sequence[Subscription]:
    """What contracts listens to: who works here, which opportunities negotiate, and who is erased."""
    reactions = reactions_to_opportunities(Negotiations(contract_desk(parts)))
    opportunities = reacting(
        parts, consumer="contracts-opportunities", stream="pipeline", nouns=("opportunity",), reactions=reactions
    )
    people = reacting(
        parts,
        consumer="contracts-people",
        stream="pipeline",
        nouns=("account", "contact"),
        reactions=reactions_to_people(),
    )
    return (*CALLERS.subscriptions(parts), opportunities, people)


def jobs(parts: Parts) -> Sequence[JobKind]:
    """What contracts does after a commit."""
    return (beginning(parts), sealing(parts))


def sweeps(parts: Parts) -> Sequence[Sweep]:
    """What contracts does from time to time."""
    return (
        Sweep("sweep files", timedelta(hours=1), sweep_files(vault(parts), FILES)),
        *contract_sweeps(parts),
        *receipt_sweeps(parts),
        *quote_sweeps(parts),
    )


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found


DEFINITION = ServiceDefinition(
    name="contracts",
    tables=METADATA,
    migrations=HERE / "storage" / "migrations",
    messages=HERE / "messages",
    publications={
        **approval_publications("contracts", collection=APPROVALS.collection),
        **rule_set_publications("contracts", collection=RULE_SETS.collection),
        **CONTRACTS,
        **CONTRACT_TEMPLATES,
        **AMENDMENTS,
        **SIGNATURES,
        **INSTALMENTS,
        **RECEIPTS,
        **PRODUCTS,
        **PRICE_BOOKS,
        **QUOTES,
    },
    servicers=servicers,
    identify=CALLERS.identify,
    credentials=CALLERS.credentials,
    subscriptions=subscriptions,
    jobs=jobs,
    sweeps=sweeps,
    warm=CALLERS.warm,
)


def main() -> None:
    """Run one command."""
    run(DEFINITION)


if __name__ == "__main__":
    main()
