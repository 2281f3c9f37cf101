"""Setting sales processes up."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.domain.process_suggestion import Answers, Suggestion, suggest_process
from services.pipeline.domain.sales_process import SalesProcess, StageInUse, check_stages, create_process
from services.pipeline.storage import sales_processes as stored
from services.pipeline.storage.sales_processes import PROCESS_RECORD, every_process, get_process, stages_in_use


async def create_sales_process(work: UnitOfWork, *, told: SalesProcess) -> SalesProcess:
    """A process is set up; one that is to be the default takes that from the other."""
    check_stages(told.stages)
    process = replace(told, uuid=work.new_id())
    if process.is_default:
        await _take_default(work, besides=process.uuid)
    return work.save(PROCESS_RECORD, create_process(process, now=work.now))


async def get_sales_process(read: Read, *, uuid: UUID) -> SalesProcess:
    """A process shows itself to everybody who works with opportunities. Raises SalesProcessNotFound."""
    return await get_process(read, uuid)


async def list_sales_processes(read: Read) -> list[SalesProcess]:
    """All processes, those the product ships with first."""
    return await every_process(read)


async def update_sales_process(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[SalesProcess], SalesProcess]
) -> SalesProcess:
    """A process changes when somebody who saw its present version says so; a stage in use stays.

    Raises SalesProcessNotFound, StaleVersion, StageInUse, SalesProcessClosed.
    """
    process = await get_process(work, uuid)
    if process.version != seen:
        raise StaleVersion(resource=f"salesProcesses/{uuid}")
    edited = edit(process)
    check_stages(edited.stages)
    gone = set(process.places) - set(edited.places)
    used = sorted(gone & await stages_in_use(work, uuid)) if gone else []
    if used:
        raise StageInUse(stage=used[0])
    if process.is_default and not edited.is_default:
        edited = replace(edited, is_default=True)  # somebody must be it: another one takes it, nobody lays it down
    if edited.is_default and not process.is_default:
        await _take_default(work, besides=uuid)
    change = process.changed(edited, now=work.now)
    return work.save(PROCESS_RECORD, change) if change.events else process


def suggest_sales_process(answers: Answers) -> Suggestion:
    """A process is proposed from the answers to four questions; nothing is written."""
    standard, classic, *_ = stored.shipped_processes().values()
    return suggest_process(answers, standard=standard, classic=classic, words=stored.shipped_words())


async def _take_default(work: UnitOfWork, *, besides: UUID) -> None:
    for process in await every_process(work):
        if process.is_default and process.uuid != besides:
            change = process.changed(replace(process, is_default=False), now=work.now)
            work.save(PROCESS_RECORD, change)
