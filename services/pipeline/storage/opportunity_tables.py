"""The tables of sales processes and opportunities, and of what was counted about them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.pipeline.storage.metadata import METADATA

_OPEN = text("state = 'open'")


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _whole(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False)


SALES_PROCESSES = Table(
    "sales_processes",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _whole("version"),
    _text("name_zh"),
    _text("name_en"),
    Column("stages", JSONB, nullable=False),
    Column("industries", ARRAY(Text), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    _instant("create_time"),
    _instant("update_time"),
)

OPPORTUNITIES = Table(
    "opportunities",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _whole("version"),
    Column("account", Uuid, nullable=False),
    _text("tier"),
    _text("display_name"),
    _text("need"),
    _text("industry"),
    # Nothing said about the amount is 0 without a currency.
    _whole("amount_minor"),
    _text("amount_currency"),
    _whole("weighted_minor"),
    # What the amount rests on, and what people said before the contract; not there in rows of a release before.
    Column("amount_source", Text),
    Column("stated_minor", BigInteger),
    Column("stated_currency", Text),
    Column("expected_close_date", Date),
    # The same, and the last of days where nothing is said: what a list sorts by is never null.
    Column("close_order", Date, nullable=False),
    _text("next_step"),
    Column("next_step_date", Date),
    _text("competitor"),
    _text("tactics"),
    Column("registration", Uuid),
    Column("lead", Uuid),
    Column("channel", Uuid),
    Column("campaign", Uuid),
    _instant("first_contact_time", nullable=True),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("sales_process", Uuid, nullable=False),
    _text("stage"),
    _text("stage_kind"),
    _instant("stage_entered_time"),
    Column("probability", Integer, nullable=False),
    _instant("rot_time", nullable=True),
    Column("visit", Integer, nullable=False),
    _text("state"),
    _instant("close_time", nullable=True),
    _text("loss_reason"),
    # Why it was won; not there in rows of a release before.
    Column("win_reason", Text),
    Column("contract", Uuid),
    _instant("settle_time", nullable=True),
    Column("counts", Boolean, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("waivers", JSONB, nullable=False),
    Column("postponements", Integer, nullable=False),
    # The day it was said to close on last, also where none is said now.
    Column("last_promise", Date),
    _instant("need_confirmed_time", nullable=True),
    _instant("quoted_time", nullable=True),
    # Since the need is confirmed; a quote that stands no longer was a quote in time.
    _instant("first_quoted_time", nullable=True),
    _instant("follow_up_time"),
    _instant("create_time"),
    _instant("update_time"),
)
_O = OPPORTUNITIES.c
Index("opportunities_newest", _O.create_time.desc(), _O.uuid.desc())
Index("opportunities_updated", _O.update_time, _O.uuid)
Index("opportunities_owner", _O.owner, _O.create_time.desc())
Index("opportunities_team", _O.team, _O.create_time.desc())
Index("opportunities_region", _O.region, _O.create_time.desc())
Index("opportunities_account", _O.account)
Index("opportunities_registration", _O.registration, unique=True)
Index("opportunities_lead", _O.lead)
Index("opportunities_contract", _O.contract, postgresql_where=text("contract is not null"))
Index("opportunities_board", _O.sales_process, _O.stage, _O.weighted_minor.desc(), _O.uuid, postgresql_where=_OPEN)
Index("opportunities_weighted", _O.weighted_minor, _O.uuid)
Index("opportunities_amount", _O.amount_minor, _O.uuid)
Index("opportunities_closing", _O.close_order, _O.uuid)
Index("opportunities_closed", _O.close_time, _O.uuid, postgresql_where=text("close_time is not null"))
Index("opportunities_rotting", _O.rot_time, postgresql_where=_OPEN)
Index(
    "opportunities_never_quoted",
    _O.need_confirmed_time,
    postgresql_where=text("state = 'open' and first_quoted_time is null"),
)
Index(
    "opportunities_unfollowed", _O.follow_up_time, postgresql_where=text("state = 'open' and quoted_time is not null")
)

# Stage history as facts: one row for each stay that ended; the present one stands on the opportunity.
STAGE_VISITS = Table(
    "stage_visits",
    METADATA,
    Column("opportunity", Uuid, nullable=False),
    Column("visit", Integer, nullable=False),
    _text("stage"),
    _text("stage_kind"),
    _instant("entered_time"),
    _instant("left_time"),
    _text("move"),
    _text("actor"),
    PrimaryKeyConstraint("opportunity", "visit", name="stage_visits_pkey"),
)

# What a board sums: each change adds its difference, a sweep folds the rows of one place into one.
BOARD_ENTRIES = Table(
    "board_entries",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    Column("sales_process", Uuid, nullable=False),
    _text("stage"),
    _text("state"),
    _text("currency"),
    # Whether they count in the funnel; what a process of the release before adds does not say.
    Column("counts", Boolean),
    _whole("opportunities"),
    _whole("amount_minor"),
    _whole("weighted_minor"),
)
Index("board_entries_owner", BOARD_ENTRIES.c.owner)
Index("board_entries_team", BOARD_ENTRIES.c.team)

# What contracts told that does not fit the opportunity as it stands: kept for people to look at.
OPPORTUNITY_CONFLICTS = Table(
    "opportunity_conflicts",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("opportunity", Uuid, nullable=False),
    _text("linked"),
    _text("code"),
    _text("state"),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("region", Uuid),
    _instant("time"),
    # Whoever looked at it, and what he said; the service itself where it fits again.
    _instant("close_time", nullable=True),
    Column("closer", Text),
    Column("comment", Text),
)
Index("opportunity_conflicts_newest", OPPORTUNITY_CONFLICTS.c.time.desc(), OPPORTUNITY_CONFLICTS.c.uuid)
Index("opportunity_conflicts_opportunity", OPPORTUNITY_CONFLICTS.c.opportunity)
