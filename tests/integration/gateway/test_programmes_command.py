"""`millrace programmes` against a real gateway and the small real server behind it."""

import asyncio
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway.cli import nurturing
from gateway.cli.talk import Talk
from gateway.cli.wording import _texts
from tests.integration.gateway.neighbour import PROGRAMME, Neighbour

Printing = Callable[..., None]


@pytest.fixture
def talk(listening: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    """Speaks English to a gateway that listens; its session stands below `tmp_path`."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    _texts.cache_clear()
    yield Talk(f"http://{listening}")
    _texts.cache_clear()


async def printed(act: Printing, *told: Any, **more: Any) -> str:
    written = io.StringIO()
    await asyncio.to_thread(act, *told, Console(file=written, width=200), **more)
    return written.getvalue()


async def test_a_list_names_programmes_and_what_is_in_their_way(talk: Talk) -> None:
    text = await printed(nurturing.print_programmes, talk, count=50)
    assert all(each in text for each in ("白皮书", PROGRAMME, "paused", "培育计划已暂停", "grade = GRADE_C"))


async def test_a_funnel_tells_what_became_of_each_step(talk: Talk) -> None:
    text = await printed(nurturing.print_funnel, talk, PROGRAMME)
    assert "Entered: 5, under way: 1, got every step: 2" in text
    assert "Unsubscribed" in text


async def test_a_rehearsal_tells_who_would_enter_and_why_others_would_not(talk: Talk, neighbour: Neighbour) -> None:
    text = await printed(nurturing.print_rehearsal, talk, PROGRAMME.rpartition("/")[2])
    assert "3 of 9" in text
    assert "6  没有邮件地址" in text
    assert neighbour.asked[-1].name == PROGRAMME


async def test_what_is_moved_tells_how_it_stands(talk: Talk) -> None:
    assert "白皮书: paused" in await printed(nurturing.move, talk, PROGRAMME, "pause")
