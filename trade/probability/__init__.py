"""The probability of an outcome (成交概率), with reasons that add up: a `Model` needs nothing but Python.

`trade.probability.learning` makes one from records whose outcome is known. It imports numpy and scikit-learn, so only a
process of its own that learns imports it.
"""

from trade.probability.card import Card, Judgement
from trade.probability.features import Row, Value
from trade.probability.model import Model, Opinion
from trade.probability.score import Part, Score, score_of

__all__ = ["Card", "Judgement", "Model", "Opinion", "Part", "Row", "Score", "Value", "score_of"]
