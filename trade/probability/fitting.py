"""The learners themselves, by scikit-learn, imported where it is used: only a process that learns pays for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trade.probability.calibration import Floats
from trade.probability.model import Line, Tree, Trees, logit_of

RATE = 0.06
MOST_ROUNDS = 220
_LEAF = -1
# A question that only what is missing fails asks for at most infinity, which JSON cannot tell.
_LARGEST = float(np.finfo(float).max)
_EXACT = 1e-9
_NB_BINS = 6


class NotTheSame(Exception):  # noqa: N818 - says what is wrong
    """What was exported does not answer as scikit-learn does."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees grow: the leaves of one, how many of them, and the records a leaf needs."""

    leaves: int
    rounds: int
    fewest: int


def fit_line(scaled: Floats, outcomes: Floats, looseness: float) -> Line:
    """A logistic regression with a ridge; the larger `looseness`, the less the weights are held back."""
    if not scaled.shape[1]:
        return Line(logit_of(float(outcomes.mean())), (), ())
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - see the module

    means = scaled.mean(axis=0)
    fitted = LogisticRegression(C=looseness, max_iter=500).fit(scaled - means, outcomes)
    return Line(float(fitted.intercept_[0]), tuple(fitted.coef_[0].tolist()), tuple(means.tolist()))


def line_logits(line: Line, scaled: Floats) -> Floats:
    """The logits of many records at once."""
    found: Floats = line.base + (scaled - np.array(line.means)) @ np.array(line.weights)
    return found


def stages(columns: Floats, outcomes: Floats, growth: Growth, held: Floats) -> Iterator[Floats]:
    """The logits of the held-back records after each round."""
    yield from (stage.ravel() for stage in _boosted(columns, outcomes, growth).staged_decision_function(held))


def fit_trees(columns: Floats, outcomes: Floats, growth: Growth) -> Trees:
    """Boosted trees as plain data; raises NotTheSame unless they answer as what they were taken from."""
    boosted = _boosted(columns, outcomes, growth)
    trees = tuple(_tree(each.nodes) for each in chain.from_iterable(boosted._predictors))  # noqa: SLF001 - no other way
    base = float(boosted._baseline_prediction.item()) + sum(tree.values[0] for tree in trees)  # noqa: SLF001 - no other way
    exported = Trees(base, trees)
    sample = columns[:: max(1, len(columns) // 50)]
    for vector, expected in zip(sample.tolist(), boosted.decision_function(sample), strict=True):
        if abs(base + sum(exported.parts(vector)) - float(expected)) > _EXACT * (1 + abs(float(expected))):
            raise NotTheSame
    return exported


def naive_bayes(columns: Floats, outcomes: Floats, later: Floats) -> list[float]:
    """What naive Bayes over six steps of each column promises for later records, as the usual CRM does."""
    from sklearn.naive_bayes import CategoricalNB  # noqa: PLC0415 - see the module

    edges = np.nanquantile(columns, np.linspace(0, 1, _NB_BINS + 1)[1:-1], axis=0)
    fitted = CategoricalNB(min_categories=_NB_BINS + 1).fit(_steps(columns, edges), outcomes)
    promised: list[float] = fitted.predict_proba(_steps(later, edges))[:, 1].tolist()
    return promised


def _steps(columns: Floats, edges: Floats) -> NDArray[np.int64]:
    placed = np.array([np.searchsorted(edges[:, k], columns[:, k]) for k in range(columns.shape[1])]).T
    return np.where(np.isnan(columns), _NB_BINS, placed)


def _boosted(columns: Floats, outcomes: Floats, growth: Growth) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - see the module

    return HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=growth.rounds,
        max_leaf_nodes=growth.leaves,
        min_samples_leaf=growth.fewest,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(columns, outcomes)


def _tree(nodes: Any) -> Tree:
    """A tree as plain data; what a node adds on average is counted from its leaves up."""
    leaf, counts = nodes["is_leaf"].astype(bool), nodes["count"].astype(float)
    left, right = nodes["left"].astype(int), nodes["right"].astype(int)
    values = nodes["value"].astype(float)
    for node in reversed(range(len(nodes))):  # children stand behind their parents
        if not leaf[node]:
            one, other = left[node], right[node]
            values[node] = (counts[one] * values[one] + counts[other] * values[other]) / counts[node]
    return Tree(
        columns=tuple(np.where(leaf, _LEAF, nodes["feature_idx"].astype(int)).tolist()),
        thresholds=tuple(np.where(leaf, 0.0, np.minimum(nodes["num_threshold"], _LARGEST)).tolist()),
        missing_left=tuple((nodes["missing_go_to_left"].astype(bool) & ~leaf).tolist()),
        left=tuple(left.tolist()),
        right=tuple(right.tolist()),
        values=tuple(values.tolist()),
    )


def constant(outcomes: Sequence[bool], later: int) -> list[float]:
    """What the base rate promises everybody."""
    return [1 / (1 + float(np.exp(-logit_of(sum(outcomes) / len(outcomes)))))] * later
