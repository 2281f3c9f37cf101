"""What happened to a lead (线索历史), as it is handed on when the lead becomes a customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from services.leads.domain.follow_up import FollowUp
from services.leads.domain.lead import Grade, Lead
from services.leads.domain.touches import Touch
from trade.reasons import Reason

MOST = 100
LONGEST_NEED = 1000


class Happening(Enum):
    """What happened; of one moment in this order."""

    FIRST_CONTACT = "first_contact"
    TOUCHED = "touched"
    GRADED = "graded"
    ASSIGNED = "assigned"
    FOLLOWED_UP = "followed_up"
    CONVERTED = "converted"


_ORDER = {happening: place for place, happening in enumerate(Happening)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that happened to a lead; `actor` is empty where nobody in particular did it."""

    happening: Happening
    time: datetime
    actor: str = ""
    channel: UUID | None = None
    campaign: UUID | None = None
    need: str = ""
    owner: UUID | None = None
    grade: Grade | None = None
    reasons: tuple[Reason, ...] = ()


def history_of(
    lead: Lead,
    *,
    touches: Sequence[Touch],
    follow_ups: Sequence[FollowUp],
    decisions: Sequence[HistoryEntry],
    absorbed: Sequence[Lead] = (),
) -> Sequence[HistoryEntry]:
    """The contacts, follow-ups and decisions of a lead that is being converted, the oldest first.

    Leads it has `absorbed` were first contacts of the same customer: the earliest of all is the first, the others are
    contacts that followed. Of more than a hundred the first contact and the newest are told, of a long need its
    beginning.
    """
    earliest = min((*absorbed, lead), key=_first_time)  # a survivor has the earliest time itself, but it was told there
    first = HistoryEntry(
        happening=Happening.FIRST_CONTACT,
        time=_first_time(earliest),
        channel=earliest.facts.channel,
        campaign=earliest.facts.campaign,
    )
    others = [_contacted(each, at=_first_time(each)) for each in absorbed if each is not earliest]
    if earliest is not lead:
        others.append(_contacted(lead, at=lead.create_time))
    later = [*map(_touched, touches), *others, *map(_followed_up, follow_ups), *decisions, *_converted(lead)]
    later.sort(key=lambda entry: (entry.time, _ORDER[entry.happening]))
    return [first, *later[-(MOST - 1) :]]


def _first_time(lead: Lead) -> datetime:
    return min(lead.facts.received_time or lead.create_time, lead.create_time)


def _contacted(lead: Lead, *, at: datetime) -> HistoryEntry:
    """A record of the customer made by itself, because nobody knew that he was known."""
    return HistoryEntry(
        happening=Happening.TOUCHED,
        time=at,
        channel=lead.facts.channel,
        campaign=lead.facts.campaign,
        need=lead.facts.need[:LONGEST_NEED],
    )


def _touched(touch: Touch) -> HistoryEntry:
    return HistoryEntry(
        happening=Happening.TOUCHED,
        time=touch.time,
        actor=touch.actor,
        channel=touch.told.channel,
        campaign=touch.told.campaign,
        need=touch.told.need[:LONGEST_NEED],
    )


def _followed_up(told: FollowUp) -> HistoryEntry:
    """What was said stands where the need of a contact does; how and with what success is a reason."""
    facts = told.facts
    how = Reason("LEAD_FOLLOWED_UP", {"kind": facts.kind.value, "outcome": facts.outcome.value})
    return HistoryEntry(
        happening=Happening.FOLLOWED_UP,
        time=facts.time,
        actor=told.author,
        need=facts.note[:LONGEST_NEED],
        reasons=(how,),
    )


def _converted(lead: Lead) -> Sequence[HistoryEntry]:
    """The owner and the grade it leaves with, and why that grade."""
    conversion = lead.conversion
    if conversion is None:
        return ()
    entry = HistoryEntry(
        happening=Happening.CONVERTED,
        time=conversion.time,
        actor=f"members/{conversion.actor}",
        owner=lead.owner,
        grade=lead.grade,
        reasons=lead.grade_reasons,
    )
    return (entry,)
