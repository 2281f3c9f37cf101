"""Purchase intents in their table, and the models that tell them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from chassis.learning import Models, Scores, Topic
from chassis.work import Read
from services.leads.domain.intent import LEAD_CLOSED
from services.leads.storage.intent_tables import INTENT_LEARNING, INTENT_MARKS, LEAD_INTENTS
from trade.probability import Score

INTENT = Topic(codes="INTENT", happened="converted")
INTENT_MODELS = Models(INTENT_LEARNING, topic=INTENT, kind="lead_intent_model", collection="leadIntentModels")
INTENTS = Scores(LEAD_INTENTS, INTENT_MARKS, record="lead", models=INTENT_MODELS)


async def intents_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Score]:
    """The intents of leads with what adds up to them, or with why there is none; the caller has checked the sight."""
    return {lead: _told(score) for lead, score in (await INTENTS.of(read, leads)).items()}


def _told(score: Score) -> Score:
    """What a model has nothing to say of is worked no more."""
    return score if score.silence or score.probability is not None else Score(time=score.time, silence=LEAD_CLOSED)
