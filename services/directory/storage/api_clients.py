"""API clients in their table."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.listing import Listing, Order, Page, PageRequest, read_page, text, texts
from chassis.work import Read, Record
from kernel.errors import NotFound
from services.directory.domain.api_clients import ApiClient
from services.directory.storage.session_tables import API_CLIENTS


def to_row(client: ApiClient) -> Mapping[str, object]:
    """The columns of a client."""
    return {
        "uuid": client.uuid,
        "display_name": client.display_name,
        "scopes": list(client.scopes),
        "secret_digest": client.secret_digest,
        "creator": client.creator,
        "created_at": client.created_at,
        "expires_at": client.expires_at,
        "revoked_at": client.revoked_at,
    }


RECORD: Record[ApiClient] = Record(kind="api_client", collection="apiClients", table=API_CLIENTS, row=to_row)


def from_row(row: RowMapping) -> ApiClient:
    """The client in a row."""
    return ApiClient(**{**row, "scopes": tuple(row["scopes"])})


async def find_api_client(read: Read, uuid: UUID) -> ApiClient | None:
    """The client, also a revoked or expired one."""
    row = (await read.connection.execute(select(API_CLIENTS).where(API_CLIENTS.c.uuid == uuid))).mappings().first()
    return from_row(row) if row else None


async def get_api_client(read: Read, uuid: UUID) -> ApiClient:
    """The client; raises NotFound."""
    client = await find_api_client(read, uuid)
    if client is None:
        raise NotFound(resource=f"apiClients/{uuid}")
    return client


LISTING = Listing(
    fields={"display_name": text(API_CLIENTS.c.display_name), "scopes": texts(API_CLIENTS.c.scopes)},
    orders={
        "create_time": Order(API_CLIENTS.c.created_at, datetime.fromisoformat),
        "display_name": Order(API_CLIENTS.c.display_name),
    },
    order_by="create_time desc",
    tie=API_CLIENTS.c.uuid,
)


async def list_api_clients(read: Read, wanted: PageRequest) -> Page[ApiClient]:
    """All clients, also revoked and expired ones."""
    page = await read_page(read.connection, select(API_CLIENTS), LISTING, wanted)
    return page.of([from_row(row) for row in page.items])
