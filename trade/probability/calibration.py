"""From the logits of learners to one that keeps its promise: weighed against each other, then set right by a line."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_SLOPE_DOUBT = 0.3  # how far the slope strays from 1 before few records are believed over it
_STEPS = 30
_CLOSE = 1e-10


def log_loss(logits: Floats, outcomes: Floats) -> float:
    """The mean of −ln of the probability given to what happened."""
    return float(np.mean(np.logaddexp(0.0, logits) - outcomes * logits))


def calibrated(logits: Floats, outcomes: Floats) -> tuple[float, float]:
    """The slope and the shift (Platt 1999) by Newton's method, with a normal prior on the slope around 1."""
    slope, shift = 1.0, 0.0
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(slope * logits + shift)))
        spread, error = chance * (1 - chance), chance - outcomes
        gradient = np.array([error @ logits + (slope - 1) / _SLOPE_DOUBT**2, error.sum()])
        mixed = float(spread @ logits)
        curve = np.array(
            [[float(spread @ logits**2) + 1 / _SLOPE_DOUBT**2, mixed], [mixed, float(spread.sum()) + 1e-9]]
        )
        step = np.linalg.solve(curve, gradient)
        slope, shift = slope - float(step[0]), shift - float(step[1])
        if float(np.abs(step).max()) < _CLOSE:
            break
    return slope, shift


def blend(trees: Floats | None, line: Floats, outcomes: Floats) -> tuple[float, float, float]:
    """How much of the trees, and the slope and shift of the blend: those that promise best once they are set right."""
    best = (float("inf"), 0.0, 1.0, 0.0)
    for share in _SHARES if trees is not None else (0.0,):
        mixed = line if trees is None else share * trees + (1 - share) * line
        slope, shift = calibrated(mixed, outcomes)
        best = min(best, (log_loss(slope * mixed + shift, outcomes), share, slope, shift))
    return best[1:]
