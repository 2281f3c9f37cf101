"""Finding the known leads that share a key with a new one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read
from chassis.work.flush import LostRace
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import LeadState
from services.leads.storage.leads import from_row
from services.leads.storage.tables import LEADS
from trade.duplicates import MOST_KEYS

# Candidates that share the most keys come first, the older of equals before the newer: one customer's records share
# more keys than neighbours do.
MOST_RESEMBLING = 20
# Spelt out, key by key: a subquery over the unnested keys takes ten times as long for each lead it looks at.
_SHARED = " + ".join(f"coalesce((wanted.keys[{n}] = any(i.match_keys))::int, 0)" for n in range(1, MOST_KEYS + 1))
# The keys stand in a subquery, so that no plan depends on them and one is made for all calls: to make another for each
# call takes as long as to carry it out. They come as JSON: the driver looks at each element of an array four times.
_SHARING = Prepared(
    text(
        "with wanted as materialized (select place, array(select json_array_elements_text(asked.keys)) as keys "  # noqa: S608 - our own names
        "from json_array_elements((select cast(:searched as json))) with ordinality as asked(keys, place)) "
        "select wanted.place, l.lead, l.prints, l.stands_for from wanted cross join lateral ("
        "select i.lead, i.prints, i.stands_for from lead_identities i where i.match_keys && wanted.keys "
        f"order by {_SHARED} desc, i.lead limit {MOST_RESEMBLING}) l"
    )
)
_KNOWN = Prepared(select(LEADS).where(LEADS.c.uuid == any_(bindparam("leads", type_=ARRAY(Uuid)))))
# Merged into another lead, or taken back.
_GONE = frozenset({LeadState.MERGED, LeadState.WITHDRAWN})
_COMMON = text(
    "select k.key from pg_stats s join pg_class c on c.relname = s.tablename "
    "cross join lateral unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as k(key, share) "
    "where s.tablename = 'lead_identities' and s.attname = 'match_keys' "
    "and k.key is not null and k.share * c.reltuples > :held_by"
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """A lead that shares a key, its fingerprint as a text (empty where none was written so far), and who is found.

    Where it was merged away, the lead that stands for it is found.
    """

    lead: UUID
    prints: str
    found: UUID


async def find_sharing(read: Read, searched: Sequence[Collection[str]]) -> list[list[Sharing]]:
    """For each set of keys at most 20 leads that share one of them, whatever the reader's scope.

    For the rules, never for an answer.
    """
    found: list[list[Sharing]] = [[] for _ in searched]
    if not any(searched):
        return found
    for row in await read.rows(_SHARING, searched=orjson.dumps(searched, default=sorted).decode()):
        found[row["place"] - 1].append(Sharing(row["lead"], row["prints"], row["stands_for"] or row["lead"]))
    return found


async def known_leads(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Lead]:
    """These leads, whatever the reader's scope: for the rules, never for an answer."""
    if not leads:
        return {}
    return {row["uuid"]: from_row(row) for row in await read.rows(_KNOWN, leads=list(leads))}


async def leads_to_touch(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Lead]:
    """The same of leads that are to be touched; raises LostRace where one went away since it was found."""
    known = await known_leads(read, leads)
    if any(lead.state in _GONE for lead in known.values()):
        raise LostRace
    return known


async def common_keys(read: Read, *, held_by: int) -> frozenset[str]:
    """The keys that more than `held_by` leads have: such a key tells nothing.

    PostgreSQL's own statistics count them: exactly up to 300,000 leads, from so many beyond (migration 0013).
    """
    return frozenset(await read.connection.scalars(_COMMON, {"held_by": held_by}))
