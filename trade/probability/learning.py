"""Learning a model from records with known outcomes (训练), and judging it on later ones.

The number of records decides what learns: fewer than fifty teach nothing, below five hundred a straight line learns,
from there on boosted trees learn beside it. Whatever is chosen (how loose the line is, how many trees, how much of
each) is chosen by the probabilities of records that were not learnt from, and the same probabilities set the blend
right. That is a straight line of the logit, so that the reasons of a probability still add up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from trade.probability.calibration import Floats, blend, log_loss
from trade.probability.card import Card, auc, judge
from trade.probability.features import Encoding, Row, find_encoding
from trade.probability.fitting import (
    MOST_ROUNDS,
    Growth,
    constant,
    fit_line,
    fit_trees,
    line_logits,
    naive_bayes,
    stages,
)
from trade.probability.model import Model, Trees
from trade.probability.sample import TooFewOutcomes, earlier_of, refuse_too_few

ENOUGH_FOR_TREES = 500
ENOUGH_OF_EACH_FOR_TREES = 40
_FOLDS = 5
_LOOSENESS = (0.003, 0.03, 0.3, 3.0)
_LEAVES = (4, 16)
_TELLTALE = 0.98


@dataclass(frozen=True, slots=True)
class Learned:
    """A model learnt from all records, and the card of one learnt in the same way from the earlier ones."""

    model: Model
    card: Card


def learn(rows: Sequence[Row], outcomes: Sequence[bool]) -> Learned:
    """Learn from records, the oldest first, and say on the last fifth what it is worth; raises TooFewOutcomes.

    The card tells nothing (a coin's figures) where the earlier records alone would be too few.
    """
    _refuse_too_few(outcomes)
    telltale = _telltales(rows, outcomes)
    return Learned(_fit(rows, outcomes, telltale), _card(rows, outcomes, telltale))


def predict(rows: Sequence[Row], outcomes: Sequence[bool], new_rows: Iterable[Row]) -> list[float]:
    """The probability of each new record, from 0 to 1: rows, their outcomes and new rows in, probabilities out.

    A row maps names of features to numbers, words or nothing. Raises TooFewOutcomes.
    """
    _refuse_too_few(outcomes)
    model = _fit(rows, outcomes, _telltales(rows, outcomes))
    return [model.judge(row).probability for row in new_rows]


def _refuse_too_few(outcomes: Sequence[bool]) -> None:
    refuse_too_few(outcomes=len(outcomes), wins=sum(map(bool, outcomes)))


def _telltales(rows: Sequence[Row], outcomes: Sequence[bool]) -> frozenset[str]:
    """Features that are filled in where the outcome is one, and not where it is the other: written down after it."""
    names = {name for row in rows for name in row}
    won = [bool(outcome) for outcome in outcomes]
    filled = {name: [float(row.get(name) not in {None, ""}) for row in rows] for name in names}
    found = {name: auc(marks, won) for name, marks in filled.items()}
    return frozenset(name for name, area in found.items() if max(area, 1 - area) >= _TELLTALE)


def _fit(rows: Sequence[Row], outcomes: Sequence[bool], telltale: frozenset[str]) -> Model:
    encoding = find_encoding(rows, without=telltale)
    won = np.array(outcomes, dtype=float)
    columns, scaled = _matrices(encoding, rows)
    looseness, by_line = _best_line(scaled, won)
    growth, by_trees = _best_trees(columns, won)
    share, slope, shift = blend(by_trees, by_line, won)
    trees = fit_trees(columns, won, growth) if growth is not None and share else Trees(0.0, ())
    return Model(encoding, fit_line(scaled, won, looseness), trees, share, slope, shift)


def _matrices(encoding: Encoding, rows: Sequence[Row]) -> tuple[Floats, Floats]:
    vectors = [encoding.encode(row) for row in rows]
    width = len(encoding.owners())
    columns = np.array(vectors, dtype=float).reshape(len(rows), width)
    scaled = np.array([encoding.scaled(vector) for vector in vectors], dtype=float).reshape(len(rows), width)
    return columns, scaled


def _folds(records: int) -> list[tuple[Floats, Floats]]:
    """Who is held back when: every fifth record, so that each fold sees all seasons, however the records are sorted."""
    places = np.arange(records)
    return [(places[places % _FOLDS != fold], places[places % _FOLDS == fold]) for fold in range(_FOLDS)]


def _best_line(scaled: Floats, won: Floats) -> tuple[float, Floats]:
    found = []
    for looseness in _LOOSENESS:
        logits = np.empty(len(won))
        for known, held in _folds(len(won)):
            logits[held] = line_logits(fit_line(scaled[known], won[known], looseness), scaled[held])
        found.append((log_loss(logits, won), looseness, logits))
    _, looseness, logits = min(found, key=lambda each: each[0])
    return looseness, logits


def _best_trees(columns: Floats, won: Floats) -> tuple[Growth | None, Floats | None]:
    wins, width = int(won.sum()), columns.shape[1]
    if not width or len(won) < ENOUGH_FOR_TREES or min(wins, len(won) - wins) < ENOUGH_OF_EACH_FOR_TREES:
        return None, None
    fewest = max(10, min(60, len(won) // 200))
    found = []
    for leaves in _LEAVES:
        growth = Growth(leaves, MOST_ROUNDS, fewest)
        logits = np.empty((growth.rounds, len(won)))
        for known, held in _folds(len(won)):
            for place, stage in enumerate(stages(columns[known], won[known], growth, columns[held])):
                logits[place, held] = stage
        losses = [log_loss(each, won) for each in logits]
        best = int(np.argmin(losses))
        found.append((losses[best], Growth(leaves, best + 1, fewest), logits[best]))
    _, growth, best_logits = min(found, key=lambda each: each[0])
    return growth, best_logits


def _card(rows: Sequence[Row], outcomes: Sequence[bool], telltale: frozenset[str]) -> Card:
    now = earlier_of(len(rows))
    earlier, later = [bool(each) for each in outcomes[:now]], [bool(each) for each in outcomes[now:]]
    base = constant(earlier, len(later))
    try:
        _refuse_too_few(earlier)
    except TooFewOutcomes:
        promised = bayes = base
    else:
        model = _fit(rows[:now], earlier, telltale)
        promised = [model.judge(row).probability for row in rows[now:]]
        columns, _ = _matrices(model.encoding, rows)
        bayes = naive_bayes(columns[:now], np.array(earlier, dtype=float), columns[now:])
    return Card(
        learnt_from=now,
        judged_on=len(later),
        base_rate=sum(earlier) / now,
        later_rate=sum(later) / len(later),
        model=judge(promised, later),
        naive_bayes=judge(bayes, later),
        constant=judge(base, later),
        refused=tuple(sorted(telltale)),
    )
