"""Capturing leads (线索录入)."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.principal import ANONYMOUS, Principal, Scope
from chassis.work import UnitOfWork
from kernel.events import Change
from services.leads.application.intake import Briefing, IntakeDesk, Newcomer
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead, LeadExistsElsewhere, create_lead
from services.leads.domain.resemblance import IntakeVerdict, Resemblance, judge_intake
from services.leads.domain.rule_sets import RuleKind
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_assignment, write_review, write_touch
from services.leads.storage.stock import find_resembling

WRITE = "leads.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What became of a lead that was told: a new lead, or a known one that was touched."""

    lead: Lead
    touched: bool

    @property
    def in_review(self) -> bool:
        """Whether somebody should look at what the new lead resembles."""
        return not self.touched and any(hint.band.value == "likely" for hint in self.lead.resembles)


async def capture_lead(work: UnitOfWork, *, told: LeadFacts, desk: IntakeDesk) -> Captured:
    """A lead is cleaned, compared with the stock, graded and given to somebody, all at once.

    One that is the same as a known lead is attached to it as a touch. Raises ChannelUnknown, CampaignUnknown, and
    LeadExistsElsewhere where the known lead is outside the caller's scope.
    """
    briefing = await desk.brief(work)
    newcomer = briefing.prepare(told)
    known = await find_resembling(work, newcomer.searched(briefing.rules))
    return take_in(work, briefing=briefing, newcomer=newcomer, known=known)


def take_in(work: UnitOfWork, *, briefing: Briefing, newcomer: Newcomer, known: Sequence[Lead]) -> Captured:
    """Decide about one lead beside the known ones that share a key with it, and gather what follows."""
    verdict = judge_intake(briefing.resemblances(newcomer, known))
    if verdict.attach_to is None:
        return Captured(lead=_create(work, briefing, newcomer, verdict), touched=False)
    same = next(lead for lead in known if lead.uuid == verdict.attach_to)
    if not sees(work.principal, same, permission=WRITE):
        raise LeadExistsElsewhere
    why = next(hint for hint in verdict.hints if hint.lead == same.uuid)
    return Captured(lead=_touch(work, briefing, newcomer, same, why), touched=True)


def sees(principal: Principal, lead: Lead, *, permission: str = WRITE) -> bool:
    """Whether the caller may see a lead that is already in memory: the same rule as `chassis.scope` has in SQL.

    A form sees everything, because its answer tells nothing.
    """
    if principal == ANONYMOUS:
        return True
    reach = principal.scope_of(permission)
    if reach is None:
        return False
    own = lead.owner is not None and lead.owner == principal.member
    in_team = reach >= Scope.TEAM and lead.team in principal.teams
    in_region = reach >= Scope.REGION and lead.region is not None and lead.region == principal.region
    return reach is Scope.ALL or own or in_team or in_region


def _create(work: UnitOfWork, briefing: Briefing, newcomer: Newcomer, verdict: IntakeVerdict) -> Lead:
    duplicates = briefing.version(RuleKind.DUPLICATES)
    change = create_lead(
        uuid=work.new_id(),
        facts=newcomer.facts,
        keys=newcomer.keys,
        resembles=verdict.hints,
        rules_version=duplicates,
        now=work.now,
    )
    change = _assigned(work, briefing, change.then(lambda lead: graded(briefing, lead, newcomer.channel_kind)))
    for hint in verdict.to_review:
        write_review(work, lead=change.aggregate.uuid, hint=hint, rules_version=duplicates)
    return work.save(RECORD, change)


def _touch(work: UnitOfWork, briefing: Briefing, newcomer: Newcomer, same: Lead, why: Resemblance) -> Lead:
    write_touch(work, lead=same.uuid, told=newcomer.facts, why=why, rules_version=briefing.version(RuleKind.DUPLICATES))
    change = same.touched(facts=newcomer.facts, now=work.now)
    kind = briefing.rules.kind_of(change.aggregate.facts.channel)
    change = change.then(lambda lead: graded(briefing, lead, kind))
    return work.save(RECORD, change if change.aggregate.owner else _assigned(work, briefing, change))


def graded(briefing: Briefing, lead: Lead, channel_kind: str) -> Change[Lead]:
    """Grade a lead by the rules in force."""
    grade, reasons = briefing.grade(lead.facts, channel_kind=channel_kind)
    version = briefing.version(RuleKind.GRADE)
    return lead.graded(grade=grade, reasons=reasons, rules_version=version, now=briefing.now)


def _assigned(work: UnitOfWork, briefing: Briefing, change: Change[Lead]) -> Change[Lead]:
    lead = change.aggregate
    decision = briefing.owner(lead)
    write_assignment(
        work,
        lead=lead,
        decision=decision,
        rules_version=briefing.version(RuleKind.ASSIGNMENT),
        skill=lead.facts.industry,
        today=work.now.astimezone(briefing.zone).date(),
    )
    chosen = decision.chosen
    if chosen is None:
        return change.then(lambda lead: Change(lead.unassigned(reasons=decision.reasons), ()))
    return change.then(
        lambda lead: lead.assigned(
            owner=chosen.member, team=chosen.team, region=chosen.region, reasons=decision.reasons
        )
    )
