"""The contracts service, from top to bottom: `python -m services.contracts serve|work|both|migrate|redrive`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.contracts.v1 import contract_service_pb2, contract_template_service_pb2

from chassis.callers import Callers, page_key
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from services.contracts.events.contract_publications import CONTRACT_TEMPLATES, CONTRACTS
from services.contracts.rpc.contract_servicer import ContractServicer
from services.contracts.rpc.contract_template_servicer import ContractTemplateServicer
from services.contracts.storage.metadata import METADATA, ORGANIZATION, REVOKED_SESSIONS

HERE = Path(__file__).parent
CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, pages = parts.store, page_key(parts)
    return {
        _service(contract_service_pb2, "ContractService"): ContractServicer(store, page_key=pages),
        _service(contract_template_service_pb2, "ContractTemplateService"): ContractTemplateServicer(
            store, page_key=pages
        ),
    }


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found


DEFINITION = ServiceDefinition(
    name="contracts",
    tables=METADATA,
    migrations=HERE / "storage" / "migrations",
    messages=HERE / "messages",
    publications={**CONTRACTS, **CONTRACT_TEMPLATES},
    servicers=servicers,
    identify=CALLERS.identify,
    credentials=CALLERS.credentials,
    subscriptions=CALLERS.subscriptions,
    warm=CALLERS.warm,
)


def main() -> None:
    """Run one command."""
    run(DEFINITION)


if __name__ == "__main__":
    main()
