"""Files in their table, and the sweep that lets go of bytes without one."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, Table, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.files.content import File, FileState
from chassis.files.vault import Vault, put_time
from chassis.work import Read, UnitOfWork
from kernel.errors import NotFound

# A transaction that makes the row of bytes already put is over long before; what is older was left behind.
_LEFT_BEHIND = timedelta(days=1)
_DAYS_LOOKED_BACK = 3
_MOST_AT_ONCE = 500


def keep(work: UnitOfWork, files: Table, file: File) -> None:
    """Keep what is known of a file whose bytes already lie in the vault."""
    work.insert(
        files,
        {
            "uuid": file.uuid,
            "sha256": file.sha256,
            "size": file.size,
            "media_type": file.media_type,
            "display_name": file.display_name,
            "uploader": file.uploader,
            "create_time": file.create_time,
            "state": file.state.value,
        },
    )


async def get_file(read: Read, files: Table, uuid: UUID) -> File:
    """What is known of a file; raises NotFound. Whoever reads has made sure that the reader may see it."""
    statement = select(files).where(files.c.uuid == uuid, files.c.state == FileState.KEPT.value)
    row = (await read.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"files/{uuid}")
    return _from_row(row)


async def get_files(read: Read, files: Table, uuids: Collection[UUID]) -> Mapping[UUID, File]:
    """The same for many at once, in one statement; one that is gone is left out."""
    if not uuids:
        return {}
    statement = select(files).where(files.c.uuid.in_(uuids), files.c.state == FileState.KEPT.value)
    found = [_from_row(row) for row in (await read.connection.execute(statement)).mappings()]
    return {file.uuid: file for file in found}


async def forget_names(work: UnitOfWork, files: Table, uuids: Collection[UUID]) -> None:
    """Whatever the files were called, which may be a person: of each name its ending stays."""
    if not uuids:
        return
    await work.begin()
    ending = func.coalesce(func.substring(files.c.display_name, r"\.[A-Za-z0-9]{1,8}$"), "")
    unnamed = update(files).where(files.c.uuid.in_(uuids)).values(display_name="***" + ending)
    await work.connection.execute(unnamed)


async def discard(work: UnitOfWork, files: Table, uuid: UUID) -> None:
    """Nobody finds the file any more; the sweep lets its bytes go."""
    await work.begin()
    await work.connection.execute(update(files).where(files.c.uuid == uuid).values(state=FileState.DISCARDED.value))


def sweep_files(vault: Vault, files: Table) -> Callable[[AsyncConnection, datetime], Awaitable[int]]:
    """A sweep: bytes that no transaction made a row for, and bytes of discarded files, go. How many went."""

    async def run(connection: AsyncConnection, now: datetime) -> int:
        discarded = select(files.c.uuid).where(files.c.state == FileState.DISCARDED.value).limit(_MOST_AT_ONCE)
        gone = list(await connection.scalars(discarded))
        gone += [uuid for day in range(_DAYS_LOOKED_BACK) for uuid in await _orphans(connection, now, day)]
        for uuid in gone:
            await vault.delete(uuid)
        await connection.execute(delete(files).where(files.c.uuid.in_(gone)))
        return len(gone)

    async def _orphans(connection: AsyncConnection, now: datetime, day: int) -> list[UUID]:
        before = now - _LEFT_BEHIND
        lying = [uuid for uuid in await vault.kept_on(before - timedelta(days=day)) if put_time(uuid) < before]
        known = frozenset(await connection.scalars(select(files.c.uuid).where(files.c.uuid.in_(lying))))
        return [uuid for uuid in lying if uuid not in known]

    return run


def _from_row(row: RowMapping) -> File:
    return File(**{**row, "state": FileState(row["state"])})
