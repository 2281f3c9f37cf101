"""API clients in their table."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import RowMapping, func, select, tuple_

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


async def list_api_clients(read: Read, *, limit: int, before: ApiClient | None) -> list[ApiClient]:
    """The newest clients that are older than `before`."""
    statement = select(API_CLIENTS).order_by(API_CLIENTS.c.created_at.desc(), API_CLIENTS.c.uuid.desc()).limit(limit)
    if before is not None:
        place = tuple_(API_CLIENTS.c.created_at, API_CLIENTS.c.uuid)
        statement = statement.where(place < tuple_(before.created_at, before.uuid))
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def count_api_clients(read: Read) -> int:
    """How many clients there are."""
    return int(await read.connection.scalar(select(func.count()).select_from(API_CLIENTS)) or 0)
