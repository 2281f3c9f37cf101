"""Logs as JSON lines, one event a line, without tokens, phones or mail addresses: ours, and those of the libraries."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

from chassis.absence import absent

with absent("rich"):
    import structlog

_SECRET_KEYS = frozenset(
    {"authorization", "password", "token", "secret", "refresh_token", "access_token", "phone", "mail", "email"}
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_PHONE = re.compile(r"(?<![\w-])\+?\d[\d ]{8,14}\d(?![\w-])")
_TOKEN = re.compile(r"[Bb]earer [\w.~+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_PLAIN = (int, float, type(None))


def configure(service: str) -> None:
    """Send every log of the process to standard error as JSON lines that name the service."""
    told: list[structlog.typing.Processor] = [
        _naming(service),
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *told, *written],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries log by the standard library, from threads of their own too: their lines differ from ours by `logger`.
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *told],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what a log must never hold, however deep it lies."""
    for key, value in event.items():
        event[key] = _redacted(key, value)
    return event


def get_logger() -> structlog.stdlib.BoundLogger:
    """The process's logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


def _naming(service: str) -> structlog.typing.Processor:
    """Adds the service: a variable of the context would be missing in the threads of libraries."""

    def name(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return name


def _redacted(key: str, value: object) -> object:
    return "…" if key.lower() in _SECRET_KEYS else _cleaned(value)


def _cleaned(value: object) -> object:
    """The value as JSON can tell it: an exception or whatever else becomes its text here, where it is still cleaned."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        return {_clean(str(key)): _redacted(str(key), each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return _pair(value) or [_cleaned(each) for each in value]
    return _clean(repr(value))


def _pair(value: object) -> list[object] | None:
    """A name and its value, as the metadata of a call hold them; None for what is no pair."""
    match value:
        case (str(key), told):
            return [_clean(key), _redacted(key, told)]
        case _:
            return None


def _clean(text: str) -> str:
    if "@" in text:
        text = _MAIL.sub("…", text)
    return _PHONE.sub("…", _TOKEN.sub("…", text))
