"""Finding the leads that share a key with a new one."""

from collections.abc import Collection, Sequence

from sqlalchemy import Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read
from services.leads.domain.lead import Lead
from services.leads.storage.leads import from_row
from services.leads.storage.tables import LEADS

# Candidates that share the most keys come first, the older of equals before the newer. Each costs an eighth of a
# millisecond to be taken apart and compared; one customer's records share more keys than neighbours do.
MOST_RESEMBLING = 20
_SHARED = (
    select(func.count())
    .select_from(func.unnest(LEADS.c.match_keys).alias("k"))
    .where(text("k = any(:keys)").bindparams(bindparam("keys", type_=ARRAY(Text))))
    .scalar_subquery()
)
_RESEMBLING = Prepared(
    select(LEADS)
    .where(LEADS.c.match_keys.overlap(bindparam("keys", type_=ARRAY(Text))))
    .order_by(_SHARED.desc(), LEADS.c.uuid)
    .limit(MOST_RESEMBLING)
)
_COMMON = text(
    "select k.key, k.share * c.reltuples as held from pg_stats s join pg_class c on c.relname = s.tablename "
    "cross join lateral unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as k(key, share) "
    "where s.tablename = 'leads' and s.attname = 'match_keys' and k.key is not null"
)


async def find_resembling(read: Read, keys: Collection[str]) -> Sequence[Lead]:
    """At most 20 leads that share one of the keys, whatever the reader's scope: for the rules, never for an answer."""
    if not keys:
        return ()
    return [from_row(row) for row in await read.rows(_RESEMBLING, keys=sorted(keys))]


async def common_keys(read: Read, *, held_by: int) -> frozenset[str]:
    """The keys that more than `held_by` leads have, by PostgreSQL's own statistics: such a key tells nothing."""
    rows = await read.connection.execute(_COMMON)
    return frozenset(row.key for row in rows if row.held > held_by)
