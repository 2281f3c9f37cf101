"""Imports in the database: reading them within a scope, their files, their progress, their rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.imports.kind import ImportKind, ImportOrder, Outcome, RowResult
from chassis.imports.lifecycle import Account, Failure, Import, ImportState, Progress
from chassis.imports.refusals import ImportFileGone
from chassis.imports.row_reading import Problem
from chassis.imports.shape import MAX_ROWS, Shape
from chassis.imports.tables import import_files, import_progress, import_rows, imports
from chassis.scope import scope
from chassis.work import Read, Record, UnitOfWork
from kernel.errors import NotFound

_PIECE = 256 * 1024
_FILES_KEPT = timedelta(days=30)
COUNTS = ("created", "touched", "in_review", "skipped", "refused")


@dataclass(frozen=True, slots=True)
class Claim:
    """An import somebody took hold of, and how often that happened since its last batch."""

    uuid: UUID
    attempts: int


def record_of(kind: ImportKind[Any]) -> Record[Import]:
    """How imports of a kind lie in their table."""
    return Record(kind=kind.record, collection=kind.collection, table=imports, row=_row)


def select_imports(kind: ImportKind[Any], read: Read) -> Select[Any]:
    """The imports of a kind the reader may see, each with its progress."""
    joined = select(imports, import_progress.c.after_line, *(import_progress.c[count] for count in COUNTS)).join(
        import_progress, imports.c.uuid == import_progress.c["import"]
    )
    return scope(
        joined.where(imports.c.kind == kind.collection), imports, principal=read.principal, permission=kind.permission
    )


async def get_import(read: Read, *, kind: ImportKind[Any], uuid: UUID) -> Import:
    """The import; raises NotFound when it is absent or out of the reader's scope."""
    found = (await read.connection.execute(select_imports(kind, read).where(imports.c.uuid == uuid))).mappings().first()
    if found is None:
        raise NotFound(resource=f"{kind.collection}/{uuid}")
    return import_of(found)


def import_of(row: RowMapping) -> Import:
    """The import from a row of `select_imports`."""
    failure, settings = row["failure"], row["settings"]
    return Import(
        uuid=row["uuid"],
        version=row["version"],
        kind=row["kind"],
        state=ImportState(row["state"]),
        file_name=row["file_name"],
        file_size=row["file_size"],
        shape=Shape.from_mapping(row["shape"]),
        columns={int(column): path for column, path in row["columns"].items()},
        order=ImportOrder(**settings),
        creator=row["creator"],
        owner=row["owner"],
        team=row["team"],
        region=row["region"],
        account=_account_of(row["account"]),
        failure=Failure(**failure) if failure else None,
        create_time=row["create_time"],
        start_time=row["start_time"],
        end_time=row["end_time"],
        progress=Progress(after_line=row["after_line"], **{count: row[count] for count in COUNTS}),
    )


def _account_of(stored: Mapping[str, Any] | None) -> Account | None:
    if stored is None:
        return None
    return Account(
        subject=stored["subject"], roles=frozenset(stored["roles"]), permissions=frozenset(stored["permissions"])
    )


def _row(record: Import) -> Mapping[str, object]:
    names = ("uuid", "kind", "file_name", "file_size", "creator", "owner", "team", "region")
    times = ("create_time", "start_time", "end_time")
    return {
        **{name: getattr(record, name) for name in (*names, *times)},
        "state": record.state.value,
        "shape": record.shape.to_mapping(),
        "columns": {str(column): path for column, path in record.columns.items()},
        "settings": asdict(record.order),
        "account": asdict(record.account) if record.account else None,
        "failure": asdict(record.failure) if record.failure else None,
    }


async def keep_file(work: UnitOfWork, *, uuid: UUID, path: Path) -> None:
    """Write the file into its table in pieces, with one piece in memory at a time."""
    with path.open("rb") as file:
        number = 0
        while piece := file.read(_PIECE):
            row = {"import": uuid, "number": number, "content": piece}
            await work.connection.execute(insert(import_files), row)
            number += 1


async def fetch_file(read: Read, *, uuid: UUID, path: Path) -> None:
    """Write the kept file to `path`, with one piece in memory at a time; raises ImportFileGone."""
    with path.open("wb") as file:
        number = 0
        while True:
            piece = await read.connection.scalar(
                select(import_files.c.content).where(_pieces_of(uuid), import_files.c.number == number)
            )
            if piece is None and not number:
                raise ImportFileGone
            if piece is None:
                return
            file.write(piece)
            number += 1


async def check_file(read: Read, *, uuid: UUID) -> None:
    """Raise ImportFileGone when the file is no longer kept."""
    kept = select(import_files.c.number).where(_pieces_of(uuid), import_files.c.number == 0)
    if await read.connection.scalar(kept) is None:
        raise ImportFileGone


async def forget_files(connection: AsyncConnection, now: datetime) -> int:
    """Delete the files of imports that ended, or were left lying, a month ago; a sweep. How many pieces went."""
    old = select(imports.c.uuid).where(
        imports.c.state != ImportState.RUNNING.value,
        func.coalesce(imports.c.end_time, imports.c.create_time) < now - _FILES_KEPT,
    )
    gone = await connection.execute(delete(import_files).where(import_files.c["import"].in_(old)))
    return gone.rowcount


async def new_progress(work: UnitOfWork, *, uuid: UUID) -> None:
    """Begin to count for a new import."""
    row = {"import": uuid, "leased_until": work.now, "attempts": 0, "after_line": 0, **dict.fromkeys(COUNTS, 0)}
    await work.connection.execute(insert(import_progress), row)


async def reset_progress(work: UnitOfWork, *, uuid: UUID) -> None:
    """Count from the first row again, and forget what a dry run said."""
    await work.connection.execute(
        update(import_progress)
        .where(_progress_of(uuid))
        .values(holder=None, leased_until=work.now, attempts=0, after_line=0, **dict.fromkeys(COUNTS, 0))
    )
    await work.connection.execute(delete(import_rows).where(_rows_of(uuid)))


async def release(work: UnitOfWork, *, uuid: UUID) -> None:
    """Take the import from whoever holds it; a batch under way either is done before or stops."""
    await work.connection.execute(update(import_progress).where(_progress_of(uuid)).values(holder=None))


async def claim(
    connection: AsyncConnection, *, kinds: Collection[str], holder: UUID, now: datetime, until: datetime
) -> Claim | None:
    """Take hold of the running import of these kinds that waits longest and that nobody holds; None without one."""
    waiting = (
        select(import_progress.c["import"])
        .join(imports, imports.c.uuid == import_progress.c["import"])
        .where(
            imports.c.state == ImportState.RUNNING.value,
            imports.c.kind.in_(kinds),
            import_progress.c.leased_until <= now,
        )
        .order_by(imports.c.start_time)
        .limit(1)
        .with_for_update(of=import_progress, skip_locked=True)
    )
    claimed = (
        update(import_progress)
        .where(waiting.scalar_subquery() == import_progress.c["import"])
        .values(holder=holder, leased_until=until, attempts=func.coalesce(import_progress.c.attempts, 0) + 1)
        .returning(import_progress.c["import"], import_progress.c.attempts)
    )
    row = (await connection.execute(claimed)).one_or_none()
    return Claim(*row) if row else None


async def excuse(connection: AsyncConnection, *, uuid: UUID, holder: UUID) -> None:
    """The attempt does not count: what ended it was not the import's fault."""
    mine = (_progress_of(uuid), import_progress.c.holder == holder, import_progress.c.attempts > 0)
    await connection.execute(update(import_progress).where(*mine).values(attempts=import_progress.c.attempts - 1))


async def holds(work: UnitOfWork, *, uuid: UUID, holder: UUID, before_line: int) -> bool:
    """Lock the import's progress; whether the holder still has it and no line from `before_line` on is done."""
    row = (
        await work.connection.execute(
            select(import_progress.c.holder, import_progress.c.after_line).where(_progress_of(uuid)).with_for_update()
        )
    ).one()
    return bool(row.holder == holder and row.after_line < before_line)


async def advance(work: UnitOfWork, *, uuid: UUID, until: datetime, results: Sequence[tuple[int, RowResult]]) -> None:
    """Keep what became of the lines, count them, and hold the import a while longer."""
    for line, result in results:
        work.insert(import_rows, _row_result(uuid, line, result))
    outcomes = [result.outcome for _, result in results]
    grown = {
        name: import_progress.c[name] + outcomes.count(Outcome[name.upper()])
        for name in COUNTS
        if Outcome[name.upper()] in outcomes
    }
    await work.connection.execute(
        update(import_progress)
        .where(_progress_of(uuid))
        .values(after_line=results[-1][0], leased_until=until, attempts=0, **grown)
    )


def _row_result(uuid: UUID, line: int, result: RowResult) -> Mapping[str, object]:
    problems = [asdict(problem) for problem in result.problems] or None
    return {"import": uuid, "line": line, "outcome": int(result.outcome), "record": result.record, "problems": problems}


def result_of(row: RowMapping) -> tuple[int, RowResult]:
    """A line with what became of it, from a row of `select_rows`."""
    outcome = Outcome(row["outcome"])
    return row["line"], RowResult(outcome=outcome, record=row["record"], problems=problems_of(row["problems"]))


def select_rows(uuid: UUID) -> Select[Any]:
    """What became of each row of an import."""
    return select(import_rows).where(_rows_of(uuid))


async def refused_rows(read: Read, *, uuid: UUID) -> dict[int, tuple[Problem, ...]]:
    """The refused lines with their problems."""
    rows = await read.connection.execute(
        select_rows(uuid)
        .where(import_rows.c.outcome == int(Outcome.REFUSED))
        .order_by(import_rows.c.line)
        .limit(MAX_ROWS)
    )
    return {row.line: problems_of(row.problems) for row in rows}


def problems_of(stored: Iterable[Mapping[str, Any]] | None) -> tuple[Problem, ...]:
    """The problems as they were stored."""
    return tuple(Problem(**problem) for problem in stored or ())


async def kind_of(read: Read, *, uuid: UUID) -> str:
    """The collection an import belongs to."""
    return str(await read.connection.scalar(select(imports.c.kind).where(imports.c.uuid == uuid)))


def _progress_of(uuid: UUID) -> ColumnElement[bool]:
    return import_progress.c["import"] == uuid


def _rows_of(uuid: UUID) -> ColumnElement[bool]:
    return import_rows.c["import"] == uuid


def _pieces_of(uuid: UUID) -> ColumnElement[bool]:
    return import_files.c["import"] == uuid
