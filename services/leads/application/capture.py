"""Capturing leads (线索录入)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis import metrics
from chassis.principal import ANONYMOUS, Principal
from chassis.reach import grounds
from chassis.work import UnitOfWork
from kernel.events import Change
from services.leads.application.finding import candidates, keep_identity
from services.leads.application.intake import Briefing, IntakeDesk, Newcomer
from services.leads.application.rule_kinds import ASSIGNMENT, DUPLICATES
from services.leads.application.rulebook import origin_names
from services.leads.domain.assignment import AssignmentDecision
from services.leads.domain.companies import is_asked_for
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead, LeadExistsElsewhere, Ownership, create_lead
from services.leads.domain.lead_state import OPEN_STATES, LeadState
from services.leads.domain.qualifying import reopened
from services.leads.domain.resemblance import Candidate, IntakeVerdict, Resemblance, judge_intake
from services.leads.storage.companies import mark_company
from services.leads.storage.first_contacts import write_first_contact
from services.leads.storage.hints import with_visible_hints
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_collaborators import SHARED_LEADS, shared_with_caller
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import RECORD
from services.leads.storage.ledger import write_assignment, write_reopened, write_review, write_touch
from services.leads.storage.stock import leads_to_touch

WRITE = "leads.write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What became of a lead that was told: a new lead, or a known one that was touched, and what it was `before`."""

    lead: Lead
    touched: bool
    before: Lead | None = None
    touch: UUID | None = None

    @property
    def in_review(self) -> bool:
        """Whether somebody should look at what the new lead resembles."""
        return not self.touched and any(hint.band.value == "likely" for hint in self.lead.resembles)


async def capture_lead(work: UnitOfWork, *, told: LeadFacts, desk: IntakeDesk) -> Captured:
    """A lead is cleaned, compared with the stock, graded and given to somebody, all at once.

    One that is the same as a known lead is attached to it as a touch. Raises ChannelUnknown, CampaignUnknown, and
    LeadExistsElsewhere where the known lead is outside the caller's scope.
    """
    briefing = await desk.brief(work, naming=origin_names(told))
    newcomer = briefing.prepare(told)
    known = await candidates(work, newcomer.searched(briefing.rules), briefing.rules.duplicates)
    verdict = judge_intake(briefing.resemblances(newcomer, known))
    same = await leads_to_touch(work, [verdict.attach_to] if verdict.attach_to else ())
    shared = await shared_with_caller(work, [lead for lead in same.values() if not sees(work.principal, lead)])
    captured = take_in(
        work, briefing=briefing, newcomer=newcomer, known=known, verdict=verdict, same=same, shared=shared
    )
    return replace(captured, lead=await as_answered(work, captured.lead))


async def as_answered(work: UnitOfWork, lead: Lead) -> Lead:
    """The lead as its own answer shows it: nobody learns from it of leads he may not see."""
    return (await with_visible_hints(work, [lead], permission=SHARED_LEADS.reading))[0]


def take_in(
    work: UnitOfWork,
    *,
    briefing: Briefing,
    newcomer: Newcomer,
    known: Sequence[Candidate],
    verdict: IntakeVerdict,
    same: Mapping[UUID, Lead],
    shared: Collection[UUID] = frozenset(),
) -> Captured:
    """Gather what follows from the verdict about a lead beside the known ones that share a key with it.

    `same` has at least the known lead to which it is to be attached.
    """
    if verdict.attach_to is None:
        write_first_contact(work, briefing.first_keys(newcomer, known))
        return Captured(lead=_create(work, briefing, newcomer, verdict), touched=False)
    lead = same[verdict.attach_to]
    if not sees(work.principal, lead, permission=WRITE, shared=shared):
        raise LeadExistsElsewhere(team=briefing.team_of(lead))
    why = next(hint for hint in verdict.hints if hint.lead == lead.uuid)
    return _touch(work, briefing, newcomer, lead, why)


def sees(principal: Principal, lead: Lead, *, permission: str = WRITE, shared: Collection[UUID] = frozenset()) -> bool:
    """Whether the caller may see a lead that is already in memory: the same rule as `chassis.scope` has in SQL.

    `shared` are the leads shared with the caller. A form sees everything, because its answer tells nothing.
    """
    if principal == ANONYMOUS:
        return True
    why = grounds(
        principal,
        permission,
        owner=lead.owner,
        team=lead.team,
        region=lead.region,
        shared=lead.uuid in shared,
    )
    return why is not None


def _create(work: UnitOfWork, briefing: Briefing, newcomer: Newcomer, verdict: IntakeVerdict) -> Lead:
    facts, duplicates = newcomer.facts, briefing.version(DUPLICATES)
    grading = briefing.grade(facts, channel_kind=newcomer.channel_kind)
    decision = briefing.owner(grade=grading.grade, region=facts.region, skill=facts.industry)
    change = create_lead(
        uuid=work.new_id(),
        facts=facts,
        keys=newcomer.keys,
        resembles=verdict.hints,
        rules_version=duplicates,
        timetable=briefing.timetable,
        grading=grading,
        ownership=ownership_by(decision),
    )
    write_down(work, briefing, change.aggregate, decision)
    for hint in verdict.to_review:
        write_review(work, lead=change.aggregate.uuid, hint=hint, rules_version=duplicates)
    INTENTS.write_unscored(work, change.aggregate.uuid)
    if briefing.checks_companies and is_asked_for(None, facts):
        mark_company(work, change.aggregate.uuid)
    return keep_identity(work, work.save(RECORD, change), newcomer)


def _touch(work: UnitOfWork, briefing: Briefing, newcomer: Newcomer, same: Lead, why: Resemblance) -> Captured:
    touch = write_touch(work, lead=same.uuid, told=newcomer.facts, why=why, rules_version=briefing.version(DUPLICATES))
    INTENTS.mark(work, same.uuid)
    change = same.touched(facts=newcomer.facts, now=work.now)
    if same.state is LeadState.DISQUALIFIED and briefing.rules.qualification.touch_reopens:
        change = change.then(lambda lead: reopen(work, briefing, lead, by_touch=True))
    kind = briefing.rules.kind_of(change.aggregate.facts.channel)
    change = change.then(lambda lead: kept_graded(briefing, lead, kind))
    lacks_owner = change.aggregate.owner is None and change.aggregate.state in OPEN_STATES
    kept = keep(work, _assigned(work, briefing, change) if lacks_owner else change)
    return Captured(lead=kept, touched=True, before=same, touch=touch)


def graded(briefing: Briefing, lead: Lead, channel_kind: str) -> Change[Lead]:
    """Grade a lead by the rules in force."""
    grading = briefing.grade(lead.facts, channel_kind=channel_kind)
    return lead.graded(
        grade=grading.grade,
        reasons=grading.reasons,
        rules_version=grading.rules_version,
        timetable=briefing.timetable,
    )


def kept_graded(briefing: Briefing, lead: Lead, channel_kind: str) -> Change[Lead]:
    """The same while somebody works the lead; one that is converted or judged not worth selling to keeps its grade."""
    return graded(briefing, lead, channel_kind) if lead.state in OPEN_STATES else Change(lead, ())


def owned(work: UnitOfWork, briefing: Briefing, lead: Lead) -> Change[Lead] | None:
    """Give a lead of nobody to whoever can take it now; None when nobody can, which is no news."""
    decision = briefing.owner(grade=lead.grade, region=lead.region, skill=lead.facts.industry)
    given = ownership_by(decision)
    if given.owner is None:
        return None
    write_down(work, briefing, lead, decision)
    return lead.assigned(given, timetable=briefing.timetable)


def reopen(work: UnitOfWork, briefing: Briefing, lead: Lead, *, by_touch: bool) -> Change[Lead]:
    """A lead nobody worked comes back to its owner; from one who has left, to whoever can take it now.

    Raises LeadCannotBeJudged.
    """
    change = reopened(lead, by_touch=by_touch, timetable=briefing.timetable)
    owner = briefing.organization.members.get(lead.owner) if lead.owner else None
    if owner is not None and not owner.active:
        given = owned(work, briefing, change.aggregate)
        if given is not None:
            return change.then(lambda _: given)
    if lead.owner is not None:
        write_reopened(work, owner=lead.owner, today=briefing.today)
    return change


def _assigned(work: UnitOfWork, briefing: Briefing, change: Change[Lead]) -> Change[Lead]:
    lead = change.aggregate
    decision = briefing.owner(grade=lead.grade, region=lead.region, skill=lead.facts.industry)
    write_down(work, briefing, lead, decision)
    given = ownership_by(decision)
    if given.owner is None:
        return change.then(lambda lead: Change(lead.unassigned(reasons=given.reasons), ()))
    return change.then(lambda lead: lead.assigned(given, timetable=briefing.timetable))


def ownership_by(decision: AssignmentDecision) -> Ownership:
    """Who owns a lead by a decision, or why nobody."""
    chosen = decision.chosen
    if chosen is None:
        return Ownership(reasons=decision.reasons)
    return Ownership(owner=chosen.member, team=chosen.team, region=chosen.region, reasons=decision.reasons)


def write_down(work: UnitOfWork, briefing: Briefing, lead: Lead, decision: AssignmentDecision) -> None:
    """Into the ledger; and where a senior was wanted in vain, the alarm, a second time if a lost race is run again."""
    if decision.no_senior_free:
        metrics.LEADS_NO_SENIOR_FREE.labels(lead.grade.value).inc()
    write_assignment(
        work,
        lead=lead,
        decision=decision,
        rules_version=briefing.version(ASSIGNMENT),
        skill=lead.facts.industry,
        today=briefing.today,
    )
