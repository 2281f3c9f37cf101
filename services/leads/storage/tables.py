"""The tables of leads, and of what was decided about them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    and_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.tables import AT_ONCE, REPLACED
from services.leads.domain.lead_state import LeadState
from services.leads.storage.metadata import METADATA

_PERSONAL = {"personal": True}
# Made from the other columns: the audit need not keep a masked form of it beside theirs.
_DERIVED = {"personal": True, "derived": True}


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, Text, nullable=False, **options)


def _version() -> Column[Any]:
    return Column("version", BigInteger, nullable=False)


LEADS = Table(
    "leads",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("company_name"),
    # Null when unknown: the index then holds only those that have one.
    Column("credit_code", Text),
    _text("contact_name", info=_PERSONAL),
    _text("job_title"),
    _text("phone", info=_PERSONAL),
    _text("email", info=_PERSONAL),
    Column("address", JSONB, nullable=False, info=_PERSONAL),
    _text("industry"),
    Column("employee_count", Integer, nullable=False),
    _text("urgency"),
    Column("budget_min_minor", BigInteger),
    Column("budget_max_minor", BigInteger),
    Column("budget_currency", Text),
    _text("need"),
    _instant("demo_request_time", nullable=True),
    Column("channel", Uuid),
    Column("campaign", Uuid),
    Column("region", Uuid),
    Column("tags", ARRAY(Text), nullable=False),
    Column("custom", JSONB, nullable=False, info=_PERSONAL),
    _text("state"),
    _text("grade"),
    Column("grade_reasons", JSONB, nullable=False),
    Column("grade_rules", BigInteger, nullable=False),
    Column("grade_override", JSONB),
    Column("conversion", JSONB),
    # What people said of the checklist, in their words, and the last verdict.
    Column("qualification", JSONB, info=_PERSONAL),
    # The lead that stands for the customer since a merge, and that merge; null while this one does.
    Column("merged_into", Uuid),
    Column("merge", Uuid),
    # The clock of the first response; beside it what lists are filtered and sorted by, and when it is looked at next.
    Column("response", JSONB),
    _instant("response_due", nullable=True),
    _instant("first_response_time", nullable=True),
    _instant("response_next", nullable=True),
    # Until when it is to be answered; the end of time where nothing is to be.
    _instant("answer_by"),
    # The pool a lead of nobody waits in; of one that somebody owns it means nothing.
    Column("pool", Uuid),
    # The clock of its owner's time; beside it when the lead falls back, and when the clock is looked at next.
    Column("recycling", JSONB),
    _instant("recycle_due", nullable=True),
    _instant("recycle_next", nullable=True),
    Column("owner", Uuid),
    Column("team", Uuid),
    Column("owner_reasons", JSONB, nullable=False),
    Column("resembles", JSONB, nullable=False),
    Column("duplicate_rules", BigInteger, nullable=False),
    Column("touch_count", Integer, nullable=False),
    # Empty since keys lie in `lead_identities`; what a process of the release before writes here is copied there.
    Column("match_keys", ARRAY(Text), nullable=False, info=_DERIVED),
    _text("sort_key"),
    _text("phone_e164", info=_DERIVED),
    _text("email_key", info=_DERIVED),
    _instant("received_time"),
    _instant("create_time"),
    _instant("update_time"),
)
_SORTED = {"fastupdate": "off"}
Index("leads_match_keys", LEADS.c.match_keys, postgresql_using="gin", postgresql_with=_SORTED)
Index("leads_create_time", LEADS.c.create_time, LEADS.c.uuid)
Index("leads_received_time", LEADS.c.received_time, LEADS.c.uuid)
Index("leads_update_time", LEADS.c.update_time, LEADS.c.uuid)
Index("leads_credit_code", LEADS.c.credit_code, postgresql_where=LEADS.c.credit_code.is_not(None))
Index("leads_sort_key", LEADS.c.sort_key, LEADS.c.uuid)
Index("leads_grade", LEADS.c.grade, LEADS.c.uuid)
Index("leads_owner", LEADS.c.owner, LEADS.c.create_time)
Index("leads_team", LEADS.c.team, LEADS.c.create_time)
Index("leads_region", LEADS.c.region, LEADS.c.create_time)
Index("leads_merged_into", LEADS.c.merged_into, postgresql_where=LEADS.c.merged_into.is_not(None))
Index("leads_answer_by", LEADS.c.answer_by, LEADS.c.uuid)
# Whose clocks come to something next.
Index("leads_response_next", LEADS.c.response_next, LEADS.c.uuid, postgresql_where=LEADS.c.response_next.is_not(None))
Index("leads_recycle_next", LEADS.c.recycle_next, LEADS.c.uuid, postgresql_where=LEADS.c.recycle_next.is_not(None))
Index("leads_pool", LEADS.c.pool, LEADS.c.create_time, LEADS.c.uuid, postgresql_where=LEADS.c.pool.is_not(None))
# Who has an owner and no clock of his time: leads of before, and those that a process of before gave away.
Index("leads_unclocked", LEADS.c.uuid, postgresql_where=and_(LEADS.c.owner.is_not(None), LEADS.c.recycling.is_(None)))
# Which leads nobody could take so far.
Index("leads_unowned", LEADS.c.uuid, postgresql_where=LEADS.c.owner.is_(None))
# What a round by the day goes over.
Index("leads_with_demo", LEADS.c.uuid, postgresql_where=LEADS.c.demo_request_time.is_not(None))
Index("leads_campaign", LEADS.c.campaign, postgresql_where=LEADS.c.campaign.is_not(None))

# What each lead is found and compared by: keys, and its fingerprint (`trade/duplicates/prints.py`; empty until it is
# made). `version` is the lead's version when both were written: only a change of who the customer is writes them anew.
# A lead that was merged away goes on being found, and `stands_for` it is the lead at the end of its merges; else null.
# One that was taken back has no keys, and the zero id stands for it.
LEAD_IDENTITIES = Table(
    "lead_identities",
    METADATA,
    Column("lead", Uuid, primary_key=True),
    _version(),
    Column("match_keys", ARRAY(Text), nullable=False, info=_DERIVED),
    _text("prints", info=_DERIVED),
    Column("stands_for", Uuid),
    info=REPLACED,
)
# Without the pending list a look-up never has to read through unsorted newcomers.
Index("lead_identities_match_keys", LEAD_IDENTITIES.c.match_keys, postgresql_using="gin", postgresql_with=_SORTED)

# The exact keys under which a customer was first told of within the last seconds: who tells of him at the same moment
# in another process, before either shows in `leads`, meets the same key here. Rows of a minute ago mean nothing.
FIRST_CONTACTS = Table(
    "first_contacts",
    METADATA,
    Column("key", Text, nullable=False),
    Column("slot", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "slot", name=f"first_contacts{AT_ONCE}"),
)

TOUCHES = Table(
    "touches",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    _instant("time"),
    _text("actor"),
    Column("channel", Uuid),
    Column("campaign", Uuid),
    Column("score", Float, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rules", BigInteger, nullable=False),
    Column("told", JSONB, nullable=False, info=_PERSONAL),
    # Taken back: it counts no more.
    _instant("withdraw_time", nullable=True),
)
Index("touches_lead", TOUCHES.c.lead, TOUCHES.c.time)

DUPLICATE_CANDIDATES = Table(
    "duplicate_candidates",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("other", Uuid, nullable=False),
    Column("score", Float, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("rules", BigInteger, nullable=False),
    _text("state"),
    _instant("create_time"),
    Column("judge", Text),
    Column("judge_name", Text),
    _instant("judge_time", nullable=True),
    # The merge that made both leads one, as long as it stands.
    Column("merge", Uuid),
)
Index("duplicate_candidates_newest", DUPLICATE_CANDIDATES.c.create_time, DUPLICATE_CANDIDATES.c.uuid)
Index("duplicate_candidates_lead", DUPLICATE_CANDIDATES.c.lead)
Index("duplicate_candidates_other", DUPLICATE_CANDIDATES.c.other)
Index("duplicate_candidates_open", DUPLICATE_CANDIDATES.c.state, DUPLICATE_CANDIDATES.c.create_time)

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    Column("member", Uuid),
    _instant("time"),
    Column("rules", BigInteger, nullable=False),
    _text("grade"),
    Column("region", Uuid),
    _text("skill"),
    Column("reasons", JSONB, nullable=False),
    Column("candidates", JSONB, nullable=False),
)
Index("assignments_lead", ASSIGNMENTS.c.lead, ASSIGNMENTS.c.time)

# Each new grade with its reasons; the first one comes with the lead, and the present one stands on it.
GRADE_CHANGES = Table(
    "grade_changes",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("lead", Uuid, nullable=False),
    _instant("time"),
    _text("actor"),
    _text("grade"),
    Column("reasons", JSONB, nullable=False, info=_PERSONAL),
)
Index("grade_changes_lead", GRADE_CHANGES.c.lead, GRADE_CHANGES.c.time)

# Load changes are only ever added, so that two leads given to one member at once never wait for each other;
# a sweep folds them together. The sums over a member are his load.
MEMBER_LOADS = Table(
    "member_loads",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    Column("member", Uuid, nullable=False),
    Column("day", Date, nullable=False),
    Column("open_leads", Integer, nullable=False),
    Column("given_leads", Integer, nullable=False),
)
Index("member_loads_member", MEMBER_LOADS.c.member, MEMBER_LOADS.c.day)

CHANNELS = Table(
    "channels",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("display_name"),
    _text("kind"),
    Column("active", Boolean, nullable=False),
    Column("form_token", Text),
    _instant("create_time"),
    _instant("update_time"),
)
Index("channels_form_token", CHANNELS.c.form_token, unique=True, postgresql_where=CHANNELS.c.form_token.is_not(None))
Index("channels_display_name", CHANNELS.c.display_name, CHANNELS.c.uuid)

CAMPAIGNS = Table(
    "campaigns",
    METADATA,
    Column("uuid", Uuid, primary_key=True),
    _version(),
    _text("display_name"),
    Column("channel", Uuid),
    _text("plan"),
    _text("audience"),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("budget_minor", BigInteger),
    Column("budget_currency", Text),
    Column("cost_minor", BigInteger),
    Column("cost_currency", Text),
    Column("utm", JSONB, nullable=False),
    Column("active", Boolean, nullable=False),
    _instant("create_time"),
    _instant("update_time"),
)
Index("campaigns_display_name", CAMPAIGNS.c.display_name, CAMPAIGNS.c.uuid)

# A lead stands for its customer. One that was merged away, or taken back with its import, is read by its name alone.
STANDS = and_(LEADS.c.merged_into.is_(None), LEADS.c.state != LeadState.WITHDRAWN.value)
