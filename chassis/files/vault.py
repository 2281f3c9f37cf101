"""Where the bytes of files lie: a folder, or whatever a URL names (`file://`, `s3://`, `gs://`, `az://`, `memory://`)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse
from uuid import UUID

from chassis.ids import new_id
from chassis.no_network import forbid_inside_transaction
from chassis.settings import ServiceSettings
from kernel.errors import NotFound

_PIECE = 256 * 1024


class Vault:
    """Keeps the bytes of one service's files under `<service>/<day>/<uuid>`; the day is told by the uuid itself."""

    def __init__(self, url: str, *, service: str) -> None:
        """Nothing is opened before the first use."""
        self._url = url
        self._service = service

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Vault":
        """The vault that the settings name."""
        return cls(settings.files_url, service=settings.service)

    @cached_property
    def _bucket(self) -> Any:
        from obstore.store import from_url  # noqa: PLC0415 - a process that keeps no file loads no store

        return from_url(self._url, mkdir=True) if self._url.startswith("file:") else from_url(self._url)

    async def put(self, content: Path | bytes) -> UUID:
        """Keep the bytes under a new uuid. Before the transaction that makes the row, never inside."""
        import obstore  # noqa: PLC0415 - see _bucket

        forbid_inside_transaction()
        uuid = new_id()
        await obstore.put_async(self._bucket, self._path(uuid), content)
        return uuid

    async def pieces(self, uuid: UUID) -> AsyncIterator[bytes]:
        """The bytes, a piece at a time; raises NotFound where nothing lies under the uuid."""
        import obstore  # noqa: PLC0415 - see _bucket

        forbid_inside_transaction()
        try:
            found = await obstore.get_async(self._bucket, self._path(uuid))
        except FileNotFoundError:
            raise NotFound(resource=f"files/{uuid}") from None
        async for piece in found.stream(min_chunk_size=_PIECE):
            yield bytes(piece)

    async def content(self, uuid: UUID) -> bytes:
        """All bytes at once; raises NotFound."""
        return b"".join([piece async for piece in self.pieces(uuid)])

    async def delete(self, uuid: UUID) -> None:
        """Let the bytes go; there being none is the same."""
        import obstore  # noqa: PLC0415 - see _bucket

        try:
            await obstore.delete_async(self._bucket, self._path(uuid))
        except FileNotFoundError:
            return

    async def kept_on(self, day: datetime) -> list[UUID]:
        """What was put on a day, by UTC."""
        return await asyncio.to_thread(self._list, f"{self._service}/{day:%Y%m%d}")

    def _list(self, prefix: str) -> list[UUID]:
        import obstore  # noqa: PLC0415 - see _bucket

        if self._url.startswith("file:") and not Path(unquote(urlparse(self._url).path)).is_dir():
            return []  # nothing was ever put: looking makes no folder
        found: list[UUID] = []
        for batch in obstore.list(self._bucket, prefix):
            found.extend(UUID(each["path"].rpartition("/")[2]) for each in batch)
        return found

    def _path(self, uuid: UUID) -> str:
        return f"{self._service}/{put_time(uuid):%Y%m%d}/{uuid}"


def put_time(uuid: UUID) -> datetime:
    """When the bytes were put, told by the first 48 bits of the uuid: milliseconds (RFC 9562, version 7)."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=uuid.int >> 80)
