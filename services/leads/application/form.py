"""Leads from public web forms (网站表单)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from chassis.work import UnitOfWork
from kernel.errors import Kind, Refusal
from services.leads.application.capture import Captured, capture_lead
from services.leads.application.intake import IntakeDesk
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


async def submit_form(work: UnitOfWork, *, submission: FormSubmission, desk: IntakeDesk) -> Captured | None:
    """A visitor's entry becomes a lead of the form's channel, and of the campaign its link belongs to.

    Whoever fills the field people do not see is a program: it gets the usual answer, and nothing is kept. Raises
    ChannelUnknown for a token of no open form, and ConsentMissing.
    """
    rules = await desk.rulebook.current(work)
    channel = rules.channel_of_form(submission.token)
    if submission.trap:
        return None
    if not submission.consent:
        raise ConsentMissing
    campaign = rules.campaign_of_link(submission.utm)
    told = replace(
        submission.told,
        channel=channel.uuid,
        campaign=campaign.uuid if campaign else None,
        demo_request_time=work.now if submission.demo_requested else None,
        custom={CONSENT_FIELD: work.now.isoformat(), **submission.utm},
    )
    return await capture_lead(work, told=told, desk=desk)
