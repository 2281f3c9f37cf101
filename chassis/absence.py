"""Libraries loaded without what they can do without."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """Within it, the libraries named are as if they were not installed, unless they are loaded already.

    Some libraries try for others that only comforts need which we do not use: nats-py for aiohttp (NATS over
    WebSockets), structlog for rich (coloured tracebacks), httpx for click (a command line of its own). A service's own
    image hardly holds those; a machine that runs the whole product does, and there they cost every process a fifth of
    its start and ten megabytes.
    None in `sys.modules` is Python's own word for a module that is not to be found.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # the type does not know of the None
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
