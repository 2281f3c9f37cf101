"""Scoring opportunities (赢率): every open one has the chance that the model in force tells, else that of its stage."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.learning import Scorer, Scorers
from chassis.rounds import Walk, carry_on
from chassis.work import Read, UnitOfWork
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.win_chance import Life, as_of, chance_of, features
from services.pipeline.storage.metadata import ROUNDS
from services.pipeline.storage.win_chances import CHANCES, WIN, WIN_MODELS, write_chances
from services.pipeline.storage.win_history import Told, lives_of, next_open, opportunities_to_score
from trade.probability import Score, score_of

AT_ONCE = 200
SCORE_STOCK = "score the stock"
# Between so many opportunities the loop serves others.
_BREATH = 20

Remember = Callable[[Sequence[Told]], Life]


class Scoring:
    """Scores opportunities by the model in force."""

    def __init__(self, remember: Remember, *, zone: ZoneInfo) -> None:
        """`remember` reads the life of an opportunity out of its events."""
        self._remember = remember
        self._zone = zone
        self._scorers = Scorers(WIN_MODELS)

    async def score_due(self, read: Read) -> int:
        """Opportunities that were opened or changed are scored; how many."""
        await CHANCES.take_marks(read)
        due = await CHANCES.take_due(read, most=AT_ONCE)
        await self._score(read, await opportunities_to_score(read, due), taken=True)
        return len(due)

    async def go_on(self, work: UnitOfWork) -> int:
        """A new model, and each new day, goes over every open opportunity, a few at a time; how many were looked at."""

        async def following(after: UUID | None, most: int) -> Sequence[Opportunity]:
            return await next_open(work, after=after, most=most)

        async def bring(opportunities: Sequence[Opportunity]) -> int:
            await self._score(work, opportunities, taken=False)
            return 0  # whoever changes meanwhile is due by himself: one walk is enough

        scorer = await self._scorers.current(work)
        goal = f"model {scorer.number if scorer else 0}, {work.now.astimezone(self._zone).date()}"
        walk = Walk(name=SCORE_STOCK, goal=goal, following=following, bring=bring, batch=AT_ONCE)
        return await carry_on(work, ROUNDS, walk)

    async def _score(self, read: Read, opportunities: Sequence[Opportunity], *, taken: bool) -> None:
        scorer = await self._scorers.current(read)
        working = [each.uuid for each in opportunities if each.state is OpportunityState.OPEN]
        lives = await lives_of(read, working) if scorer else {}
        chances: dict[UUID, Score] = {}
        for place, opportunity in enumerate(opportunities, start=1):
            life = self._remember(lives.get(opportunity.uuid, ()))
            told = _told(read, scorer, life) if scorer else Score(time=read.now)
            chances[opportunity.uuid] = chance_of(opportunity, told, silence=WIN.not_scored_yet)
            if place % _BREATH == 0:
                await asyncio.sleep(0)
        await write_chances(read, {each.uuid: each for each in opportunities}, chances, taken=taken)


def _told(read: Read, scorer: Scorer, life: Life) -> Score:
    """What the model says of a life; nothing of one that nobody remembers."""
    if not life:
        return Score(time=read.now)
    row = features(life, at=as_of(life, read.now), pace=scorer.beside["pace"])
    return score_of(row, scorer.model.judge(row), model=scorer.number, now=read.now)


async def chances_of(read: Read, opportunities: Sequence[Opportunity], *, explained: bool) -> Mapping[UUID, Score]:
    """The chances of opportunities the reader sees; where no model tells them, those of their stages, and why.

    What adds up to them is read only where they are to be `explained`.
    """
    wanted = [each.uuid for each in opportunities]
    if explained:
        told = await CHANCES.of(read, wanted)
        silence = next((score.silence for score in told.values() if score.silence), None)
        waiting = silence is None and len(told) < len(wanted)  # one that is written at the end of this very command
    else:
        told = await CHANCES.probabilities_of(read, wanted)
        silence, waiting = None, any(not score.model for score in told.values())
    silence = silence or (await WIN_MODELS.why_silent(read) if waiting else None) or WIN.not_scored_yet
    return {each.uuid: chance_of(each, told.get(each.uuid), silence=silence) for each in opportunities}
