"""Leads from public web forms (网站表单)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.work import UnitOfWork
from kernel.errors import Kind, Refusal
from services.leads.application.capture import Captured, capture_lead
from services.leads.application.capture_many import capture_together
from services.leads.application.intake import IntakeDesk
from services.leads.application.nurturing.consenting import keep_form_consent
from services.leads.application.rulebook import RulesInForce
from services.leads.domain.facts import CONSENT_FIELD, LeadFacts


@dataclass(kw_only=True)
class ConsentMissing(Refusal):
    """The visitor did not agree that what was entered is processed; nothing is kept."""

    kind = Kind.RULE_VIOLATION
    reason = "CONSENT_MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmission:
    """A filled-in form: what it tells, and what it says about who filled it."""

    token: str
    told: LeadFacts
    demo_requested: bool
    consent: bool
    trap: str
    utm: Mapping[str, str]
    marketing_consent: bool = False


async def submit_form(work: UnitOfWork, *, submission: FormSubmission, desk: IntakeDesk) -> Captured | None:
    """A visitor's entry becomes a lead of the form's channel, and of the campaign its link belongs to.

    Whoever fills the field people do not see is a program: it gets the usual answer, and nothing is kept. Raises
    ChannelUnknown for a token of no open form, and ConsentMissing.
    """
    told = _told(await desk.rulebook.current(work, naming=[submission.token]), submission, now=work.now)
    if told is None:
        return None
    captured = await capture_lead(work, told=told, desk=desk)
    _keep_consent(work, submission, told, captured)
    return captured


async def submit_forms(
    units: Sequence[UnitOfWork], *, submissions: Sequence[FormSubmission], desk: IntakeDesk
) -> Sequence[Captured | Refusal | None]:
    """Entries of several visitors at the same moment, each on its own account: of one customer they make one lead."""
    rules = await desk.rulebook.current(units[0])
    outcomes: list[Captured | Refusal | None] = []
    meant: list[tuple[int, UnitOfWork, LeadFacts]] = []
    for place, (work, submission) in enumerate(zip(units, submissions, strict=True)):
        try:
            told = _told(rules, submission, now=work.now)
        except Refusal as refusal:
            outcomes.append(refusal)
            continue
        outcomes.append(None)
        if told is not None:
            meant.append((place, work, told))
    if meant:
        taken = await capture_together([work for _, work, _ in meant], told=[told for *_, told in meant], desk=desk)
        for (place, work, told), outcome in zip(meant, taken, strict=True):
            outcomes[place] = outcome
            if isinstance(outcome, Captured):
                _keep_consent(work, submissions[place], told, outcome)
    return outcomes


def _keep_consent(work: UnitOfWork, submission: FormSubmission, told: LeadFacts, captured: Captured) -> None:
    """Who agrees to be mailed agrees for the address he entered, whether he is a new customer or a known one."""
    if submission.marketing_consent:
        keep_form_consent(work, address=told.email, channel=told.channel, lead=captured.lead.uuid)


def _told(rules: RulesInForce, submission: FormSubmission, *, now: datetime) -> LeadFacts | None:
    """What the entry says as a lead; None of a program's."""
    channel = rules.channel_of_form(submission.token)
    if submission.trap:
        return None
    if not submission.consent:
        raise ConsentMissing
    campaign = rules.campaign_of_link(submission.utm)
    return replace(
        submission.told,
        channel=channel.uuid,
        campaign=campaign.uuid if campaign else None,
        demo_request_time=now if submission.demo_requested else None,
        custom={**submission.utm, CONSENT_FIELD: now.isoformat()},
    )
