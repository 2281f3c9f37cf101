import pytest

from tests.performance.machine import rate_told

SAID = """number of failed transactions: 0 (0.000%)
latency average = 3.105 ms
initial connection time = 12.345 ms
tps = 5152.963518 (without initial connection time)
"""


def test_the_rate_is_read_from_what_pgbench_says() -> None:
    assert rate_told(SAID) == pytest.approx(5152.963518)


def test_words_without_a_rate_are_no_rate() -> None:
    with pytest.raises(AssertionError, match="no rate"):
        rate_told("pgbench: error: client 3 aborted")
