"""Scoring (意向评分): every open lead has the intent that the model in force tells of it."""

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.learning import Scorer, Scorers
from chassis.work import Read, UnitOfWork
from services.leads.application.intake import Briefing, IntakeDesk
from services.leads.application.rounds import RoundPlan, carry_on
from services.leads.application.rulebook import RulesInForce
from services.leads.domain.behaviours import NOTHING_DONE
from services.leads.domain.intent import features, intent_of, standing_of
from services.leads.domain.lead import Lead
from services.leads.storage.behaviours import tallies
from services.leads.storage.intents import INTENT_MODELS, INTENTS
from services.leads.storage.rounds import Stretch
from services.leads.storage.stock import known_leads
from trade.probability import Score

# So few that whoever is served meanwhile waits a few milliseconds.
AT_ONCE = 100
SCORE_STOCK = "score the stock"
# Between so many leads the loop serves others.
_BREATH = 20


class Scoring:
    """Scores leads by the model in force."""

    def __init__(self, desk: IntakeDesk) -> None:
        self._desk = desk
        self._scorers = Scorers(INTENT_MODELS)

    async def score_due(self, read: Read) -> int:
        """Leads that were taken in, touched, changed or that behaved are scored; how many.

        Without a model they go on waiting: the first one finds them.
        """
        await INTENTS.take_marks(read)
        scorer = await self._scorers.current(read)
        if scorer is None:
            return 0
        leads = await INTENTS.take_due(read, most=AT_ONCE)
        known = await known_leads(read, leads)
        await score(read, scorer, list(known.values()), await self._desk.rulebook.current(read), taken=True)
        return len(leads)

    async def go_on(self, work: UnitOfWork) -> int:
        """A new model, and each new day, goes over the leads that were scored before, a few at a time; how many.

        Those that wait to be scored are passed by: `score_due` comes to them with the same model.
        """
        scorer = await self._scorers.current(work)
        if scorer is None:
            return 0

        async def bring(work: UnitOfWork, briefing: Briefing, leads: Sequence[Lead]) -> int:
            await score(work, scorer, leads, briefing.rules, taken=False)
            return 0  # whoever changes meanwhile is due by himself: one walk is enough

        def goal(briefing: Briefing) -> str:
            return f"model {scorer.number}, {briefing.today}"

        plan = RoundPlan(name=SCORE_STOCK, stretch=Stretch.OPEN_SCORED, goal=goal, bring=bring, batch=AT_ONCE)
        return await carry_on(work, plan=plan, desk=self._desk)


async def score(read: Read, scorer: Scorer, leads: Collection[Lead], rules: RulesInForce, *, taken: bool) -> None:
    """Each lead gets the probability that the model tells of what is known of it now, with what adds up to it."""
    done = await tallies(read, [(lead.uuid, read.now) for lead in leads])
    intents: dict[UUID, Score] = {}
    for place, lead in enumerate(leads, start=1):
        standing = standing_of(lead, channel=rules.kind_of(lead.facts.channel))
        row = features(standing, done.get(lead.uuid, NOTHING_DONE), at=read.now)
        intents[lead.uuid] = intent_of(lead, row, scorer.model.judge(row), model=scorer.number, now=read.now)
        if place % _BREATH == 0:
            await asyncio.sleep(0)
    await INTENTS.write(read, intents, taken=taken)
