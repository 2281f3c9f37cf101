"""ApiClientService on the wire."""

import hmac
from datetime import UTC
from uuid import UUID

from millrace.directory.v1 import api_client_pb2, api_client_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.tokens import service_secret
from chassis.wire import instant, named, uuid_of
from chassis.work import Store, UnitOfWork
from services.directory.application.api_clients import (
    create_api_client,
    list_api_clients,
    recognise_api_client,
    revoke_api_client,
)
from services.directory.domain.api_clients import SERVICE_PERMISSIONS, ApiClient, ApiClientDraft, ApiClientRefused
from services.directory.rpc.outcomes import committed
from services.directory.rpc.token_issuer import IssuedToken, TokenIssuer
from services.directory.storage.sealing import new_secret

_SERVICES = "services/"


class ApiClientServicer:
    """API clients (接口应用) and their tokens."""

    def __init__(self, store: Store, issuer: TokenIssuer, installation_secret: str) -> None:
        self._store = store
        self._issuer = issuer
        self._installation_secret = installation_secret

    async def CreateApiClient(
        self, request: api_client_service_pb2.CreateApiClientRequest, call: Call
    ) -> api_client_pb2.ApiClient:
        """Create one. The stored answer lacks the secret: only the first answer, from memory, shows it."""
        wanted = request.api_client
        expires_at = wanted.expire_time.ToDatetime(tzinfo=UTC) if wanted.HasField("expire_time") else None
        draft = ApiClientDraft(display_name=wanted.display_name, scopes=tuple(wanted.scopes), expires_at=expires_at)
        secret = new_secret()
        created: list[UUID] = []

        async def run(work: UnitOfWork) -> ApiClient:
            client = await create_api_client(work, draft=draft, secret=secret)
            created[:] = [client.uuid]
            return client

        answer: api_client_pb2.ApiClient = await self._store.write(call, request, run, answer=to_message)
        if answer.name in {named("apiClients", uuid) for uuid in created}:
            answer.secret = secret
        return answer

    async def ListApiClients(
        self, request: api_client_service_pb2.ListApiClientsRequest, call: Call
    ) -> api_client_service_pb2.ListApiClientsResponse:
        """List them."""
        wanted = page_request(request, call, key=self._installation_secret.encode())
        page = await self._store.read(call, lambda read: list_api_clients(read, wanted=wanted))
        return api_client_service_pb2.ListApiClientsResponse(
            api_clients=[to_message(client) for client in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def RevokeApiClient(
        self, request: api_client_service_pb2.RevokeApiClientRequest, call: Call
    ) -> api_client_pb2.ApiClient:
        """End one's access."""
        uuid = uuid_of(request.name)
        answer: api_client_pb2.ApiClient = await self._store.write(
            call, request, lambda work: revoke_api_client(work, uuid=uuid), answer=to_message
        )
        return answer

    async def IssueClientToken(
        self, request: api_client_service_pb2.IssueClientTokenRequest, call: Call
    ) -> api_client_service_pb2.ClientToken:
        """Give a program or a service its token."""
        if request.client_id.startswith(_SERVICES):
            return _token(await self._service_token(request.client_id, request.client_secret))
        uuid = uuid_of(request.client_id, field="client_id")
        client = await committed(
            self._store,
            call,
            request,
            lambda work: recognise_api_client(work, uuid=uuid, secret=request.client_secret),
        )
        return _token(
            await self._issuer.issue(
                subject=f"apiClients/{client.uuid}", session=client.uuid, permissions=client.scopes
            )
        )

    async def _service_token(self, client_id: str, secret: str) -> IssuedToken:
        service = client_id.removeprefix(_SERVICES)
        expected = service_secret(self._installation_secret, service)
        if not hmac.compare_digest(expected.encode(), secret.encode()) or service not in SERVICE_PERMISSIONS:
            raise ApiClientRefused
        return await self._issuer.issue(subject=client_id, session=None, permissions=SERVICE_PERMISSIONS[service])


def to_message(client: ApiClient) -> api_client_pb2.ApiClient:
    """A client without its secret."""
    return api_client_pb2.ApiClient(
        name=named("apiClients", client.uuid),
        display_name=client.display_name,
        scopes=client.scopes,
        expire_time=instant(client.expires_at),
        create_time=instant(client.created_at),
        revoke_time=instant(client.revoked_at),
        creator=named("members", client.creator),
        etag=str(client.version),
    )


def _token(issued: IssuedToken) -> api_client_service_pb2.ClientToken:
    return api_client_service_pb2.ClientToken(access_token=issued.token, expire_time=instant(issued.expire_time))
