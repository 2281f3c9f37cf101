"""What imports of leads need of the database beside the tables of imports: the stock, asked for many at once."""

from collections.abc import Collection, Sequence

from sqlalchemy import Integer, Text, bindparam, column, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.imports.tables import import_tables
from chassis.prepared import Prepared
from chassis.work import Read
from services.leads.domain.lead import Lead
from services.leads.storage.leads import from_row
from services.leads.storage.metadata import METADATA
from services.leads.storage.stock import MOST_RESEMBLING
from services.leads.storage.tables import LEADS

import_tables(METADATA)

_COLUMNS = ", ".join(f"l.{each.name}" for each in LEADS.columns)
# The same limit and order as for one lead: those that share the most keys first, then the older.
_RESEMBLING = Prepared(
    text(
        "with wanted as (select place, array_agg(key) as keys "  # noqa: S608 - our own names
        "from unnest(:places, :keys) as asked(place, key) group by place) "
        f"select wanted.place, {_COLUMNS} from wanted cross join lateral ("
        "select * from leads where leads.match_keys && wanted.keys "
        "order by (select count(*) from unnest(leads.match_keys) as k where k = any(wanted.keys)) desc, leads.uuid "
        f"limit {MOST_RESEMBLING}) l"
    )
    .bindparams(bindparam("places", type_=ARRAY(Integer)), bindparam("keys", type_=ARRAY(Text)))
    .columns(column("place", Integer), *LEADS.columns)
)


async def find_resembling_many(read: Read, searched: Sequence[Collection[str]]) -> list[list[Lead]]:
    """For each set of keys at most 20 leads that share one of them, whatever the reader's scope."""
    found: list[list[Lead]] = [[] for _ in searched]
    pairs = [(place, key) for place, keys in enumerate(searched) for key in sorted(keys)]
    if not pairs:
        return found
    places, keys = zip(*pairs, strict=True)
    for row in await read.rows(_RESEMBLING, places=list(places), keys=list(keys)):
        found[row["place"]].append(from_row(row))
    return found
