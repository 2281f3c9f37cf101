"""What learning brings: a model only where it is of use, and else why there is none."""

from dataclasses import replace
from uuid import UUID

from chassis.learning import Lesson, Topic, put_in_force
from tests.support.clock import NOON
from trade.probability import Card, Judgement

TOPIC = Topic(codes="INTENT", happened="converted")
COIN = Judgement(auc=0.5, brier=0.25, ece=0.0, lift=1.0)
GOOD = Judgement(auc=0.8, brier=0.18, ece=0.02, lift=2.0)


def a_card(model: Judgement = GOOD) -> Card:
    return Card(
        learnt_from=80,
        judged_on=20,
        base_rate=0.5,
        later_rate=0.5,
        model=model,
        naive_bayes=COIN,
        constant=COIN,
        refused=("account",),
    )


def test_a_lesson_of_too_few_outcomes_puts_nothing_in_force_and_tells_how_many_are_needed() -> None:
    silence = Lesson(outcomes=30, happened=4).silence(TOPIC)
    assert silence is not None
    assert silence.parameters == {"outcomes": "30", "converted": "4", "fewest": "50", "of_each": "10"}
    assert put_in_force(Lesson(outcomes=30, happened=4), topic=TOPIC, uuid=UUID(int=1), before=0, now=NOON) is None


def test_a_model_that_tells_no_more_than_the_base_rate_is_not_put_in_force() -> None:
    lesson = Lesson(outcomes=100, happened=50, card=a_card(COIN), body={})
    assert put_in_force(lesson, topic=TOPIC, uuid=UUID(int=1), before=4, now=NOON) is None
    useful = put_in_force(replace(lesson, card=a_card()), topic=TOPIC, uuid=UUID(int=1), before=4, now=NOON)
    assert useful is not None
    assert useful.aggregate.number == 5


def test_a_card_is_the_same_after_it_was_kept() -> None:
    assert Card.from_mapping(a_card().to_mapping()) == a_card()


def test_a_lesson_that_was_ended_by_a_defect_says_so() -> None:
    silence = Lesson(outcomes=0, happened=0, failed=True).silence(TOPIC)
    assert silence is not None
    assert silence.code == "INTENT_LEARNING_FAILED"
