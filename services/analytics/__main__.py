"""The analytics service, from top to bottom: `python -m services.analytics serve|work|both|migrate|verify-audit`.

And `rebuild` and `redrive`.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.analytics.v1 import figure_service_pb2, target_service_pb2

from chassis.callers import Callers, page_key
from chassis.consumer import Subscription
from chassis.life_cycle import run
from chassis.parts import Parts, ServiceDefinition
from chassis.rebuilding import Rebuilding
from services.analytics.application.projecting import sum_up
from services.analytics.events.subscriptions import subscriptions as projections
from services.analytics.events.target_publications import TARGETS
from services.analytics.rpc.figure_servicer import FigureServicer
from services.analytics.rpc.target_servicer import TargetServicer
from services.analytics.storage.metadata import METADATA, ORGANIZATION, REVOKED_SESSIONS
from services.analytics.storage.tables import PROJECTIONS

HERE = Path(__file__).parent
CALLERS = Callers(ORGANIZATION, REVOKED_SESSIONS)


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, organization = parts.store, CALLERS.organization(parts)
    return {
        _service(figure_service_pb2, "FigureService"): FigureServicer(
            store, parts.texts, zone=parts.settings.time_zone
        ),
        _service(target_service_pb2, "TargetService"): TargetServicer(
            store, organization, zone=parts.settings.time_zone, page_key=page_key(parts)
        ),
    }


def subscriptions(parts: Parts) -> Sequence[Subscription]:
    """The figures follow the three services that sell; who works here follows directory."""
    return (*CALLERS.subscriptions(parts), *projections(parts.settings.time_zone))


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found


def rebuilding(parts: Parts) -> Rebuilding:
    """Every figure can be recomputed from the events (A-11)."""
    zone = parts.settings.time_zone
    return Rebuilding(
        subscriptions=projections(zone, summing=False), tables=PROJECTIONS, complete=partial(sum_up, zone=zone)
    )


DEFINITION = ServiceDefinition(
    name="analytics",
    tables=METADATA,
    migrations=HERE / "storage" / "migrations",
    messages=HERE / "messages",
    publications=TARGETS,
    servicers=servicers,
    identify=CALLERS.identify,
    credentials=CALLERS.credentials,
    subscriptions=subscriptions,
    warm=CALLERS.warm,
    rebuilding=rebuilding,
)


def main() -> None:
    """Run one command."""
    run(DEFINITION)


if __name__ == "__main__":
    main()
