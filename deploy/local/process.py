"""Starting and ending programs so that none outlives the one who started it."""

import ctypes
import functools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class DidNotStart(Exception):  # noqa: N818 - says what happened
    """A program ended, or took too long, before it was ready; the message ends with its last words."""


def start(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, its words appended to `log`.

    The kernel sends `death_signal` to it when this process dies, however it dies, and also when the thread that
    started it ends: start from a thread that outlives it. Its own group keeps the Ctrl-C of a terminal away from it,
    so that the one who started it decides the order of the end.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            user=user,
            group=user and _group_of(user),
            extra_groups=[] if user else None,
            process_group=0,
            preexec_fn=functools.partial(  # noqa: PLW1509 - one system call, no lock
                _die_with_parent, death_signal, os.getpid()
            ),
        )


def wait_until(
    ready: Callable[[], bool], *, process: subprocess.Popen[bytes], log: Path, name: str, seconds: float
) -> None:
    """Wait until the program says that it is ready, or raise DidNotStart."""
    limit = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None:
            raise DidNotStart(f"{name} ended with status {process.returncode}:\n{last_words(log)}")
        if time.monotonic() > limit:
            end(process, seconds=2)
            raise DidNotStart(f"{name} was not ready within {seconds:.0f} s:\n{last_words(log)}")
        time.sleep(0.02)


def end(process: subprocess.Popen[bytes], *, by: signal.Signals = signal.SIGTERM, seconds: float = 30) -> None:
    """Ask the program to end, and kill it when it has not after `seconds`."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_leftover(pid_file: Path, *, program: str, folder: Path, by: signal.Signals) -> None:
    """End a program that an earlier, killed run left at work on `folder`, and forget its pid file.

    A pid is reused by the system, so the process must also be `program` and name the folder.
    """
    if not pid_file.exists():
        return
    words = pid_file.read_text().split()
    process = _process(int(words[0])) if words else None
    if process is not None and _works_on(process, program, folder):
        process.send_signal(by)
        try:
            process.wait(20)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(5)
    pid_file.unlink(missing_ok=True)


def end_orphans(*, program: str, folder: Path) -> None:
    """Kill what a dead `program` has left at work in `folder`: children that were too busy to notice its death.

    They bear neither its pid nor its command line; what tells them is that they stand in the folder.
    """
    left = [process for process in psutil.process_iter(["name"]) if _stands_in(process, program, folder)]
    for process in left:
        process.kill()
    _, alive = psutil.wait_procs(left, timeout=20)
    if alive:
        raise DidNotStart(f"{program} still works on {folder}: {', '.join(str(process.pid) for process in alive)}")


def last_words(log: Path, lines: int = 20) -> str:
    """The end of a log, for a message to a person."""
    if not log.exists():
        return "(no words)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _works_on(process: psutil.Process, program: str, folder: Path) -> bool:
    try:
        return program in process.name() and str(folder) in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return False


def _stands_in(process: psutil.Process, program: str, folder: Path) -> bool:
    try:
        return process.info["name"] == program and process.cwd() == str(folder)
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return False


def _group_of(user: str) -> int:
    import pwd  # noqa: PLC0415 - absent where there are no users to switch to

    return pwd.getpwnam(user).pw_gid


def _die_with_parent(death_signal: signal.Signals, parent: int) -> None:
    _LIBC.prctl(PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:  # the parent died before the kernel knew our wish
        os._exit(1)
