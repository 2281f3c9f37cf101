"""Writing the keys that leads are found by, without a change of the leads themselves."""

from collections.abc import Sequence

import orjson
from sqlalchemy import text

from chassis.work import UnitOfWork
from services.leads.domain.lead import Lead

_WRITE = text(
    "update leads t set match_keys = r.keys, phone_e164 = r.phone, email_key = r.email, duplicate_rules = :rules "
    "from jsonb_to_recordset(cast(:rows as jsonb)) "
    "as r(uuid uuid, version bigint, keys text[], phone text, email text) "
    "where t.uuid = r.uuid and t.version = r.version"
)


async def write_keys(work: UnitOfWork, leads: Sequence[Lead], *, rules_version: int) -> None:
    """Write keys with the version of the rules they come from; a lead changed since it was read is left alone."""
    rows = [
        {
            "uuid": str(lead.uuid),
            "version": lead.version,
            "keys": sorted(lead.keys.match),
            "phone": lead.keys.phone,
            "email": lead.keys.email,
        }
        for lead in leads
    ]
    if rows:
        await work.connection.execute(_WRITE, {"rows": orjson.dumps(rows).decode(), "rules": rules_version})
