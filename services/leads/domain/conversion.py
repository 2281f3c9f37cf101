"""Converting leads (线索转化): wanted, then carried out by pipeline, or refused by it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from kernel.errors import Kind, Refusal
from kernel.events import Change
from services.leads.domain.conversion_record import Choices, Conversion, Outcome
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.pooling import check_not_pooled
from services.leads.domain.response import Timetable
from trade.pools.clock import rested_spell
from trade.reasons import Reason


@dataclass(eq=False, kw_only=True)
class LeadCannotConvert(Refusal):
    """The lead is converted, is being converted, or was judged not worth selling to."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_CANNOT_CONVERT"

    state: str


@dataclass(eq=False, kw_only=True)
class LeadWithoutOwner(Refusal):
    """Nobody owns the lead, and the caller is no member who could: what comes of it would be nobody's."""

    kind = Kind.RULE_VIOLATION
    reason = "LEAD_WITHOUT_OWNER"

    lead: str


@dataclass(frozen=True, slots=True)
class LeadConverting:
    """Somebody wants a lead converted; pipeline is asked."""


@dataclass(frozen=True, slots=True)
class LeadConverted:
    """A lead became an account, and a registration or an opportunity."""


@dataclass(frozen=True, slots=True)
class LeadConversionRefused:
    """Pipeline refused; the lead is where it was."""


def check_convertible(lead: Lead) -> None:
    """Pass for a lead somebody works; raises LeadCannotConvert, LeadInPool."""
    check_not_pooled(lead)
    if lead.state not in OPEN_STATES:
        raise LeadCannotConvert(state=lead.state.value)


def begin_conversion(lead: Lead, *, choices: Choices, job: UUID, actor: UUID | None, now: datetime) -> Change[Lead]:
    """Want it converted; the job asks pipeline on behalf of the actor, or of the owner where no member asks.

    A lead of nobody becomes the actor's customer. Raises LeadCannotConvert, LeadInPool, LeadWithoutOwner.
    """
    check_convertible(lead)
    member = actor or lead.owner
    if member is None:
        raise LeadWithoutOwner(lead=f"leads/{lead.uuid}")
    conversion = Conversion(job=job, actor=member, former=lead.state, choices=choices, time=now)
    return Change(
        replace(lead, state=LeadState.CONVERTING, conversion=conversion, update_time=now), (LeadConverting(),)
    )


def is_asked_for_by(lead: Lead, job: UUID) -> bool:
    """Whether the job still has to convert the lead: a repeat after the end, or of an older attempt, has not."""
    return lead.state is LeadState.CONVERTING and lead.conversion is not None and lead.conversion.job == job


def converted(lead: Lead, outcome: Outcome) -> Change[Lead]:
    """Keep what became of a lead that was asked for."""
    conversion = _running(lead)
    following = replace(
        lead,
        state=LeadState.CONVERTED,
        conversion=replace(conversion, outcome=outcome),
        update_time=outcome.time,
    )
    return Change(following, (LeadConverted(),))


def conversion_refused(lead: Lead, error: Reason, *, timetable: Timetable) -> Change[Lead]:
    """Give a lead back its former state, with the reason; it can be converted again with other choices.

    The days on which it was decided do not count on its owner's time.
    """
    conversion, now, clock = _running(lead), timetable.now, lead.recycling
    if clock is not None:
        since, team, grade = conversion.time, lead.team, lead.grade.value
        clock = rested_spell(clock, since=since, until=now, team=team, kind=grade, plan=timetable.recycling)
    given_back = replace(lead, state=conversion.former, conversion=replace(conversion, error=error), recycling=clock)
    return Change(replace(given_back, update_time=now), (LeadConversionRefused(),))


def _running(lead: Lead) -> Conversion:
    if lead.conversion is None:
        raise LeadCannotConvert(state=lead.state.value)
    return lead.conversion
