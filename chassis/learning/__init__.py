"""Learning probabilities (训练): models made on a schedule in a program apart, each with its card, and scores by them.

    WIN = Topic(codes="WIN", happened="won")
    MODELS = Models(learning_tables(METADATA, "win", happened="won"), topic=WIN, kind="win_model", …)
    CHANCES, MARKS = score_tables(METADATA, "win_chances", marks="win_marks", record="opportunity")
    WIN_CHANCES = Scores(CHANCES, MARKS, record="opportunity", models=MODELS)

A service says what is learnt from (`Curriculum`), and what a record is as a model reads it; whoever serves waits for
none of it (ADR 68, 77, 79).
"""

from chassis.learning.learner import Curriculum, Learner
from chassis.learning.lesson import Learning, LearntModel, Lesson, ModelLearned, Topic, put_in_force
from chassis.learning.models import Models
from chassis.learning.scorers import Scorer, Scorers
from chassis.learning.scores import Scores
from chassis.learning.tables import learning_tables, score_tables
from chassis.learning.teaching import read_model

__all__ = [
    "Curriculum",
    "Learner",
    "Learning",
    "LearntModel",
    "Lesson",
    "ModelLearned",
    "Models",
    "Scorer",
    "Scorers",
    "Scores",
    "Topic",
    "learning_tables",
    "put_in_force",
    "read_model",
    "score_tables",
]
