"""What undoes imports in a process of its own, to be killed: `python -m tests.integration.leads.killed_undoer URL`."""

import asyncio
import sys

from chassis.organization import Organization
from chassis.parts import Parts
from kernel.time import SystemClock
from services.leads.__main__ import ACCOUNT, DEFINITION
from services.leads.application.intake import IntakeDesk
from services.leads.application.rulebook import Rulebook
from services.leads.rpc.import_undo_wiring import undoing_imports
from services.leads.storage.metadata import ORGANIZATION
from tests.support.serving import settings_of


async def undo_for_ever(url: str) -> None:
    """What the killed process runs."""
    parts = Parts(DEFINITION, settings_of("leads", url), SystemClock())
    organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
    desk = IntakeDesk(rulebook=Rulebook(), organization=organization, zone=parts.settings.time_zone)
    sweep = undoing_imports(parts, desk, ACCOUNT)
    while True:
        async with parts.engine.connect() as connection:
            await sweep.run(connection, parts.clock.now())
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(undo_for_ever(sys.argv[1]))
