"""Purchase intents in their table, and the models that tell them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from chassis.learning import Models, Scores, Topic
from chassis.work import Read
from services.leads.domain.intent import LEAD_CLOSED
from services.leads.storage.intent_tables import INTENT_LEARNING, INTENT_MARKS, LEAD_INTENTS
from trade.probability import Score

INTENT = Topic(codes="INTENT", happened="converted")
INTENTS = Scores(LEAD_INTENTS, INTENT_MARKS, record="lead")
INTENT_MODELS = Models(INTENT_LEARNING, topic=INTENT, kind="lead_intent_model", collection="leadIntentModels")


async def intents_of(read: Read, leads: Collection[UUID]) -> Mapping[UUID, Score]:
    """The intents of those leads that were scored; the caller has checked that they may be seen."""
    found = await INTENTS.of(read, leads)
    return {lead: _told(score) for lead, score in found.items() if score is not None}


def _told(score: Score) -> Score:
    return score if score.probability is not None else Score(time=score.time, silence=LEAD_CLOSED)
