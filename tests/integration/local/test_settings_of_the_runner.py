"""What `millrace up` refuses before it touches anything."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("port", ["abc", "0", "99999", "-1"])
def test_a_port_that_is_none_is_refused_in_one_line_and_makes_no_folder(tmp_path: Path, port: str) -> None:
    home = tmp_path / "state"
    told = os.environ | {"PORT": port, "MILLRACE_HOME": str(home)}
    command = [sys.executable, "-m", "deploy.local", "up"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=told, timeout=60)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "PORT" in done.stderr
    assert not home.exists()
