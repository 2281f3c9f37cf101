"""What leads publish of their models of purchase intent."""

from millrace.leads.v1 import lead_intent_model_events_pb2 as events
from millrace.leads.v1 import lead_intent_model_pb2 as contract

from chassis.publication import Publication, Publications
from chassis.wire import instant
from services.leads.domain.intent_model import IntentModel, IntentModelLearned


def _snapshot(model: IntentModel) -> events.LeadIntentModelSnapshot:
    return events.LeadIntentModelSnapshot(
        number=model.number,
        learn_time=instant(model.learn_time),
        card=contract.LeadIntentModelCard(**model.card.to_mapping()),
    )


INTENT_PUBLICATIONS: Publications = {
    IntentModelLearned: Publication(
        "lead_intent_model.learned", lambda _, model: events.LeadIntentModelLearned(model=_snapshot(model))
    ),
}
