"""The contracts service, from top to bottom: `python -m services.contracts serve|work|both|migrate|redrive`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.contracts.v1 import (
    approval_service_pb2,
    contract_service_pb2,
    contract_template_service_pb2,
    rule_set_service_pb2,
)

from chassis.approvals.publications import approval_publications
from chassis.approvals.servicer import ApprovalServicer
from chassis.callers import Callers, page_key
from chassis.files import Vault, sweep_files
from chassis.jobs import Sweep
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from chassis.rule_sets.publications import rule_set_publications
from chassis.rule_sets.servicer import RuleSetServicer
from services.contracts.application.approval_kinds import APPROVAL_KINDS
from services.contracts.application.rule_kinds import RULE_SETS
from services.contracts.events.contract_publications import CONTRACT_TEMPLATES, CONTRACTS
from services.contracts.rpc.contract_servicer import ContractServicer
from services.contracts.rpc.contract_template_servicer import ContractTemplateServicer
from services.contracts.storage.approvals import APPROVALS
from services.contracts.storage.metadata import FILES, METADATA, ORGANIZATION, REVOKED_SESSIONS

HERE = Path(__file__).parent
CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, pages = parts.store, page_key(parts)
    return {
        _service(approval_service_pb2, "ApprovalService"): ApprovalServicer(
            store,
            APPROVALS,
            APPROVAL_KINDS,
            organization=CALLERS.organization(parts),
            texts=parts.texts,
            page_key=pages,
        ),
        _service(contract_service_pb2, "ContractService"): ContractServicer(store, page_key=pages),
        _service(contract_template_service_pb2, "ContractTemplateService"): ContractTemplateServicer(
            store, page_key=pages
        ),
        _service(rule_set_service_pb2, "RuleSetService"): RuleSetServicer(store, RULE_SETS),
    }


def vault(parts: Parts) -> Vault:
    """Where the bytes of files lie."""
    made: Vault = parts.once("vault", lambda: Vault.of(parts.settings))
    return made


def sweeps(parts: Parts) -> Sequence[Sweep]:
    """What contracts does from time to time."""
    return (Sweep("sweep files", timedelta(hours=1), sweep_files(vault(parts), FILES)),)


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
    },
    servicers=servicers,
    identify=CALLERS.identify,
    credentials=CALLERS.credentials,
    subscriptions=CALLERS.subscriptions,
    sweeps=sweeps,
    warm=CALLERS.warm,
)


def main() -> None:
    """Run one command."""
    run(DEFINITION)


if __name__ == "__main__":
    main()
