"""A model in use needs nothing but Python."""

import subprocess
import sys

from trade.probability.model import probability

LOADED = "import sys, trade.probability; print(sorted({'numpy', 'scipy', 'sklearn'} & set(sys.modules)))"


def test_who_scores_loads_no_library_of_learning() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_logistic_curve_holds_at_both_ends() -> None:
    assert (probability(-800), probability(0), probability(800)) == (0.0, 0.5, 1.0)
