"""The tables of sign-in: no password, token or secret stands in them, only hashes and sealed keys."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Index, Integer, LargeBinary, Table, Text, Uuid

from chassis.tables import SECRET
from services.directory.storage.metadata import METADATA

_INSTANT = DateTime(timezone=True)

CREDENTIALS = Table(
    "credentials",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    info=SECRET,
)

SIGN_IN_GUARDS = Table(
    "sign_in_guards",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("member", Uuid),
    Column("failures", Integer, nullable=False),
    Column("failed_at", _INSTANT),
    Column("locked_until", _INSTANT),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("member", Uuid, nullable=False),
    Column("method", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("refreshed_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
    Column("end_reason", Text),
    info=SECRET,
)
Index("sessions_member", SESSIONS.c.member, postgresql_where=SESSIONS.c.ended_at.is_(None))
Index("sessions_ended", SESSIONS.c.ended_at, postgresql_where=SESSIONS.c.ended_at.is_not(None))
Index("sessions_expires", SESSIONS.c.expires_at)

REFRESH_TOKENS = Table(
    "refresh_tokens",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("session", Uuid, nullable=False),
    Column("generation", Integer, nullable=False),
    info=SECRET,
)
Index("refresh_tokens_session", REFRESH_TOKENS.c.session)

SIGNING_KEYS = Table(
    "signing_keys",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("public", Text, nullable=False),
    Column("sealed_private", LargeBinary, nullable=False),
    Column("sign_from", _INSTANT, nullable=False),
    Column("sign_until", _INSTANT, nullable=False),
    Column("ended_at", _INSTANT),
    info=SECRET,
)

API_CLIENTS = Table(
    "api_clients",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("secret_digest", LargeBinary, nullable=False),
    Column("creator", Uuid),
    Column("created_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("revoked_at", _INSTANT),
    info=SECRET,
)
Index("api_clients_created", API_CLIENTS.c.created_at, API_CLIENTS.c.uuid)

OPENID_LINKS = Table(
    "openid_links",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("member", Uuid, nullable=False),
    Column("linked_at", _INSTANT, nullable=False),
)

TABLES = (CREDENTIALS, SIGN_IN_GUARDS, SESSIONS, REFRESH_TOKENS, SIGNING_KEYS, API_CLIENTS, OPENID_LINKS)
