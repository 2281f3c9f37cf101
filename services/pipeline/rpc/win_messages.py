"""Chances to win between the domain and messages."""

from collections.abc import Callable

from millrace.pipeline.v1 import win_model_pb2

from chassis.learning import Learning, LearntModel
from chassis.learning.messages import card_message, learning_message
from chassis.rpc.wording import Wording
from chassis.wire import instant, put_instant
from services.pipeline.domain.win_chance import with_region
from trade.probability import Score

NAME = "winModel"


def chance_message(chance: Score, wording: Wording, *, region_name: Callable[[str], str]) -> win_model_pb2.WinChance:
    """The chance with its reasons and its silence worded."""
    return win_model_pb2.WinChance(
        probability=chance.probability,
        model=chance.model,
        score_time=instant(chance.time),
        reasons=wording.reasons(with_region(chance, region_name).reasons("WIN")),
        silence=wording.reasons([chance.silence] if chance.silence else []),
    )


def model_message(model: LearntModel | None, learning: Learning, wording: Wording) -> win_model_pb2.WinModel:
    """The model in force with its card, and how the last attempt to learn another ended."""
    message = win_model_pb2.WinModel(name=NAME, learning=learning_message(learning, wording))
    if model is not None:
        message.number = model.number
        put_instant(message.learn_time, model.learn_time)
        message.card.CopyFrom(card_message(model.card))
    return message
