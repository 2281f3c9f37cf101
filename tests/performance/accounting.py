"""What the system costs: processor time and memory of all its processes, as the kernel counts them."""

from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.stack import Stack

# Who takes leads in; the limit is theirs together.
INTAKE = ("directory", "leads", "gateway")


@dataclass(frozen=True)
class Costs:
    """Processor seconds of the whole system: ours, PostgreSQL's and NATS's, those that ended included."""

    stack: Stack

    def cpu(self) -> float:
        """Seconds spent so far."""
        return sum(_spent(psutil.Process(pid)) for pid in _roots(self.stack))

    def memory(self) -> dict[str, float]:
        """Proportional set size in MiB: `python` (the three processes of intake together), and the others apart."""
        assert self.stack.postgres is not None
        assert self.stack.nats is not None
        sizes = {each.name: _pss(each.process.pid) for each in self.stack.programs if each.process is not None}
        return {
            "python": sum(sizes.pop(name) for name in INTAKE),
            **sizes,
            "postgres": sum(_pss(pid) for pid in _tree(self.stack.postgres.process.pid)),
            "nats": _pss(self.stack.nats.process.pid),
            "runner": _pss(psutil.Process().pid),
        }


def _roots(stack: Stack) -> list[int]:
    assert stack.postgres is not None
    assert stack.nats is not None
    programs = [program.process.pid for program in stack.programs if program.process is not None]
    return [stack.postgres.process.pid, stack.nats.process.pid, *programs]


def _tree(pid: int) -> list[int]:
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def _spent(process: psutil.Process) -> float:
    """Its own time, that of children it has buried, and that of those alive."""
    times = process.cpu_times()
    spent = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += own.user + own.system
    return spent


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
