"""What was done in working an opportunity, folded from its events: plain yes or no, as it stood when it closed."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.analytics.domain.facts import NOBODY, OpportunityFact, Practice

# A figure keeps its meaning when administrators edit the days of a missed quote.
IN_TIME = timedelta(days=7)
SKIP, BACK = "skip", "back"
_NOTHING: Mapping[Practice, bool] = {}
_MOVES: Mapping[str, Practice] = {SKIP: Practice.STAGE_SKIPPED, BACK: Practice.FELL_BACK}
_HAPPENING = (
    *_MOVES.values(),
    Practice.COMPETITOR_KNOWN,
    Practice.CLOSING_POSTPONED,
    Practice.HANDED_OVER,
)


class Conduct(NamedTuple):
    """Since when the need is confirmed, when it was quoted since, and what is filed."""

    need_confirmed: datetime | None
    first_quoted: datetime | None
    evidence: frozenset[str]


class Worked(NamedTuple):
    """What an event tells of how an opportunity is worked; None for what its release did not tell."""

    time: datetime
    move: str = ""
    expected: date | None = None
    competitor: bool = False
    registered: bool = False
    from_lead: bool = False
    conduct: Conduct | None = None
    contacts: int | None = None
    decision_makers: int | None = None


def practised(
    before: OpportunityFact | None, *, owner: UUID, state: str, worked: Worked | None
) -> Mapping[Practice, bool]:
    """What is known after an event: while it is open what has happened so far, and from its closing on yes or no.

    Once it is closed nothing is added but who was known then: a signature skips stages, and whoever lost learns to
    whom, and neither is a way of working.
    """
    so_far = before.practices if before is not None else _NOTHING
    if worked is None:
        return so_far
    if state == "open":
        return _while_open(before, owner, worked)
    if before is not None and before.is_closed:
        return {**so_far, **_acquainted(worked)}
    return {
        **{practice: so_far.get(practice, False) for practice in _HAPPENING},
        Practice.REGISTERED: worked.registered,
        Practice.FROM_LEAD: worked.from_lead,
        **_conducted(worked),
        **_acquainted(worked),
    }


def _while_open(before: OpportunityFact | None, owner: UUID, worked: Worked) -> Mapping[Practice, bool]:
    """What happened once has happened, also where it was closed in between."""
    new = [_MOVES[worked.move]] if worked.move else []
    if worked.competitor:
        new.append(Practice.COMPETITOR_KNOWN)
    if before is None:
        return dict.fromkeys(new, True)
    if _postponed(before, worked):
        new.append(Practice.CLOSING_POSTPONED)
    if before.owner not in {owner, NOBODY}:
        new.append(Practice.HANDED_OVER)
    so_far = before.practices
    if before.is_closed:
        so_far = {practice: True for practice in _HAPPENING if so_far.get(practice)}
    return {**so_far, **dict.fromkeys(new, True)} if new else so_far


def _postponed(before: OpportunityFact, worked: Worked) -> bool:
    if before.expected is None or worked.expected is None:
        return False
    return worked.expected > before.expected


def _conducted(worked: Worked) -> Mapping[Practice, bool]:
    conduct = worked.conduct
    if conduct is None:
        return _NOTHING
    filed = {
        Practice.REQUIREMENT_FILED: "requirement_document" in conduct.evidence,
        Practice.MEETING_RECORDED: "meeting_record" in conduct.evidence,
    }
    in_time = _quoted_in_time(conduct, worked.time)
    return filed if in_time is None else {**filed, Practice.QUOTED_IN_TIME: in_time}


def _quoted_in_time(conduct: Conduct, now: datetime) -> bool | None:
    """Not known while the need is not confirmed, or has not been for so long."""
    if conduct.need_confirmed is None:
        return None
    if conduct.first_quoted is None:
        return False if now - conduct.need_confirmed > IN_TIME else None
    return conduct.first_quoted - conduct.need_confirmed <= IN_TIME


def _acquainted(worked: Worked) -> Mapping[Practice, bool]:
    if worked.contacts is None or worked.decision_makers is None:
        return _NOTHING
    return {
        Practice.SEVERAL_CONTACTS: worked.contacts > 1,
        Practice.DECISION_MAKER_KNOWN: worked.decision_makers > 0,
    }
