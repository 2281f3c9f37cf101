"""The RPCs meant for people: found in the descriptors by their `google.api.http` rule."""

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import millrace
from google.api import annotations_pb2, httpbody_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.message import Message
from millrace.auth.v1 import access_pb2

from chassis.rpc.effects import only_reads
from chassis.wire import is_required
from gateway.transcoding.templates import Template, parse_template

HTTP_BODY = httpbody_pb2.HttpBody.DESCRIPTOR.full_name
_VERBS = ("get", "post", "patch", "put", "delete")


class ContractWrong(Exception):  # noqa: N818 - stops the start-up
    """A contract cannot be served over HTTP; the message names the method."""


class Shape(Enum):
    """How a method's messages travel over HTTP."""

    UNARY = "JSON in, JSON out"
    EVENTS = "server-sent events"
    UPLOAD = "raw bytes in, JSON out"
    DOWNLOAD = "raw bytes out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One RPC as the gateway carries it; `service` names the process that serves it.

    One that `reads` changes nothing: it may be given up, and asked again; one with a request id is `repeatable`.
    What is done once only `demands_key`: its callers choose the id, so that they can ask again.
    """

    service: str
    descriptor: MethodDescriptor
    request: type[Message]
    answer: type[Message]
    shape: Shape
    anonymous: bool
    reads: bool
    repeatable: bool
    demands_key: bool

    @property
    def path(self) -> str:
        """The name gRPC calls it by."""
        return f"/{self.descriptor.containing_service.full_name}/{self.descriptor.name}"

    @property
    def name(self) -> str:
        """The full name, for metrics and logs."""
        return str(self.descriptor.full_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One way to call a method over HTTP; `body` is "", "*" or the field that the body fills."""

    verb: str
    template: Template
    body: str
    method: Method


def find_bindings(services: Iterable[str]) -> tuple[Binding, ...]:
    """Every HTTP binding of the named services' contracts; methods without an HTTP rule are not exposed.

    Raises ContractWrong when a method cannot be served, or two services share a collection.
    """
    found = tuple(binding for service in services for binding in _bindings_of(service))
    owners: dict[str, str] = {}
    for binding in found:
        collection = binding.template.collection
        owner = owners.setdefault(collection, binding.method.service)
        if owner != binding.method.service:
            raise ContractWrong(f"both {owner} and {binding.method.service} serve the collection {collection!r}")
    return found


def contract_files(service: str) -> Iterator[FileDescriptor]:
    """The descriptors of a service's contracts."""
    paths = (path for root in millrace.__path__ for path in Path(root, service).glob("v*/*_pb2.py"))
    for name in sorted({f"millrace.{service}.{path.parent.name}.{path.stem}" for path in paths}):
        yield importlib.import_module(name).DESCRIPTOR


def _bindings_of(service: str) -> Iterator[Binding]:
    for file in contract_files(service):
        for declared in file.services_by_name.values():
            for descriptor in declared.methods:
                rule = descriptor.GetOptions().Extensions[annotations_pb2.http]
                for each in (rule, *rule.additional_bindings):
                    verb = each.WhichOneof("pattern")
                    if verb in _VERBS:
                        template = parse_template(getattr(each, verb))
                        method = _method(service, descriptor)
                        yield Binding(verb=verb.upper(), template=template, body=each.body, method=method)


def _method(service: str, descriptor: MethodDescriptor) -> Method:
    access = descriptor.GetOptions().Extensions[access_pb2.access]
    key = descriptor.input_type.fields_by_name.get("request_id")
    return Method(
        service=service,
        descriptor=descriptor,
        request=message_factory.GetMessageClass(descriptor.input_type),
        answer=message_factory.GetMessageClass(descriptor.output_type),
        shape=_shape(descriptor),
        anonymous=access.anonymous,
        reads=only_reads(descriptor),
        repeatable=key is not None,
        demands_key=key is not None and is_required(key),
    )


def _shape(descriptor: MethodDescriptor) -> Shape:
    if descriptor.client_streaming:
        if descriptor.server_streaming or body_field(descriptor.input_type) is None:
            raise ContractWrong(f"{descriptor.full_name} streams messages in, which HTTP cannot")
        return Shape.UPLOAD
    if not descriptor.server_streaming:
        return Shape.UNARY
    return Shape.DOWNLOAD if descriptor.output_type.full_name == HTTP_BODY else Shape.EVENTS


def body_field(message: Descriptor) -> FieldDescriptor | None:
    """The field of an upload's message that holds the raw bytes."""
    for field in message.fields:
        if field.message_type is not None and field.message_type.full_name == HTTP_BODY:
            return field
    return None
