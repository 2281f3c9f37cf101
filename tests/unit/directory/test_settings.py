"""The settings of sign-in that would let nobody in, or lock nobody out, are told before the directory starts."""

import pytest

from chassis.settings import Environment
from services.directory.__main__ import DEFINITION
from services.directory.sign_in import sign_in_settings

NONSENSE = {
    "MILLRACE_SIGN_IN_FAILURES": "0",
    "MILLRACE_SIGN_IN_LOCK_MINUTES": "-1",
    "MILLRACE_SESSION_IDLE_HOURS": "0",
    "MILLRACE_SESSION_HOURS": "8761",
}


def test_the_defaults_of_sign_in_are_within_their_ranges() -> None:
    env = Environment({})
    sign_in_settings(env)
    assert env.problems == []


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_for_sign_in_is_told_by_its_name(name: str) -> None:
    env = Environment({name: NONSENSE[name]})
    sign_in_settings(env)
    assert [problem.split()[0] for problem in env.problems] == [name]


def test_the_directory_looks_at_them_before_it_opens_anything() -> None:
    env = Environment(NONSENSE)
    assert DEFINITION.settings is not None
    DEFINITION.settings(env)
    assert len(env.problems) == 4
