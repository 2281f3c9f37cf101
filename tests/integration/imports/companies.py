"""A small kind of object to import, and one installation of the import part around it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from google.protobuf.empty_pb2 import Empty
from sqlalchemy import Column, MetaData, Table, Text, Uuid, func, select, update

from chassis.database import open_engine
from chassis.imports import intake, storage
from chassis.imports.failed_rows import failed_rows_csv
from chassis.imports.kind import ImportKind, ImportOrder, Outcome, RowResult
from chassis.imports.lifecycle import Account, Import
from chassis.imports.row_reading import ImportField, Problem, RowReading, RowRefused
from chassis.imports.tables import import_progress, import_tables
from chassis.imports.worker import ImportWorker
from chassis.principal import Principal, Scope
from chassis.tables import chassis_tables
from chassis.work import Read, Store, UnitOfWork
from chassis.work.request_key import RequestKey
from kernel.time import Clock
from services.leads.events.lead_import_publications import LEAD_IMPORT_PUBLICATIONS

METADATA = MetaData()
chassis_tables(METADATA)
import_tables(METADATA)
companies = Table("companies", METADATA, Column("uuid", Uuid, primary_key=True), Column("name", Text, nullable=False))

ANNA = Principal(subject="services/anna", grants={"companies.import": Scope.ALL}, roles=frozenset({"operations"}))


def read_company(values: Mapping[str, str]) -> str:
    """A company is its name; one without is refused, and "unreadable" meets a defect of the reader."""
    if values.get("name") == "unreadable":
        raise ZeroDivisionError
    if "name" not in values:
        raise RowRefused(Problem(code="NAME_MISSING", field="name"))
    return values["name"]


async def take_companies(work: UnitOfWork, names: Sequence[str], order: ImportOrder) -> Sequence[RowResult]:
    """Every name becomes a row; "poison" fails by itself and takes its batch with it."""
    if "poison" in names:
        raise ZeroDivisionError
    results = []
    for name in names:
        uuid = work.new_id()
        if not order.dry_run:
            work.insert(companies, {"uuid": uuid, "name": name})
        results.append(RowResult(outcome=Outcome.CREATED, record=None if order.dry_run else uuid))
    return results


COMPANIES: ImportKind[str] = ImportKind(
    record="company_import",
    collection="companyImports",
    permission="companies.import",
    fields=(
        ImportField(path="name", chinese=("公司名称",), english=("Company name", "Name")),
        ImportField(path="phone", chinese=("电话",), english=("Phone",), exact=True, longest=40),
    ),
    reading=RowReading(read=read_company, pack=str, unpack=str),
    take_rows=take_companies,
    batch_size=50,
)


class Installation:
    """A store with the tables of imports, and the use cases as a servicer would call them."""

    def __init__(self, url: str, clock: Clock, kind: ImportKind[Any] = COMPANIES) -> None:
        self.engine = open_engine(url, name="test")
        self.clock = clock
        self.kind = kind
        self.store = Store(self.engine, service="test", clock=clock, publications=LEAD_IMPORT_PUBLICATIONS)
        self.principals = {ANNA.subject: ANNA}
        # What a worker meets instead of the starter.
        self.trouble: Exception | None = None
        self.met_trouble = False

    async def create_tables(self) -> None:
        async with self.engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
            await connection.exec_driver_sql("create table if not exists event_log_all partition of event_log default")

    async def close(self) -> None:
        await self.store.drain()
        await self.engine.dispose()

    def worker(self, knows: Sequence[ImportKind[Any]] | None = None) -> ImportWorker:
        return ImportWorker(
            store=self.store,
            kinds=[self.kind] if knows is None else knows,
            find_principal=self.principal,
            clock=self.clock,
            service="test",
        )

    async def principal(self, account: Account) -> Principal:
        if self.trouble:
            self.met_trouble = True
            raise self.trouble
        return self.principals[account.subject]

    async def write(self, use_case: Any) -> Import:
        found: list[Import] = []

        async def run(work: UnitOfWork) -> Empty:
            found.append(await use_case(work))
            return Empty()

        await self.store.once(RequestKey(ANNA.subject, "test", "", b""), ANNA, run, answer_type=Empty)
        return found[-1]

    async def upload(self, content: bytes) -> Import:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(content), 1000):
                yield content[start : start + 1000]

        with intake.scratch_file() as path:
            file = await intake.receive(pieces(), path=path, kind=self.kind)
            return await self.write(lambda work: intake.upload(work, kind=self.kind, name="companies.csv", file=file))

    async def start(self, record: Import, *, dry_run: bool = False) -> Import:
        order = ImportOrder(dry_run=dry_run)
        return await self.write(
            lambda work: intake.start(work, kind=self.kind, uuid=record.uuid, columns={}, order=order, etag="")
        )

    async def cancel(self, record: Import) -> Import:
        return await self.write(lambda work: intake.cancel(work, kind=self.kind, uuid=record.uuid, etag=""))

    async def let_hold_run_out(self) -> None:
        """As if the lease of a dead worker had passed."""
        async with self.engine.begin() as connection:
            await connection.execute(update(import_progress).values(leased_until=self.clock.now()))

    async def get(self, record: Import) -> Import:
        async with self.engine.connect() as connection:
            return await storage.get_import(Read(connection, self.clock.now(), ANNA), kind=self.kind, uuid=record.uuid)

    async def refused_file(self, record: Import, *, word: Callable[[Problem], str]) -> bytes:
        """The refused rows as they are downloaded, with Chinese headings."""
        with intake.scratch_file() as path:
            async with self.engine.connect() as connection:
                read = Read(connection, self.clock.now(), ANNA)
                await storage.fetch_file(read, uuid=record.uuid, path=path)
                refused = await storage.refused_rows(read, uuid=record.uuid)
            headings = ("行号", "错误")
            return b"".join(failed_rows_csv(record, path=path, refused=refused, headings=headings, word=word))

    async def names(self) -> list[str]:
        async with self.engine.connect() as connection:
            return list(await connection.scalars(select(companies.c.name)))

    async def count(self) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(companies)) or 0)

    async def wait_for_names(self, *, more_than: int = 0) -> None:
        while await self.count() <= more_than:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.001)

    async def rows(self, record: Import) -> list[tuple[int, Outcome, tuple[Problem, ...]]]:
        async with self.engine.connect() as connection:
            found = await connection.execute(storage.select_rows(record.uuid).order_by("line"))
            return [(row.line, Outcome(row.outcome), storage.problems_of(row.problems)) for row in found]
