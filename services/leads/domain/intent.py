"""Purchase intent (购买意向): what a probability is told from, and how it explains itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.leads.domain.behaviours import Tally
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from trade.budget import Budget
from trade.probability import Opinion, Row, Score, score_of
from trade.probability.moments import days_between, drawn_moment
from trade.reasons import Reason

# The probability is that of a conversion within so long.
HORIZON = timedelta(days=90)
_AGES = (timedelta(hours=1), *(timedelta(days=days) for days in (1, 3, 7, 14, 30, 60)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a lead at a moment, as far as it tells of its intent; `channel` is the channel's kind."""

    industry: str
    urgency: str
    channel: str
    has_campaign: bool
    budget: int | None
    employee_count: int
    touch_count: int
    create_time: datetime
    demo_request_time: datetime | None


LEAD_CLOSED = Reason("INTENT_LEAD_CLOSED")


def standing_of(lead: Lead, *, channel: str) -> Standing:
    """What is known of a lead now."""
    facts = lead.facts
    return Standing(
        industry=facts.industry,
        urgency=facts.urgency.value,
        channel=channel,
        has_campaign=facts.campaign is not None,
        budget=known_budget(facts.budget),
        employee_count=facts.employee_count,
        touch_count=lead.touch_count,
        create_time=lead.create_time,
        demo_request_time=facts.demo_request_time,
    )


def known_budget(budget: Budget) -> int | None:
    """The budget in whole yuan, the upper bound where there is one; other currencies are not comparable."""
    amount = budget.most or budget.least
    return int(amount.decimal()) if amount is not None and amount.currency == "CNY" else None


def features(standing: Standing, tally: Tally, *, at: datetime) -> Row:
    """A lead at a moment as a model reads it; nothing in it is younger than the moment."""
    return {
        "industry": standing.industry,
        "urgency": standing.urgency,
        "channel": standing.channel,
        "campaign": standing.has_campaign,
        "budget": standing.budget,
        "employees": standing.employee_count or None,
        "contacts": standing.touch_count,
        "age_days": _days(standing.create_time, at),
        "demo_days": _days(standing.demo_request_time, at),
        "page_visits": tally.page_visits,
        "mail_opens": tally.mail_opens,
        "clicks": tally.clicks,
        "downloads": tally.downloads,
        "demo_requests": tally.demo_requests,
        "quiet_days": _days(tally.last_time, at),
    }


def intent_of(lead: Lead, row: Row, opinion: Opinion, *, model: int, now: datetime) -> Score:
    """What the model says of a lead; a lead that nobody works any more has no intent."""
    if lead.state not in OPEN_STATES:
        return Score(model=model, time=now, silence=LEAD_CLOSED)
    return score_of(row, opinion, model=model, now=now)


def observed_at(lead: UUID, create_time: datetime) -> datetime:
    """The moment of its life at which a lead is learnt from: one for each, by its id, so that every age is met."""
    return drawn_moment(lead, create_time, ages=_AGES)


def known_outcome(*, observed: datetime, convert_time: datetime | None, now: datetime) -> bool | None:
    """Whether a lead was converted within the horizon after the moment it is observed at.

    None while that cannot be said alike of every lead: as long as the horizon is not over, even where it was converted
    by now; and where it was converted before.
    """
    if observed + HORIZON > now:
        return None
    if convert_time is None:
        return False
    return None if convert_time <= observed else convert_time <= observed + HORIZON


def youngest_with_outcome(now: datetime) -> datetime:
    """Leads made later than this have no known outcome yet."""
    return now - HORIZON - _AGES[0]


def _days(since: datetime | None, at: datetime) -> float | None:
    return days_between(since, at, most=_AGES[-1])
