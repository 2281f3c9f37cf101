"""Chances to win in their table, and the models that tell them."""

from collections.abc import Mapping
from uuid import UUID

from chassis.learning import Models, Scores, Topic
from chassis.work import Read, UnitOfWork
from services.pipeline.domain.opportunity import Opportunity
from services.pipeline.domain.win_chance import chance_of, expected_minor
from services.pipeline.storage.win_tables import WIN_CHANCES, WIN_LEARNING, WIN_MARKS
from trade.probability import Score

WIN = Topic(codes="WIN", happened="won")
WIN_MODELS = Models(WIN_LEARNING, topic=WIN, kind="win_model", collection="winModels")
CHANCES = Scores(WIN_CHANCES, WIN_MARKS, record="opportunity", models=WIN_MODELS)


def write_first_chance(work: UnitOfWork, opportunity: Opportunity) -> None:
    """Gather the row of a new opportunity: it has the chance of its stage, and waits to be scored."""
    chance = chance_of(opportunity, None, silence=WIN.not_scored_yet)
    CHANCES.write_unscored(
        work,
        opportunity.uuid,
        rank=chance.probability or 0.0,
        probability=chance.probability,
        expected_minor=expected_minor(opportunity, chance),
    )


async def write_chances(
    read: Read, opportunities: Mapping[UUID, Opportunity], chances: Mapping[UUID, Score], *, taken: bool
) -> None:
    """Write what was found of opportunities, with what they are expected to bring."""
    beside = {uuid: {"expected_minor": expected_minor(opportunities[uuid], chance)} for uuid, chance in chances.items()}
    await CHANCES.write(read, chances, taken=taken, beside=beside)
