"""Logs of tests that cost little to write."""

import structlog


def write_plainly() -> None:
    """Write tracebacks as Python does: drawn with every local variable, one takes two seconds of a processor."""
    written = structlog.get_config()["processors"][:-1]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*written, plain])
