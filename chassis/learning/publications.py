"""What a service publishes of its models."""

from millrace.probability.v1 import model_events_pb2 as messages

from chassis.learning import lesson as domain
from chassis.learning.messages import card_message
from chassis.publication import Publication, Publications
from chassis.wire import instant


def learning_publications(service: str, *, kind: str) -> Publications:
    """The publication of a service's models of a kind, below the service's own subject."""
    return {
        domain.ModelLearned: Publication(
            f"{kind}.learned", lambda _, told: messages.ModelLearned(model=told), _snapshot, f"millrace.{service}.v1"
        )
    }


def _snapshot(model: domain.LearntModel) -> messages.ModelSnapshot:
    return messages.ModelSnapshot(
        number=model.number, learn_time=instant(model.learn_time), card=card_message(model.card)
    )
