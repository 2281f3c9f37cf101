"""Purchase intents between the domain and messages."""

from millrace.leads.v1 import lead_intent_model_pb2, lead_intent_pb2

from chassis.learning import Learning, LearntModel
from chassis.learning.messages import card_message, learning_message
from chassis.rpc.wording import Wording
from chassis.wire import put_instant
from trade.probability import Score

NAME = "leadIntentModel"


def put_intent(message: lead_intent_pb2.LeadIntent, intent: Score, wording: Wording) -> None:
    """The intent with its reasons worded, or with why there is none."""
    if intent.probability is not None:
        message.probability = intent.probability
        message.model = intent.model
    if intent.time is not None:
        put_instant(message.score_time, intent.time)
    message.reasons.extend(wording.reasons(intent.reasons("INTENT")))
    if intent.silence is not None:
        message.silence.extend(wording.reasons([intent.silence]))


def model_message(
    model: LearntModel | None, learning: Learning, wording: Wording
) -> lead_intent_model_pb2.LeadIntentModel:
    """The model in force with its card, and how the last attempt to learn another ended."""
    message = lead_intent_model_pb2.LeadIntentModel(name=NAME, learning=learning_message(learning, wording))
    if model is not None:
        message.number = model.number
        put_instant(message.learn_time, model.learn_time)
        message.card.CopyFrom(card_message(model.card))
    return message
