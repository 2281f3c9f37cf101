"""Logs as JSON lines, one event a line, without tokens, phones or mail addresses."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

from chassis.absence import absent

with absent("rich"):
    import structlog

_SECRET_KEYS = frozenset({"authorization", "password", "token", "secret", "refresh_token", "access_token"})
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_PHONE = re.compile(r"(?<![\w-])\+?\d[\d ]{8,14}\d(?![\w-])")


def configure(service: str) -> None:
    """Send every log of the process to standard error as JSON lines that name the service."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what a log must never hold."""
    for key, value in event.items():
        if key in _SECRET_KEYS:
            event[key] = "…"
        elif isinstance(value, str):
            event[key] = _PHONE.sub("…", _MAIL.sub("…", value))
    return event


def get_logger() -> structlog.stdlib.BoundLogger:
    """The process's logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
