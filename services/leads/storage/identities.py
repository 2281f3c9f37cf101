"""What leads are found and compared by, in its table."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import Uuid, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.prepared import Prepared
from chassis.work import Read, UnitOfWork
from services.leads.domain.lead import FindingKeys, Lead
from services.leads.storage.tables import LEAD_IDENTITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadIdentity:
    """Keys and fingerprint (as text) of a lead; the version of the lead when they were written, 0 for not yet."""

    version: int = 0
    keys: frozenset[str] = frozenset()
    prints: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rekeyed:
    """A lead as it was read, what it was found and compared by then, and what it is to be found by."""

    lead: Lead
    before: LeadIdentity
    identity: LeadIdentity
    keys: FindingKeys


_OF = Prepared(select(LEAD_IDENTITIES).where(LEAD_IDENTITIES.c.lead == any_(bindparam("leads", type_=ARRAY(Uuid)))))
# The lead is still as it was read; and whoever writes its identity meanwhile is waited for, and knows better.
_REWRITE = text(
    "with told as (select r.* from json_to_recordset(cast(:rows as json)) "
    "as r(lead uuid, version bigint, seen bigint, match_keys text[], prints text, phone text, email text) "
    "join leads l on l.uuid = r.lead and l.version = r.version), "
    "called as (update leads t set phone_e164 = r.phone, email_key = r.email from told r where t.uuid = r.lead "
    "and t.version = r.version and (t.phone_e164, t.email_key) is distinct from (r.phone, r.email)), "
    "first as (insert into lead_identities (lead, version, match_keys, prints) "
    "select lead, version, match_keys, prints from told where seen = 0 on conflict (lead) do nothing) "
    "update lead_identities t set version = r.version, match_keys = r.match_keys, prints = r.prints from told r "
    "where t.lead = r.lead and t.version = r.seen"
)


def write_identity(
    work: UnitOfWork, lead: Lead, *, keys: Collection[str], prints: str, stands_for: UUID | None = None
) -> None:
    """Gather what a lead that is saved is found and compared by from now on, and which one is found by that.

    It finds itself, but for one that was merged away.
    """
    row = {"lead": lead.uuid, "version": lead.version, "match_keys": sorted(keys), "prints": prints}
    work.put(LEAD_IDENTITIES, {**row, "stands_for": stands_for})


async def identities_of(read: Read, leads: Iterable[UUID]) -> Mapping[UUID, LeadIdentity]:
    """What the leads are found and compared by at present; one that has nothing yet is left out."""
    rows = await read.rows(_OF, leads=list(leads))
    return {
        row["lead"]: LeadIdentity(version=row["version"], keys=frozenset(row["match_keys"]), prints=row["prints"])
        for row in rows
    }


async def rewrite(work: UnitOfWork, changed: Collection[Rekeyed]) -> None:
    """Write anew what leads are found by, without a change of the leads; one changed meanwhile is left alone."""
    rows = [
        {
            "lead": str(each.lead.uuid),
            "version": each.lead.version,
            "seen": each.before.version,
            "match_keys": sorted(each.identity.keys),
            "prints": each.identity.prints,
            "phone": each.keys.phone,
            "email": each.keys.email,
        }
        for each in changed
    ]
    if rows:
        await work.connection.execute(_REWRITE, {"rows": orjson.dumps(rows).decode()})
