"""Whether the audit log is whole: `python -m services.leads verify-audit`, beside the running service."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.audit.chain import FIRST, Flaw, flaws
from chassis.database import open_engine
from chassis.tables import audit

# Of a long log no more than this lies in memory.
_BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The last entry that is sealed (0 for none), and every flaw up to it."""

    last: int
    flaws: tuple[Flaw, ...]

    def told(self) -> str:
        """For the operator: one line when the log is whole, else one for each flaw."""
        if not self.flaws:
            return f"whole up to entry {self.last}\n"
        return "".join(f"entry {flaw.place}: {flaw.what}\n" for flaw in self.flaws)


async def verify(connection: AsyncConnection) -> Verdict:
    """Follow the chain of the sealed log from its first entry to its last."""
    sealed = select(audit).where(audit.c.place.is_not(None)).order_by(audit.c.place)
    found: list[Flaw] = []
    last, end = 0, FIRST
    async with connection.stream(sealed) as rows:
        async for part in rows.mappings().partitions(_BATCH):
            found += flaws(map(dict, part), start=end, after=last)
            last, end = part[-1]["place"], bytes(part[-1]["hash"])
    return Verdict(last=last, flaws=tuple(found))


async def verify_once(database_url: str, *, service: str) -> Verdict:
    """Verify the log of a service's database."""
    engine = open_engine(database_url, name=f"millrace-{service}-verify-audit", pool_size=1)
    try:
        async with engine.connect() as connection:
            return await verify(connection)
    finally:
        await engine.dispose()
