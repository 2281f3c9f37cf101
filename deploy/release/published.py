"""Every event the services publish, with its subject and its message: read from their tables of publications."""

import inspect
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor
from millrace.events.v1.event_head_pb2 import EventHead

from chassis.parts import ServiceDefinition
from chassis.publication import Publication
from services.analytics.__main__ import DEFINITION as ANALYTICS
from services.contracts.__main__ import DEFINITION as CONTRACTS
from services.directory.__main__ import DEFINITION as DIRECTORY
from services.leads.__main__ import DEFINITION as LEADS
from services.pipeline.__main__ import DEFINITION as PIPELINE

DEFINITIONS: tuple[ServiceDefinition, ...] = (DIRECTORY, LEADS, PIPELINE, CONTRACTS, ANALYTICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An event: the service that publishes it, its whole subject, and its message."""

    service: str
    subject: str
    message: Descriptor

    @property
    def noun(self) -> str:
        """The kind of the aggregate, as the subject names it."""
        return self.subject.split(".")[-2]


def published() -> list[Published]:
    """Every event of every service, by subject; raises LookupError for a publication without one clear message."""
    found = [
        Published(
            service=definition.name,
            subject=f"millrace.{definition.name}.v1.{publication.subject}",
            message=message_of(publication),
        )
        for definition in DEFINITIONS
        for publication in definition.publications.values()
    ]
    return sorted(found, key=lambda each: each.subject)


def message_of(publication: Publication) -> Descriptor:
    """The message a publication makes: the one event that its function speaks of."""
    seen = inspect.getclosurevars(publication.message)
    known = {**seen.globals, **seen.nonlocals}
    spoken = {each.full_name: each for each in _events({**known, **_members(known, seen.unbound)})}
    if len(spoken) != 1:
        raise LookupError(f"{publication.subject} speaks of {sorted(spoken) or 'no event'}")
    return next(iter(spoken.values()))


def _members(known: Mapping[str, Any], names: AbstractSet[str]) -> dict[str, Any]:
    """What the names mean in the modules known: `messages.LeadCreated` is looked up in `messages`."""
    modules = [each for each in known.values() if inspect.ismodule(each)]
    return {name: getattr(module, name) for module in modules for name in names if hasattr(module, name)}


def _events(known: Mapping[str, Any]) -> Iterator[Descriptor]:
    for each in known.values():
        descriptor = getattr(each, "DESCRIPTOR", None)
        if isinstance(descriptor, Descriptor) and is_event(descriptor):
            yield descriptor


def is_event(descriptor: Descriptor) -> bool:
    """Whether the message is an event: its first field is the head."""
    head = descriptor.fields_by_number.get(1)
    return head is not None and head.message_type is not None and head.message_type.full_name == _HEAD


_HEAD = EventHead.DESCRIPTOR.full_name
