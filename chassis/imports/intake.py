"""What people do with an import: upload, look, start, stop."""

import asyncio
import contextlib
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.imports import storage
from chassis.imports.kind import ImportKind, ImportOrder
from chassis.imports.lifecycle import Account, Import, ImportState
from chassis.imports.mapping import Columns, check_columns, guess_columns, knows_heading
from chassis.imports.reading import find_shape, read_rows
from chassis.imports.refusals import FileTooLarge
from chassis.imports.row_reading import Problem, RowReading
from chassis.imports.shape import MAX_BYTES, Row, Shape
from chassis.work import UnitOfWork
from kernel.errors import StaleVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The first rows as they would be read, with what is wrong with them by line."""

    columns: Columns
    rows: Sequence[Row]
    problems: Sequence[tuple[int, Problem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A file on disk that was read once from end to end and found readable."""

    path: Path
    size: int
    digest: str
    shape: Shape


@contextlib.contextmanager
def scratch_file() -> Iterator[Path]:
    """A place on disk for one file, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="millrace-import-") as folder:
        yield Path(folder) / "file"


async def receive(pieces: AsyncIterator[bytes], *, path: Path, kind: ImportKind[Any]) -> Arrived:
    """Write the pieces to disk as they come and find out how the file is laid out.

    Refuses the file as soon as it grows too large, and raises a FileRefused when it cannot be read.
    """
    size = 0
    digest = hashlib.sha256()
    with path.open("wb") as file:
        async for piece in pieces:
            size += len(piece)
            if size > MAX_BYTES:
                raise FileTooLarge(limit_mib=MAX_BYTES // 1024 // 1024)
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    shape = await asyncio.to_thread(find_shape, path, is_known_header=knows_heading(kind.fields))
    return Arrived(path=path, size=size, digest=digest.hexdigest(), shape=shape)


async def upload(work: UnitOfWork, *, kind: ImportKind[Any], name: str, file: Arrived) -> Import:
    """A file that can be read is kept whole, with its guessed columns; it waits to be started."""
    principal = work.principal
    record = Import(
        uuid=work.new_id(),
        kind=kind.collection,
        file_name=name,
        file_size=file.size,
        shape=file.shape,
        columns=guess_columns(file.shape.headers, kind.fields, allows_custom=kind.allows_custom),
        creator=principal.subject,
        owner=principal.member,
        team=principal.team,
        region=principal.region,
        create_time=work.now,
    )
    await storage.keep_file(work, uuid=record.uuid, path=file.path)
    await storage.new_progress(work, uuid=record.uuid)
    return work.save(storage.record_of(kind), record.uploaded())


def preview_rows(
    kind: ImportKind[Any], record: Import, *, reading: RowReading[Any], path: Path, columns: Columns, limit: int
) -> Preview:
    """The first rows and what is wrong with them, by the chosen columns or by the guessed ones; from a thread."""
    chosen = chosen_columns(kind, record, columns) if columns or record.columns else {}
    rows = list(islice(read_rows(path, record.shape), limit))
    read = kind.reader(chosen, reading).read(rows) if chosen else []
    problems = [(row.line, problem) for row in read for problem in row.problems]
    if not chosen:
        problems = [(0, Problem(code="IMPORT_WITHOUT_COLUMNS"))]
    return Preview(columns=chosen, rows=rows, problems=problems)


def chosen_columns(kind: ImportKind[Any], record: Import, columns: Columns) -> Columns:
    """The columns the caller chose, or the guessed ones; raises the refusals of `check_columns`."""
    return check_columns(columns or record.columns, record.shape.headers, kind.fields, allows_custom=kind.allows_custom)


async def mark_previewed(work: UnitOfWork, *, kind: ImportKind[Any], uuid: UUID) -> Import:
    """The first look at an uploaded file is noted; later ones change nothing."""
    record = await storage.get_import(work, kind=kind, uuid=uuid)
    if record.state is not ImportState.UPLOADED:
        return record
    return work.save(storage.record_of(kind), record.preview())


async def start(
    work: UnitOfWork, *, kind: ImportKind[Any], uuid: UUID, columns: Columns, order: ImportOrder, etag: str
) -> Import:
    """The rows are taken in from the first, on the account of the one who starts, as long as the file is kept."""
    record = await _unchanged(work, kind, uuid, etag)
    starter = work.principal
    account = Account(subject=starter.subject, roles=starter.roles, permissions=frozenset(starter.grants))
    chosen = chosen_columns(kind, record, columns)
    change = record.start(columns=chosen, order=order, account=account, now=work.now)
    await storage.check_file(work, uuid=uuid)
    await storage.reset_progress(work, uuid=uuid)
    return work.save(storage.record_of(kind), change)


async def cancel(work: UnitOfWork, *, kind: ImportKind[Any], uuid: UUID, etag: str) -> Import:
    """The import stops before its next batch; rows already done stay."""
    record = await _unchanged(work, kind, uuid, etag)
    change = record.cancel(now=work.now)
    await storage.release(work, uuid=uuid)
    return work.save(storage.record_of(kind), change)


async def _unchanged(work: UnitOfWork, kind: ImportKind[Any], uuid: UUID, etag: str) -> Import:
    record = await storage.get_import(work, kind=kind, uuid=uuid)
    if etag and etag != str(record.version):
        raise StaleVersion(resource=f"{kind.collection}/{uuid}")
    return record
