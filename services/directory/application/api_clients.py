"""API clients (接口应用): created, listed, revoked, and recognised by their secret."""

from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.principal import Scope
from chassis.work import Read, UnitOfWork
from services.directory.application.references import require_whole
from services.directory.domain.api_clients import (
    ApiClient,
    ApiClientDraft,
    ApiClientRefused,
    ApiClientScopeNotHeld,
)
from services.directory.domain.api_clients import create_api_client as create
from services.directory.storage import api_clients


async def create_api_client(work: UnitOfWork, *, draft: ApiClientDraft, secret: str) -> ApiClient:
    """An administrator of the whole lets a program in, with permissions he has himself over every row.

    Raises NotAllowed, ApiClientScopeNotHeld and ApiClientExpiryOutOfRange.
    """
    require_whole(work)
    for scope in draft.scopes:
        if work.principal.scope_of(scope) is not Scope.ALL:
            raise ApiClientScopeNotHeld(scope=scope)
    change = create(uuid=work.new_id(), draft=draft, secret=secret, creator=work.principal.member, now=work.now)
    return work.save(api_clients.RECORD, change)


async def list_api_clients(read: Read, *, wanted: PageRequest) -> Page[ApiClient]:
    """An administrator of the whole sees all clients, the newest first."""
    require_whole(read)
    return await api_clients.list_api_clients(read, wanted)


async def revoke_api_client(work: UnitOfWork, *, uuid: UUID) -> ApiClient:
    """An administrator of the whole ends a program's access; raises NotFound and ApiClientAlreadyRevoked."""
    require_whole(work)
    client = await api_clients.get_api_client(work, uuid)
    return work.save(api_clients.RECORD, client.revoke(now=work.now))


async def recognise_api_client(work: UnitOfWork, *, uuid: UUID, secret: str) -> ApiClient | ApiClientRefused:
    """A program that knows the secret and may call is let in; a refusal of a known one is kept in the audit."""
    client = await api_clients.find_api_client(work, uuid)
    if client is None:
        return ApiClientRefused()
    try:
        client.check(secret=secret, now=work.now)
    except ApiClientRefused as refusal:
        work.note(action="api-client.refused", resource=f"apiClients/{uuid}", details={})
        return refusal
    return client
