"""A process loads what it works with: what one need not load, every process pays at every start."""

import ast
import subprocess
import sys

from tests.architecture.tree import ROOT, parsed, shown, sources

SERVICES = ("directory", "leads", "pipeline", "contracts", "analytics")
# Comforts of libraries (see chassis/absence.py), the tool that migrates, what seals papers in a process of its own.
NOT_TO_SERVE = {"aiohttp", "rich", "click", "alembic", "pyhanko", "typst"}
DOOR = "chassis/streaming/__init__.py"


def test_what_serves_loads_no_comforts_and_no_tools() -> None:
    mains = "; ".join(f"import services.{name}.__main__" for name in SERVICES)
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; {mains}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert NOT_TO_SERVE.intersection(told.stdout.split()) == set()


def test_the_client_of_nats_comes_through_one_door() -> None:
    """Whoever loads it first decides with what, and the order of imports would put others first."""
    found = {
        shown(path)
        for path in sources("chassis", "services", "gateway")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nats.aio")
    }
    assert found == {DOOR}
