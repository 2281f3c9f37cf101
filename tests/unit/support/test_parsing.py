"""A failed test is told even when the garbage collector meets one that leaks."""

import ast
import gc
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest


class Leak:
    """Is freed by the collector alone, and complains as a leaked connection does."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        try:
            self.__dict__["connection"]
        except KeyError:
            traceback.format_exc()


@pytest.fixture
def eager_collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(50)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("eager_collector")
def test_what_is_collected_meanwhile_does_not_fail_a_parse() -> None:
    text = Path(ast.__file__).read_text(encoding="utf-8")
    for _ in range(10):
        for _ in range(20):
            Leak()
        assert ast.parse(text).body
