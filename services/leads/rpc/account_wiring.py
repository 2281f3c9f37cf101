"""How the accounts of pipeline join the service's parts: who is asked, who serves the review, and who compares."""

from collections.abc import Mapping
from datetime import timedelta

from google.protobuf.descriptor import ServiceDescriptor
from millrace.leads.v1 import lead_account_service_pb2

from chassis.jobs import Sweep
from chassis.parts import Parts
from chassis.principal import Principal
from services.leads.application.account_comparing import AT_ONCE, COMPARE_WITH_ACCOUNTS, AccountComparing
from services.leads.application.intake import IntakeDesk
from services.leads.application.scanning import BESIDE_REQUESTS
from services.leads.domain.account_candidates import AccountStock
from services.leads.rpc.account_servicer import LeadAccountServicer
from services.leads.rpc.account_stock import NoAccounts, PipelineAccounts


def account_stock(parts: Parts) -> AccountStock:
    """Who knows the accounts; nobody where pipeline has no address."""

    async def metadata() -> tuple[tuple[str, str], ...]:
        credentials = parts.definition.credentials
        return await credentials(parts)() if credentials else ()

    if "pipeline" not in parts.settings.addresses:
        return NoAccounts()
    return PipelineAccounts(lambda: parts.channel("pipeline"), metadata)


def account_servicers(parts: Parts, desk: IntakeDesk, *, page_key: bytes) -> Mapping[ServiceDescriptor, object]:
    """Who serves LeadAccountService."""
    service = lead_account_service_pb2.DESCRIPTOR.services_by_name["LeadAccountService"]
    servicer = LeadAccountServicer(parts.store, desk, parts.texts, account_stock(parts), page_key=page_key)
    return {service: servicer}


def comparing(parts: Parts, account: Principal) -> Sweep:
    """What compares leads with the accounts: within seconds, and in a quarter of the time while many wait."""
    made = AccountComparing(account_stock(parts), store=parts.background_store, principal=account)
    return Sweep(COMPARE_WITH_ACCOUNTS, timedelta(seconds=2), made.sweep, batch=AT_ONCE, share=BESIDE_REQUESTS)
