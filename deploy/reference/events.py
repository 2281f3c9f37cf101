"""`events.md`: every event the services publish, with its subject and its message."""

from itertools import groupby

from deploy.reference.markdown import code, page, section, table
from deploy.release.published import Published, published
from gateway.openapi.comments import comments

_OPENING = (
    "What the services tell each other over NATS JetStream, one stream a service. The payload is the message: its "
    "head, and the public state after the event."
)


def events() -> str:
    """The page."""
    parts = [
        section(service, table(("Subject", "Message", "Meaning"), [_row(event) for event in found]))
        for service, found in groupby(sorted(published(), key=_order), key=lambda event: event.service)
    ]
    return page("Events", _OPENING, *parts)


def _order(event: Published) -> tuple[str, str]:
    return event.service, event.subject


def _row(event: Published) -> tuple[str, str, str]:
    name = event.message.full_name
    return code(event.subject), code(name), comments()[name]
