"""Opening, reading and changing opportunities."""

from collections.abc import Callable
from uuid import UUID

from chassis.work import Read, UnitOfWork
from kernel.errors import StaleVersion
from services.pipeline.domain.gates import moved, opened
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.opportunity_facts import Facts, Opening
from services.pipeline.domain.sales_process import SalesProcess, SalesProcessClosed, SalesProcessNotFound
from services.pipeline.storage.opportunities import get_with_process, keep
from services.pipeline.storage.sales_processes import every_process

READ, WRITE = "pipeline.read", "pipeline.write"


async def open_opportunity(work: UnitOfWork, *, opening: Opening) -> Opportunity:
    """An opportunity opens in the stage the customer is said to be in, or before the first gate that is not met.

    It follows the process it names, else the one for its trade, else the default one. Whoever opens it has made sure
    that the account exists; a registration opens one opportunity only.
    """
    process = _choose(await every_process(work), opening)
    change = opened(opening, uuid=work.new_id(), process=process, now=work.now)
    return keep(work, change, before=None)


async def get_opportunity(read: Read, *, uuid: UUID) -> tuple[Opportunity, SalesProcess]:
    """An opportunity shows itself to those whose scope reaches it, with the process it follows."""
    return await get_with_process(read, uuid, permission=READ)


async def update_opportunity(
    work: UnitOfWork, *, uuid: UUID, seen: int, edit: Callable[[Facts], Facts]
) -> tuple[Opportunity, SalesProcess]:
    """Facts change when somebody who saw the present version says so; a later closing date counts as postponed.

    Raises OpportunityNotFound and StaleVersion.
    """
    opportunity, process = await get_with_process(work, uuid, permission=WRITE)
    if opportunity.version != seen:
        raise StaleVersion(resource=opportunity.name)
    change = opportunity.updated(facts=edit(opportunity.facts), now=work.now)
    return (keep(work, change, before=opportunity) if change.events else opportunity), process


async def move_opportunity(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, stage: str
) -> tuple[Opportunity, SalesProcess]:
    """An opportunity goes on when the gates on its way are met or waived; going back is free.

    Raises OpportunityNotFound, StaleVersion, OpportunityCannotMove, StageUnknown, StageMoveNotAllowed, GateUnmet.
    """
    opportunity, process = await writable(work, uuid=uuid, seen=seen)
    return keep(work, moved(opportunity, process=process, to=stage, now=work.now), before=opportunity), process


async def writable(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> tuple[Opportunity, SalesProcess]:
    """The opportunity for a change of state; raises OpportunityNotFound, and StaleVersion where another was seen."""
    opportunity, process = await get_with_process(work, uuid, permission=WRITE)
    if seen is not None and opportunity.version != seen:
        raise StaleVersion(resource=opportunity.name)
    return opportunity, process


def _choose(processes: list[SalesProcess], opening: Opening) -> SalesProcess:
    """The process an opportunity is to follow; raises SalesProcessNotFound and SalesProcessClosed."""
    if opening.sales_process is not None:
        named = next((each for each in processes if each.uuid == opening.sales_process), None)
        if named is None:
            raise SalesProcessNotFound(sales_process=f"salesProcesses/{opening.sales_process}")
        if named.closed:
            raise SalesProcessClosed(sales_process=f"salesProcesses/{named.uuid}")
        return named
    industry = opening.facts.industry
    fitting = (each for each in processes if industry in each.industries and not each.closed)
    return next(fitting, None) or next(each for each in processes if each.is_default)
