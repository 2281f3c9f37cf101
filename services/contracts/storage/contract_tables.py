"""The tables of contracts: their templates, the contracts themselves, their documents and signatures."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.tables import AT_ONCE
from services.contracts.storage.metadata import METADATA

_PERSONAL = {"personal": True}


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, **options)


def _version() -> Column[Any]:
    return Column("version", BigInteger, nullable=False)


CONTRACT_NUMBERS = Sequence("contract_numbers", metadata=METADATA)

CONTRACTS = Table(
    "contracts",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("number"),
    _text("state"),
    Column("quote", Uuid, nullable=False),
    Column("quote_hash", LargeBinary, nullable=False),
    Column("opportunity", Uuid, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    _text("currency"),
    Column("amount_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    # Null for contracts of before it was kept.
    Column("sold", JSONB),
    _text("language"),
    Column("template", Uuid, nullable=False),
    Column("template_version", BigInteger, nullable=False),
    Column("clauses", JSONB, nullable=False),
    _text("buyer", info=_PERSONAL),
    Column("variables", JSONB, nullable=False, info=_PERSONAL),
    _text("payment_template"),
    Column("payment_parts", JSONB, nullable=False),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("effective_date", Date),
    Column("approval", Uuid),
    Column("approved_hash", LargeBinary, nullable=False),
    _text("comment"),
    Column("document", Uuid),
    Column("renews", Uuid),
    _instant("sign_time", nullable=True),
    _instant("settle_time", nullable=True),
    _text("creator"),
    # Who wrote a part of it; not there in rows of a release before.
    Column("authors", ARRAY(Text)),
    _instant("create_time"),
    _instant("update_time"),
)
Index("contracts_number", CONTRACTS.c.number, unique=True)
# A quote becomes one contract; one that was dropped makes room for another.
Index(f"contracts_quote{AT_ONCE}", CONTRACTS.c.quote, unique=True, postgresql_where=CONTRACTS.c.state != "terminated")
Index("contracts_opportunity", CONTRACTS.c.opportunity)
Index("contracts_account", CONTRACTS.c.account, CONTRACTS.c.create_time)
Index("contracts_owner", CONTRACTS.c.owner, CONTRACTS.c.create_time)
Index("contracts_team", CONTRACTS.c.team, CONTRACTS.c.create_time)
Index("contracts_region", CONTRACTS.c.region, CONTRACTS.c.create_time)
Index("contracts_state", CONTRACTS.c.state, CONTRACTS.c.create_time)
Index("contracts_create_time", CONTRACTS.c.create_time, CONTRACTS.c.uuid)
Index(
    "contracts_in_force",
    CONTRACTS.c.end_date,
    postgresql_where=CONTRACTS.c.state.in_(("active", "amended")),
)

CONTRACT_TEMPLATES = Table(
    "contract_templates",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("display_name"),
    _text("language"),
    Column("clauses", JSONB, nullable=False),
    _text("payment_template"),
    Column("archived", Boolean, nullable=False),
    _text("author"),
    _instant("create_time"),
    _instant("update_time"),
)

CONTRACT_TEMPLATE_VERSIONS = Table(
    "contract_template_versions",
    METADATA,
    Column("template", Uuid, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("clauses", JSONB, nullable=False),
    _text("author"),
    _instant("active_from"),
)

# Files made of a contract or a quote: sent to be signed, signed and sealed.
DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _text("subject"),
    _text("kind"),
    Column("file", Uuid, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    _instant("create_time"),
)
Index("documents_subject", DOCUMENTS.c.subject, DOCUMENTS.c.create_time)

SIGNATURES = Table(
    "signatures",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    Column("contract", Uuid, nullable=False),
    _text("method"),
    _text("state"),
    Column("token_hash", LargeBinary),
    Column("code_hash", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    _instant("expire_time"),
    Column("content_hash", LargeBinary, nullable=False),
    Column("document", Uuid),
    Column("document_hash", LargeBinary, nullable=False),
    _text("signer_name", info=_PERSONAL),
    _text("intent"),
    _text("address", info=_PERSONAL),
    _text("archive_number"),
    Column("contact", Uuid),
    _text("creator"),
    _instant("sign_time", nullable=True),
    _instant("create_time"),
    _instant("update_time"),
)
Index("signatures_contract", SIGNATURES.c.contract, SIGNATURES.c.create_time)
Index(
    "signatures_token",
    SIGNATURES.c.token_hash,
    unique=True,
    postgresql_where=SIGNATURES.c.token_hash.is_not(None),
)

# Which opportunities negotiate their contract (合同谈判), as pipeline told last.
NEGOTIATIONS = Table(
    "negotiations",
    METADATA,
    Column("opportunity", Uuid, primary_key=True),
    Column("negotiating", Boolean, nullable=False),
)

CONTRACT_AMENDMENTS = Table(
    "contract_amendments",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    Column("contract", Uuid, nullable=False),
    _text("state"),
    _text("text", info=_PERSONAL),
    Column("quote", Uuid),
    Column("quote_hash", LargeBinary, nullable=False),
    _text("currency"),
    Column("amount_minor", BigInteger, nullable=False),
    Column("end_date", Date),
    _text("payment_template"),
    Column("payment_parts", JSONB, nullable=False),
    Column("approval", Uuid),
    Column("approved_hash", LargeBinary, nullable=False),
    _text("comment"),
    _instant("sign_time", nullable=True),
    _text("creator"),
    _instant("create_time"),
    _instant("update_time"),
)
Index("contract_amendments_contract", CONTRACT_AMENDMENTS.c.contract, CONTRACT_AMENDMENTS.c.create_time)
Index(
    "contract_amendments_quote",
    CONTRACT_AMENDMENTS.c.quote,
    postgresql_where=CONTRACT_AMENDMENTS.c.quote.is_not(None),
)
# One is agreed upon at a time.
Index(
    f"contract_amendments_open{AT_ONCE}",
    CONTRACT_AMENDMENTS.c.contract,
    unique=True,
    postgresql_where=CONTRACT_AMENDMENTS.c.state.in_(("proposed", "approved")),
)
