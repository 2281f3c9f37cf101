"""What `millrace up` refuses before it touches anything."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import programs


@pytest.mark.parametrize(
    ("name", "number"),
    [("PORT", "abc"), ("PORT", "0"), ("PORT", "99999"), ("PORT", "-1"), ("MILLRACE_DEMO_LEADS", "-1")],
)
def test_a_number_that_makes_no_sense_is_refused_in_one_line_and_makes_no_folder(
    tmp_path: Path, name: str, number: str
) -> None:
    home = tmp_path / "state"
    told = os.environ | {name: number, "MILLRACE_HOME": str(home)}
    command = [sys.executable, "-m", "deploy.local", "up"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=told, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith(name)
    assert not home.exists()


def test_no_program_is_given_the_port_that_another_is_to_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """By chance it happens once in ten thousand starts: here chance names the taken port first."""
    chosen = iter([0, 0, 1])
    monkeypatch.setattr(secrets, "randbelow", lambda _most: next(chosen))
    monkeypatch.setattr(programs, "is_free", lambda _port: True)
    taken = f"127.0.0.1:{programs.LOWEST_PORT}"
    assert programs.free_address(besides=[taken]) == f"127.0.0.1:{programs.LOWEST_PORT + 1}"
