"""`python -m deploy.local up`: the whole product on this machine, until Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path

from chassis.settings import Environment
from deploy.local.demo import demo_leads_wanted, demo_year, load_demo, print_accounts
from deploy.local.home import Home, HomeInUse
from deploy.local.process import DidNotStart
from deploy.local.programs import is_free
from deploy.local.stack import Stack

LOOK_EVERY = 0.5
PORT_PATIENCE = 3.0  # a gateway whose runner was killed needs a moment to let go


def main() -> int:
    """Run the command; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local",
        description=__doc__,
        epilog="PORT is the port of the gateway (8080), MILLRACE_HOME the folder that holds all state (.millrace).",
    )
    parser.add_argument("command", choices=["up"], help="start everything and stay until Ctrl-C")
    parser.parse_args()
    env = Environment(os.environ)
    port = env.whole("PORT", 8080, least=1, most=65_535, means="the port of the gateway")
    folder = Path(env.text("MILLRACE_HOME", ".millrace", means="the folder that holds all state"))
    demo_leads_wanted(env)
    if env.problems:
        return _refuse("; ".join(env.problems))
    home = Home.open(folder)
    try:
        with home.held():
            return up(home, port)
    except HomeInUse as refusal:
        return _refuse(str(refusal))


def up(home: Home, port: int) -> int:
    """Start everything, tell the person where, keep it running until a signal, stop it in order."""
    if not _becomes_free(port):
        return _refuse(f"Port {port} is taken. Choose another one: PORT={port + 10} make run")
    ending = Ending()
    stack = Stack(home, port, environment=demo_year(home) if _demo_wanted() else {})
    try:
        stack.start()
        if _demo_wanted():
            load_demo(stack)
            print_accounts(home)
        print(
            f"Millrace is ready at http://127.0.0.1:{port}  (Ctrl-C stops it; its state stays in {home.folder})",
            flush=True,
        )
        ending.no_longer_breaks_in()
        while not ending.asked.wait(LOOK_EVERY):
            stack.revive()
    except Stopped:
        return 0
    except DidNotStart as refusal:
        return _refuse(str(refusal))
    finally:
        print("Stopping …", flush=True)
        stack.stop()
    return 0


def _demo_wanted() -> bool:
    env = Environment(os.environ)
    return env.text("MILLRACE_DEMO", "on", means="`off` starts without the invented company") != "off"


class Stopped(BaseException):
    """The end was asked for before everything served."""


class Ending:
    """Whether the end was asked for: by Ctrl-C, by SIGTERM or by a terminal that closes.

    It breaks into a start, which takes minutes the first time; what serves is ended between two looks.
    """

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._breaks_in = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def no_longer_breaks_in(self) -> None:
        """Everything serves."""
        self._breaks_in = False

    def _hear(self, *_: object) -> None:
        self.asked.set()
        if self._breaks_in:
            self._breaks_in = False
            raise Stopped


def _becomes_free(port: int) -> bool:
    limit = time.monotonic() + PORT_PATIENCE
    while not is_free(port):
        if time.monotonic() > limit:
            return False
        time.sleep(0.1)
    return True


def _refuse(message: str) -> int:
    print(message, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
