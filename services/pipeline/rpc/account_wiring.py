"""How what is told of known customers joins the service's parts: who is asked whether there is one."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.pipeline.v1 import account_lookup_service_pb2, account_match_service_pb2

from chassis.parts import Parts
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.rpc.account_lookup_servicer import AccountLookupServicer
from services.pipeline.rpc.account_match_servicer import AccountMatchServicer


def account_finding_servicers(parts: Parts, desk: RegistrationDesk) -> Mapping[ServiceDescriptor, object]:
    """Who tells whether a customer is known: to a rep, and to leads about many."""
    store = parts.store
    return {
        _of(account_lookup_service_pb2, "AccountLookupService"): AccountLookupServicer(store, desk),
        _of(account_match_service_pb2, "AccountMatchService"): AccountMatchServicer(store, desk),
    }


def _of(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found
