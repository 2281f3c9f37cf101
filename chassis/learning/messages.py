"""Cards of models, and how learning them ended, as messages."""

from millrace.probability.v1 import model_pb2

from chassis.learning.lesson import Learning
from chassis.rpc.wording import Wording
from chassis.wire import instant
from trade.probability import Card


def card_message(card: Card) -> model_pb2.ModelCard:
    """The card: what the model is worth beside its rivals."""
    return model_pb2.ModelCard(**card.to_mapping())


def learning_message(learning: Learning, wording: Wording) -> model_pb2.ModelLearning:
    """How the last attempt to learn a model ended, its silence worded."""
    return model_pb2.ModelLearning(
        time=instant(learning.time),
        outcomes=learning.outcomes,
        happened=learning.happened,
        silence=wording.reasons([learning.silence] if learning.silence else []),
    )
