"""What the programs of imports have in common that run apart from the service, and how they tell a refused file."""

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import orjson

from chassis.imports.refusals import FileRefused


def program(module: ModuleType, *arguments: str) -> list[str]:
    """The command that runs a module of ours by the interpreter we run in."""
    return [sys.executable, "-m", module.__name__, *arguments]


def surroundings() -> Mapping[str, str]:
    """None of the service's settings: they hold its secrets, and the programs read what strangers wrote."""
    return {"PYTHONPATH": os.pathsep.join(sys.path)}


def go_first() -> None:
    """Where memory runs out, the kernel is to end this process and not the service."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def told(refusal: FileRefused) -> bytes:
    """A refusal as JSON, for the service to raise."""
    return orjson.dumps([refusal.reason, asdict(refusal)])


def refusal_in(text: bytes) -> FileRefused:
    """The refusal that a program told."""
    reason, values = orjson.loads(text)
    refusals = {each.reason: each for each in FileRefused.__subclasses__()}
    return refusals[reason](**values)
