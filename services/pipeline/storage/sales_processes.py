"""Sales processes in their table, over those the product ships with."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from chassis.prepared import Prepared
from chassis.work import Read, Record
from services.pipeline.domain.process_reading import shipped_process, stage_of, stage_to_plain
from services.pipeline.domain.sales_process import SalesProcess, SalesProcessNotFound
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES, SALES_PROCESSES

_SHIPPED = Path(__file__).parent.parent / "rules" / "sales_processes.toml"
_WORDS = _SHIPPED.with_name("process_suggestion.toml")
_MOST = 500


def process_to_row(process: SalesProcess) -> Mapping[str, object]:
    """The columns of a process."""
    return {
        "uuid": process.uuid,
        "name_zh": process.name_zh,
        "name_en": process.name_en,
        "stages": [stage_to_plain(stage) for stage in process.stages],
        "industries": sorted(process.industries),
        "is_default": process.is_default,
        "closed": process.closed,
        "create_time": process.create_time,
        "update_time": process.update_time,
    }


PROCESS_RECORD: Record[SalesProcess] = Record(
    kind="sales_process", collection="salesProcesses", table=SALES_PROCESSES, row=process_to_row
)


@cache
def shipped_processes() -> Mapping[UUID, SalesProcess]:
    """What the product ships with, read once; each is version 0 until somebody edits it."""
    told = tomllib.loads(_SHIPPED.read_text(encoding="utf-8"))
    return {process.uuid: process for process in map(shipped_process, told["process"])}


@cache
def shipped_words() -> Mapping[str, Sequence[str]]:
    """By which words the steps of a company are recognised, read once."""
    words: Mapping[str, Sequence[str]] = tomllib.loads(_WORDS.read_text(encoding="utf-8"))["words"]
    return words


_EVERY = Prepared(select(SALES_PROCESSES).order_by(SALES_PROCESSES.c.uuid).limit(_MOST))


async def every_process(read: Read) -> list[SalesProcess]:
    """All processes, the shipped ones first; a company has a handful."""
    written = {row["uuid"]: process_from_row(row) for row in await read.rows(_EVERY)}
    return [written.pop(uuid, shipped) for uuid, shipped in shipped_processes().items()] + list(written.values())


async def get_process(read: Read, uuid: UUID) -> SalesProcess:
    """The process; raises SalesProcessNotFound."""
    row = (await read.connection.execute(select(SALES_PROCESSES).where(SALES_PROCESSES.c.uuid == uuid))).mappings()
    found = row.one_or_none()
    process = process_from_row(found) if found else shipped_processes().get(uuid)
    if process is None:
        raise SalesProcessNotFound(sales_process=f"salesProcesses/{uuid}")
    return process


async def stages_in_use(read: Read, uuid: UUID) -> frozenset[str]:
    """The stages of a process in which open opportunities stand, whoever may see them."""
    held = select(OPPORTUNITIES.c.stage).where(OPPORTUNITIES.c.sales_process == uuid, OPPORTUNITIES.c.state == "open")
    return frozenset(await read.connection.scalars(held.distinct()))


def process_from_row(row: Mapping[str, Any] | RowMapping, *, prefix: str = "") -> SalesProcess:
    """The process in a row."""
    return SalesProcess(
        uuid=row[f"{prefix}uuid"],
        version=row[f"{prefix}version"],
        name_zh=row[f"{prefix}name_zh"],
        name_en=row[f"{prefix}name_en"],
        stages=tuple(stage_of(each) for each in row[f"{prefix}stages"]),
        industries=frozenset(row[f"{prefix}industries"]),
        is_default=row[f"{prefix}is_default"],
        closed=row[f"{prefix}closed"],
        create_time=row[f"{prefix}create_time"],
        update_time=row[f"{prefix}update_time"],
    )
