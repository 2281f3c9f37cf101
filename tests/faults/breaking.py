"""Breaking the product, and what its runner does about it."""

import time

from deploy.local.stack import Stack


def break_something(stack: Stack, victim: str) -> None:
    """Kill -9."""
    if victim == "nats":
        assert stack.nats is not None
        stack.nats.kill()
    elif victim == "postgres":
        assert stack.postgres is not None
        stack.postgres.kill()
    else:
        process = stack.program(victim).process
        assert process is not None
        process.kill()
        process.wait()


def mend(stack: Stack) -> None:
    """Start again what is down, as the runner does, and wait until it serves."""
    limit = time.monotonic() + 60
    while True:
        stack.revive()
        down = [program for program in stack.programs if program.process is None or program.process.poll() is not None]
        if not down:
            break
        assert time.monotonic() < limit, f"down: {[program.name for program in down]}"
        time.sleep(0.1)
    for program in stack.programs:
        program.wait()
