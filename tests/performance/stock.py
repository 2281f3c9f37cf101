"""A stock of leads laid straight into the tables, found and compared by what the service itself would have written.

To import a million takes a quarter of an hour, and what is measured over them only reads: `import-leads` tells how
quickly they come in.
"""

import asyncio
import time
from uuid import uuid4

from millrace.leads.v1.lead_pb2 import Lead

from services.leads.application.identities import traits_of
from services.leads.rpc.lead_messages import facts_of
from tests.performance.bench import Bench
from trade.duplicates import DuplicateRules

CHUNK = 20_000
RULES = DuplicateRules()
Row = tuple[object, ...]
_STAGE = (
    "create unlogged table stock (uuid uuid, company_name text, contact_name text, sort_key text, phone_e164 text, "
    "email_key text, keys text[], prints text)"
)
_OWN = {"uuid", "company_name", "contact_name", "sort_key", "phone_e164", "email_key"}
_CLOCKS = {"response_next", "recycle_next"}  # nobody waits for an answer of theirs, and they stay where they are
_COLUMNS = (
    "select column_name from information_schema.columns where table_schema = 'public' and table_name = 'leads' "
    "order by ordinal_position"
)
_IDENTITIES = (
    "insert into lead_identities (lead, version, match_keys, prints) "
    "select s.uuid, t.version, s.keys, s.prints from stock s, (select version from leads limit 1) t"
)


async def lay_stock(bench: Bench, count: int, *, until: float) -> int:
    """So many leads more, or as many as there is time for until then (`time.monotonic`); how many came to be.

    All else of them is as of one that is there.
    """
    connection = await bench.connect("leads")
    await connection.execute(_STAGE)
    columns = [row["column_name"] for row in await connection.fetch(_COLUMNS)]
    told = ", ".join("null" if each in _CLOCKS else f"{'s' if each in _OWN else 't'}.{each}" for each in columns)
    leads = f"insert into leads ({', '.join(columns)}) select {told} from stock s, (select * from leads limit 1) t"  # noqa: S608 - our own names
    laid, ahead = 0, asyncio.create_task(_worked_out(bench, min(CHUNK, count)))
    while (rows := await ahead) and time.monotonic() < until:
        ahead = asyncio.create_task(_worked_out(bench, min(CHUNK, count - laid - len(rows))))
        async with connection.transaction():
            await connection.copy_records_to_table("stock", records=rows)
            await connection.execute(leads, timeout=120)
            await connection.execute(_IDENTITIES, timeout=120)
            await connection.execute("truncate stock")
        laid += len(rows)
    await ahead
    await connection.execute("drop table stock")
    await connection.close()
    return laid


async def _worked_out(bench: Bench, count: int) -> list[Row]:
    """The rows of so many leads, in a thread, while PostgreSQL writes those before them."""
    return await asyncio.to_thread(lambda: [_row(lead) for lead in bench.leads(count)])


def _row(lead: Lead) -> Row:
    facts = facts_of(lead)
    traits = traits_of(facts, RULES)
    keys = traits.keys
    return (
        *(uuid4(), facts.company_name, facts.contact_name, keys.sort, keys.phone, keys.email),
        *(sorted(traits.match), traits.prints),
    )
