"""Looking leads' companies up in a register (工商信息): beside the taking in, and a few at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.jobs import carry_out
from chassis.principal import Principal
from chassis.work import Read, Store, UnitOfWork
from services.leads.application.capture import kept_graded
from services.leads.application.finding import keep_identity
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.reading import READ
from services.leads.application.rounds import RoundPlan, carry_on
from services.leads.domain.companies import CompanyCheck, CompanyEntry, CompanyRegister, Finding, filled, is_asked_for
from services.leads.domain.facts import LeadFacts
from services.leads.domain.lead import Lead
from services.leads.domain.lead_state import OPEN_STATES
from services.leads.storage.companies import (
    Connection,
    companies_of,
    keep_check,
    mark_company,
    marked_companies,
    take_marks,
)
from services.leads.storage.intents import INTENTS
from services.leads.storage.lead_history import keep
from services.leads.storage.leads import get_lead
from services.leads.storage.rounds import Stretch
from services.leads.storage.stock import known_leads

CHECK_COMPANIES = "look companies up"
MARK_STOCK = "look companies up anew"
AT_ONCE = 100
Found = tuple[Lead, Finding, CompanyEntry | None]


async def complete_names(register: CompanyRegister, *, begun: str, most: int) -> Sequence[CompanyEntry]:
    """Whoever works with leads is offered the registered names that begin as he writes."""
    return await register.complete(begun, most=most)


async def get_company(read: Read, *, lead: UUID) -> tuple[Lead, CompanyCheck | None]:
    """What a register told of a lead's company, for whoever sees the lead. Raises LeadNotFound."""
    found = await get_lead(read, lead, permission=READ)
    return found, (await companies_of(read, [lead])).get(lead)


class CompanyChecking:
    """Looks up the companies of leads that wait for it; the register is asked outside of any transaction."""

    def __init__(self, register: CompanyRegister, desk: IntakeDesk, *, store: Store, principal: Principal) -> None:
        self._register = register
        self._desk = desk
        self._store = store
        self._principal = principal

    async def sweep(self, connection: Connection, now: datetime) -> int:
        """Look up those that wait longest; how many. A kill leaves their marks, and they are looked up once more."""
        if not await self._register.mark():
            return 0
        read = Read(connection, now, self._principal)
        marks = await marked_companies(read, most=AT_ONCE)
        if not marks:
            return 0
        known = await known_leads(read, set(marks.values()))
        found = {uuid: await self._find(lead) for uuid, lead in known.items()}
        await carry_out(
            self._store,
            self._principal,
            action=CHECK_COMPANIES,
            use_case=lambda work: self._keep(work, list(marks), found),
        )
        return len(marks)

    async def mark_stock(self, work: UnitOfWork) -> int:
        """Another register, or another state of it, goes over the leads somebody works; how many it looked at."""
        mark = await self._register.mark()

        async def bring(work: UnitOfWork, _briefing: Briefing, leads: Sequence[Lead]) -> int:
            for lead in leads:
                if is_asked_for(None, lead.facts):
                    mark_company(work, lead.uuid)
            return 0  # whoever is taken in meanwhile is marked by himself: one walk is enough

        plan = RoundPlan(name=MARK_STOCK, stretch=Stretch.OPEN, goal=lambda _: mark, bring=bring)
        return await carry_on(work, plan=plan, desk=self._desk)

    async def _find(self, lead: Lead) -> Found:
        finding, entry = await self._register.find(credit_code=lead.facts.credit_code, name=lead.facts.company_name)
        await asyncio.sleep(0)
        return lead, finding, entry

    async def _keep(self, work: UnitOfWork, marks: Sequence[UUID], found: Mapping[UUID, Found]) -> None:
        """What was found of leads that are told as they were; whoever changed one meanwhile has marked it anew."""
        taken = await take_marks(work, marks)
        briefing = await self._desk.brief(work)
        before = await companies_of(work, taken)
        for uuid, lead in (await known_leads(work, taken)).items():
            seen, finding, entry = found[uuid]
            is_as_seen = is_asked_for(None, lead.facts) and not is_asked_for(seen.facts, lead.facts)
            if lead.state in OPEN_STATES and is_as_seen:
                await self._keep_one(work, briefing, lead, finding, entry, before.get(uuid))

    async def _keep_one(
        self,
        work: UnitOfWork,
        briefing: Briefing,
        lead: Lead,
        finding: Finding,
        entry: CompanyEntry | None,
        before: CompanyCheck | None,
    ) -> None:
        names = before.filled if before else ()
        if entry is not None:
            facts, new = filled(lead.facts, entry)
            names = tuple(dict.fromkeys((*names, *new)))
            if new:
                self._fill(work, briefing, lead, facts)
        check = CompanyCheck(
            lead=lead.uuid, time=work.now, source=self._register.source, finding=finding, entry=entry, filled=names
        )
        await keep_check(work, check)

    def _fill(self, work: UnitOfWork, briefing: Briefing, lead: Lead, facts: LeadFacts) -> None:
        """The lead with what it lacked: found and graded by that, as if somebody had entered it."""
        newcomer = briefing.known(facts)
        change = lead.updated(facts=newcomer.facts, keys=newcomer.keys, now=work.now)
        change = change.then(lambda lead: kept_graded(briefing, lead, newcomer.channel_kind))
        INTENTS.mark(work, lead.uuid)
        keep_identity(work, keep(work, change), newcomer)
