"""Which leads a programme is for, which of them enter, and why others do not."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, not_, or_, select, text

from chassis.listing.fields import to_sql
from chassis.listing.filters import parse_filter
from chassis.mail.storage import ALLOWED, consented_since
from chassis.work import Read
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.domain.nurturing.programme import Content, Programme
from services.leads.storage.lead_listing import LISTING
from services.leads.storage.leads import from_row
from services.leads.storage.metadata import MAIL_CHOICES
from services.leads.storage.nurturing_tables import LEAD_NURTURINGS
from services.leads.storage.tables import LEADS, STANDS
from trade.mail_choices import DIGESTED, ChoiceKind

# As `digest_of` has it, of the canonical address that stands in the row.
LEAD_DIGEST = f"encode(sha256(convert_to('{DIGESTED}' || leads.email_key, 'UTF8')), 'hex')"
_DIGEST: ColumnElement[str] = literal_column(LEAD_DIGEST)
_ALLOWED = text(ALLOWED.format(digest=LEAD_DIGEST))
_LAST = "(select max(c.time) from mail_choices c where c.digest = {digest} and c.kind = '{kind}')"
_OF_KIND: Mapping[ChoiceKind, ColumnElement[datetime]] = {
    kind: literal_column(_LAST.format(digest=LEAD_DIGEST, kind=kind.value)) for kind in ChoiceKind
}
_CONSENTED = _OF_KIND[ChoiceKind.CONSENTED]
_UNSUBSCRIBED, _BOUNCED = _OF_KIND[ChoiceKind.UNSUBSCRIBED], _OF_KIND[ChoiceKind.BOUNCED]
_OPEN = LEADS.c.state.in_([state.value for state in OPEN_STATES])
WOULD_ENTER = "would_enter"
_MOST_AGREED = 1000


def check_segment(segment: str) -> None:
    """A segment speaks the language of the list of leads; raises FilterInvalid."""
    _condition(segment)


async def leads_to_enter(
    read: Read, programme: Programme, *, most: int, since: datetime | None = None
) -> Sequence[Lead]:
    """At most so many leads that are to enter now, one of each address at the most.

    With `since` only those that changed or agreed since then are looked at: the whole stock takes a second for each
    fifty thousand.
    """
    statement = (
        _of_segment(programme.content)
        .where(_OPEN, LEADS.c.email_key != "", _ALLOWED, not_(_entered(programme, read.now)))
        .order_by(LEADS.c.uuid)
        .limit(most)
    )
    if since is not None:
        statement = statement.where(or_(LEADS.c.update_time > since, LEADS.c.uuid.in_(await _agreed(read, since))))
    rows = await read.connection.execute(statement, {"now": read.now})
    found = {row["email_key"]: from_row(row) for row in reversed(rows.mappings().all())}
    return list(reversed(found.values()))


async def _agreed(read: Read, since: datetime) -> Sequence[UUID]:
    """The leads on which somebody agreed since then."""
    told = await consented_since(read, MAIL_CHOICES, since=since, most=_MOST_AGREED)
    return [UUID(name.removeprefix("leads/")) for name in told]


async def in_segment(read: Read, segment: str, leads: Collection[UUID]) -> frozenset[UUID]:
    """Those of the leads that belong to the segment."""
    condition = _condition(segment)
    statement = select(LEADS.c.uuid).where(LEADS.c.uuid.in_(leads), condition)
    return frozenset(await read.connection.scalars(statement, {"now": read.now}))


async def count_entering(read: Read, programme: Programme) -> Mapping[str, int]:
    """How many leads of the segment would enter, and by the first reason that holds how many would not."""
    standing = (
        (not_(_OPEN), "NURTURING_LEFT_OUT_NOT_OPEN"),
        (LEADS.c.email_key == "", "NURTURING_LEFT_OUT_NO_ADDRESS"),
        (_CONSENTED.is_(None), "NURTURING_LEFT_OUT_NO_CONSENT"),
        (_refused(_UNSUBSCRIBED, _BOUNCED), "NURTURING_LEFT_OUT_UNSUBSCRIBED"),
        (_refused(_BOUNCED, _UNSUBSCRIBED), "NURTURING_LEFT_OUT_BOUNCED"),
        (_entered(programme, read.now), "NURTURING_LEFT_OUT_ENTERED"),
    )
    why = case(*standing, else_=WOULD_ENTER)
    judged = _of_segment(programme.content).with_only_columns(why.label("why"), _DIGEST.label("digest")).subquery()
    counted = select(judged.c.why, func.count(), func.count(judged.c.digest.distinct())).group_by(judged.c.why)
    found: dict[str, int] = {}
    for reason, leads, addresses in await read.connection.execute(counted, {"now": read.now}):
        found[reason] = addresses if reason == WOULD_ENTER else leads
        if reason == WOULD_ENTER and leads > addresses:
            found["NURTURING_LEFT_OUT_ADDRESS_SHARED"] = leads - addresses
    return found


def _refused(by: ColumnElement[datetime], other: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether this refusal came since consent was given, and no other one later."""
    return and_(by >= _CONSENTED, or_(other.is_(None), other <= by))


def _of_segment(content: Content) -> Select[Any]:
    return select(LEADS).where(STANDS, _condition(content.segment))


def _condition(segment: str) -> ColumnElement[bool]:
    condition = parse_filter(segment)
    return literal_column("true") if condition is None else to_sql(condition, LISTING.fields)


def _entered(programme: Programme, now: datetime) -> ColumnElement[bool]:
    """Whether the lead, or another one with its address, is in the programme, or was and may not enter again yet."""
    kept = LEAD_NURTURINGS
    of_lead = or_(kept.c.lead == LEADS.c.uuid, kept.c.digest == _DIGEST)
    again = programme.content.re_entry
    still = kept.c.uuid.is_not(None) if again is None else or_(kept.c.state == "active", kept.c.end_time > now - again)
    entered = select(kept.c.uuid).where(kept.c.programme == programme.uuid, of_lead, still)
    return entered.correlate(LEADS).exists()
