"""Each registration protects by itself, and by whole numbers: tails of eight digits are shared by strangers.

Numbers are read by the rules of today and written as keys in the form `domain/customer_keys.py` gives them.
"""

from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

from trade.phones import Line, phone

revision = "0011"
down_revision = "0010"

_NUMBERS = "select uuid, phone from registrations where phone <> ''"
_TAILS = "update registrations set match_keys = array(select k from unnest(match_keys) as k where k not like 'p%')"
_ADD = "update registrations set match_keys = array_append(match_keys, :key) where uuid = :uuid"
# What is alive holds its keys again, each registration its own; the company's core ("c") proposes and protects nobody.
_HOLD = """
insert into protected_keys (key, registration, owner, team, end_time)
select distinct on (k, r.uuid) k, r.uuid, r.owner, r.team, r.protection_end_time
from registrations r, unnest(r.match_keys) as k
where r.state = 'approved' and left(k, 1) in ('a', 'u', 't', 'm', 'e')
"""


def upgrade() -> None:
    connection = op.get_bind()
    numbers = connection.execute(sa.text(_NUMBERS)).all()
    op.execute(_TAILS)
    keys = [{"uuid": uuid, "key": key} for uuid, written in numbers if (key := _key(written))]
    if keys:
        connection.execute(sa.text(_ADD), keys)
    op.drop_constraint("protected_keys_pkey", "protected_keys")
    op.execute("delete from protected_keys")
    op.create_primary_key("protected_keys_pkey", "protected_keys", ["key", "registration"])
    op.execute(_HOLD)


def _key(written: Any) -> str:
    read = phone(written)
    if not read.e164:
        return ""
    kind = "t" if read.line is Line.MOBILE else "l"
    return kind + blake2b(f"{read.e164}|{read.extension}".encode(), digest_size=8).hexdigest()
