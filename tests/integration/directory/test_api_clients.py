"""Programs with access of their own."""

from collections.abc import AsyncIterator
from datetime import UTC, timedelta

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from millrace.directory.v1 import api_client_pb2, api_client_service_pb2

from chassis.key_sets import RemoteKeySet
from chassis.tokens import ServiceTokens, TokenVerifier, service_secret
from kernel.errors import Overloaded
from services.directory.storage.sessions import revoked_since
from tests.integration.directory.front_door import SECRET, FrontDoor, bearing, open_front_door, refused
from tests.support.clock import FixedClock

Metadata = list[tuple[str, str]]


@pytest.fixture
async def door(directory_database: str, clock: FixedClock) -> AsyncIterator[FrontDoor]:
    async with open_front_door(directory_database, clock, {}) as opened:
        await opened.add_member("admin@yunfan.example", "administrator")
        yield opened


@pytest.fixture
async def admin(door: FrontDoor) -> Metadata:
    return bearing((await door.sign_in("admin@yunfan.example")).access_token)


async def create(
    door: FrontDoor, by: Metadata, *scopes: str, request_id: str = "", expire_time: Timestamp | None = None
) -> api_client_pb2.ApiClient:
    client = api_client_pb2.ApiClient(
        display_name="用友 ERP", scopes=scopes or ("leads.read",), expire_time=expire_time
    )
    request = api_client_service_pb2.CreateApiClientRequest(api_client=client, request_id=request_id)
    answer: api_client_pb2.ApiClient = await door.clients.CreateApiClient(request, metadata=by)
    return answer


async def token_of(door: FrontDoor, client_id: str, secret: str) -> api_client_service_pb2.ClientToken:
    request = api_client_service_pb2.IssueClientTokenRequest(client_id=client_id, client_secret=secret)
    answer: api_client_service_pb2.ClientToken = await door.clients.IssueClientToken(request)
    return answer


async def test_a_program_gets_tokens_for_what_it_may_do(door: FrontDoor, admin: Metadata) -> None:
    client = await create(door, admin, "leads.read", "leads.write")
    token = await token_of(door, client.name, client.secret)
    claims = await TokenVerifier(RemoteKeySet(door.channel)).verify(token.access_token, door.clock.now())
    assert claims.subject == client.name
    assert claims.permissions == {"leads.read", "leads.write"}
    assert claims.roles == frozenset()


async def test_the_secret_is_shown_once_and_stored_nowhere(door: FrontDoor, admin: Metadata) -> None:
    client = await create(door, admin, request_id="erp-1")
    assert len(client.secret) == 43
    again = await create(door, admin, request_id="erp-1")
    assert (again.name, again.secret) == (client.name, "")
    listed = await door.clients.ListApiClients(api_client_service_pb2.ListApiClientsRequest(), metadata=admin)
    assert [(each.name, each.secret) for each in listed.api_clients] == [(client.name, "")]
    dump = await door.dump("api_clients", "requests", "audit", "outbox")
    assert client.secret not in dump
    assert client.secret.encode().hex() not in dump


async def test_a_wrong_secret_an_unknown_and_an_expired_client_look_the_same(door: FrontDoor, admin: Metadata) -> None:
    client = await create(door, admin)
    unknown = "apiClients/018f0000-0000-7000-8000-000000000000"
    seen = set()
    for name, secret in ((client.name, "wrong"), (unknown, client.secret), ("services/leads", "wrong")):
        async with refused("API_CLIENT_REFUSED") as refusal:
            await token_of(door, name, secret)
        seen.add((refusal.code, refusal.text))
    door.clock.travel(days=365)
    async with refused("API_CLIENT_REFUSED") as refusal:
        await token_of(door, client.name, client.secret)
    seen.add((refusal.code, refusal.text))
    assert seen == {(grpc.StatusCode.UNAUTHENTICATED, "应用编号或密钥不正确")}
    noted = await door.rows("select resource from audit where action = 'api-client.refused'")
    assert [row.resource for row in noted] == [client.name, client.name]


async def test_a_revoked_client_gets_no_token_and_its_tokens_are_revoked(door: FrontDoor, admin: Metadata) -> None:
    client = await create(door, admin)
    await token_of(door, client.name, client.secret)
    request = api_client_service_pb2.RevokeApiClientRequest(name=client.name)
    revoked = await door.clients.RevokeApiClient(request, metadata=admin)
    assert revoked.HasField("revoke_time")
    async with refused("API_CLIENT_REFUSED"):
        await token_of(door, client.name, client.secret)
    async with refused("API_CLIENT_ALREADY_REVOKED"):
        await door.clients.RevokeApiClient(request, metadata=admin)
    async with door.parts.engine.connect() as connection:
        known = await revoked_since(connection, door.clock.now() - timedelta(minutes=11))
    assert client.name in {f"apiClients/{each}" for each in known}
    assert (await door.subjects())[-1] == "api_client.revoked"


async def test_nobody_gives_a_program_more_than_he_has(door: FrontDoor, admin: Metadata) -> None:
    async with refused("API_CLIENT_SCOPE_NOT_HELD"):
        await create(door, admin, "contracts.sign")
    await door.add_member("anna@yunfan.example", "sales")
    async with refused("NOT_ALLOWED"):
        await create(door, bearing((await door.sign_in()).access_token))
    assert "api_client.created" not in await door.subjects()


@pytest.mark.parametrize("days", [-1, 732])
async def test_a_program_ends_within_two_years(door: FrontDoor, admin: Metadata, days: int) -> None:
    end = Timestamp()
    end.FromDatetime((door.clock.now() + timedelta(days=days)).astimezone(UTC))
    async with refused("API_CLIENT_EXPIRY_OUT_OF_RANGE"):
        await create(door, admin, expire_time=end)
    assert "api_client.created" not in await door.subjects()


async def test_programs_are_listed_in_pages_the_newest_first(door: FrontDoor, admin: Metadata) -> None:
    created = [(await create(door, admin)).name for _ in range(3)]
    first = await door.clients.ListApiClients(api_client_service_pb2.ListApiClientsRequest(page_size=2), metadata=admin)
    rest = await door.clients.ListApiClients(
        api_client_service_pb2.ListApiClientsRequest(page_size=2, page_token=first.next_page_token), metadata=admin
    )
    assert [each.name for each in (*first.api_clients, *rest.api_clients)] == created[::-1]
    assert (first.total_size, rest.next_page_token) == (3, "")


async def test_a_service_gets_its_own_token_and_renews_it_every_minute(door: FrontDoor) -> None:
    tokens = ServiceTokens(door.channel, service="leads", secret=service_secret(SECRET, "leads"))
    token = await tokens.token(door.clock.now())
    claims = await TokenVerifier(RemoteKeySet(door.channel)).verify(token, door.clock.now())
    assert claims.subject == "services/leads"
    assert claims.permissions == {"events.read", "directory.read", "pipeline.read", "pipeline.write"}
    assert await tokens.token(door.clock.travel(seconds=59)) == token
    assert await tokens.token(door.clock.travel(seconds=1)) != token


async def test_a_service_with_another_services_secret_is_refused(door: FrontDoor) -> None:
    with pytest.raises(Overloaded):
        await ServiceTokens(door.channel, service="leads", secret=service_secret(SECRET, "gateway")).token(
            door.clock.now()
        )
    async with refused("API_CLIENT_REFUSED"):
        await token_of(door, "services/nobody", service_secret(SECRET, "nobody"))
