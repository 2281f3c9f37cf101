"""How imports join the service's parts: who serves them and who carries them out."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.imports.lifecycle import Account
from chassis.imports.worker import ImportWorker
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal
from chassis.tokens import Revocations
from kernel.errors import Unauthenticated
from services.leads.application.intake import IntakeDesk
from services.leads.rpc.lead_import_kind import lead_import_kind
from services.leads.rpc.lead_import_servicer import LeadImportServicer


def lead_import_servicer(parts: Parts, desk: IntakeDesk, *, page_key: bytes) -> LeadImportServicer:
    """Who serves LeadImportService."""
    kind = lead_import_kind(desk, zone=parts.settings.time_zone)
    return LeadImportServicer(parts.store, desk, parts.texts, kind=kind, page_key=page_key)


def find_principal(organization: Organization, revocations: Revocations) -> Callable[[Account], Awaitable[Principal]]:
    """Who gives an account the grants it has now, for what is carried out when whoever began it has gone home."""

    async def find(account: Account) -> Principal:
        collection, _, identifier = account.subject.partition("/")
        # What a member may do stands in the organization; an API client is only known to be gone.
        if collection == "apiClients" and await revocations.holds(UUID(identifier)):
            raise Unauthenticated
        return await organization.principal(
            subject=account.subject, roles=account.roles, permissions=account.permissions
        )

    return find


def lead_import_worker(
    parts: Parts, desk: IntakeDesk, organization: Organization, revocations: Revocations
) -> ImportWorker:
    """Who takes the rows in; `run()` is background work of the process, and takes no caller's place."""
    return ImportWorker(
        store=parts.background_store,
        kinds=[lead_import_kind(desk, zone=parts.settings.time_zone)],
        find_principal=find_principal(organization, revocations),
        clock=parts.clock,
        service="leads",
    )
