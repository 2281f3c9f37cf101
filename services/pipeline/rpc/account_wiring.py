"""How what is told of known customers joins the service's parts: whether there is one, whom he resembles, his needs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.pipeline.v1 import (
    account_look_alike_service_pb2,
    account_lookup_service_pb2,
    account_match_service_pb2,
    cross_selling_service_pb2,
)

from chassis.jobs import Sweep
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.rounds import Rounds
from chassis.rule_sets import Rulebook
from services.pipeline.application.account_resembling import COMPARE_ACCOUNTS, AccountResembling
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.rpc.account_look_alike_servicer import AccountLookAlikeServicer, CrossSellingServicer
from services.pipeline.rpc.account_lookup_servicer import AccountLookupServicer
from services.pipeline.rpc.account_match_servicer import AccountMatchServicer

_BESIDE_REQUESTS = 0.25


def account_finding_servicers(parts: Parts, desk: RegistrationDesk) -> Mapping[ServiceDescriptor, object]:
    """Who tells whether a customer is known: to a rep, and to leads about many."""
    store = parts.store
    return {
        _of(account_lookup_service_pb2, "AccountLookupService"): AccountLookupServicer(store, desk),
        _of(account_match_service_pb2, "AccountMatchService"): AccountMatchServicer(store, desk),
    }


def resembling_servicers(parts: Parts, rulebook: Rulebook, *, page_key: bytes) -> Mapping[ServiceDescriptor, object]:
    """Who tells which accounts resemble won customers, and what customers may need besides."""
    store, texts = parts.store, parts.texts
    return {
        _of(account_look_alike_service_pb2, "AccountLookAlikeService"): AccountLookAlikeServicer(
            store, texts, page_key=page_key
        ),
        _of(cross_selling_service_pb2, "CrossSellingService"): CrossSellingServicer(
            store, rulebook, texts, page_key=page_key
        ),
    }


def resembling(parts: Parts, rulebook: Rulebook, account: Principal) -> Sweep:
    """What goes over all accounts each day: a few at a time, in a quarter of the time."""
    step = AccountResembling(rulebook, zone=parts.settings.time_zone).go_on
    carried = Rounds(COMPARE_ACCOUNTS, step, store=parts.background_store, principal=account, spell=0)
    return Sweep(COMPARE_ACCOUNTS, timedelta(seconds=10), carried.sweep, batch=1, share=_BESIDE_REQUESTS)


def _of(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found
