"""Limits, circuit and seal, with the clock in the test's hand."""

import subprocess
import sys

import pytest

from gateway.backends import Circuit
from gateway.limits import Limit
from gateway.problems import texts
from gateway.refusals import RateLimited, ServiceAway
from gateway.sign_in.sealing import SealBroken, Sealer
from gateway.transcoding.streaming import file_name_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_twice_the_rate_and_time_fills_the_bucket_again() -> None:
    clock = Clock()
    limit = Limit("address", 5, clock=clock)
    for _ in range(10):
        limit.take("a")
    with pytest.raises(RateLimited):
        limit.take("a")
    limit.take("b")
    clock.now += 0.2
    limit.take("a")
    with pytest.raises(RateLimited):
        limit.take("a")


def test_a_rate_of_zero_limits_nothing() -> None:
    limit = Limit("address", 0, clock=Clock())
    for _ in range(1000):
        limit.take("a")


def test_the_circuit_opens_after_five_failures_for_five_seconds_and_lets_one_try() -> None:
    clock = Clock()
    circuit = Circuit("leads", clock=clock)
    for _ in range(5):
        circuit.check()
        circuit.failed()
    with pytest.raises(ServiceAway):
        circuit.check()
    clock.now += 5
    circuit.check()
    with pytest.raises(ServiceAway):
        circuit.check()
    circuit.succeeded()
    circuit.check()


def test_what_was_sealed_opens_only_with_its_key_for_its_purpose_and_in_time() -> None:
    clock = Clock()
    sealer = Sealer("secret", clock=clock)
    sealed = sealer.seal("openid", {"state": "s"}, seconds=600)
    assert sealer.open("openid", sealed) == {"state": "s"}
    for other, purpose, text in (
        (Sealer("other", clock=clock), "openid", sealed),
        (sealer, "session", sealed),
        (sealer, "openid", sealed[:-6] + "AAAA=="),
        (sealer, "openid", "线索"),
        (sealer, "openid", ""),
    ):
        with pytest.raises(SealBroken):
            other.open(purpose, text)
    clock.now += 601
    with pytest.raises(SealBroken):
        sealer.open("openid", sealed)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="leads.csv"', "leads.csv"),
        ("attachment; filename*=UTF-8''%E7%BA%BF.csv", "线.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment", ""),
        ("", ""),
    ],
)
def test_a_file_name_is_taken_without_folders(disposition: str, name: str) -> None:
    assert file_name_of(disposition) == name


def test_every_text_stands_in_both_languages() -> None:
    assert texts().reasons("zh") == texts().reasons("en")


def test_the_gateway_needs_no_database_library() -> None:
    storage = {"sqlalchemy", "asyncpg", "nats"}
    program = f"import sys, gateway.__main__; sys.exit(any(m.split('.')[0] in {storage} for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
