"""A request message from a path, a query and a body (proto3 JSON; unknown fields are refused)."""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qsl

import orjson
from google.api import field_behavior_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from chassis.ids import new_id
from chassis.wire import SERVICE_OWNED
from gateway.refusals import BodyNotJson, BodyTooDeep, EtagRequired, KeyRequired
from gateway.transcoding.etags import version_of
from gateway.transcoding.json_shape import check_shape, field_at
from gateway.transcoding.methods import Binding
from gateway.transcoding.wrong_values import unknown_field, wrong_value
from kernel.errors import FieldTwice, InvalidField

MAX_DEPTH = 32
_FAILED_AT = re.compile(r"Failed to parse (\w+) field: ")
_UNKNOWN = re.compile(r'has no field named "([^"]*)" at "[^".]*\.?([^"]*)"')
# Possessive, and a string without its end is one match too: a hostile body is read once, not once for each quote.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_STEPS = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in _STEPS)
_WRONG_INPUT = (json_format.ParseError, ValueError, TypeError, AttributeError, OverflowError)


class RequestPlan:
    """How the requests of one binding are built; everything that depends only on the contract is settled here."""

    def __init__(self, binding: Binding) -> None:
        """Settle where path, body, etag, mask and request id go."""
        request = binding.method.descriptor.input_type
        self._type = binding.method.request
        self._descriptor = request
        self._variables = binding.template.variables
        self.body = binding.body
        self._bound = frozenset(variable.field[0] for variable in self._variables) | {binding.body}
        self._writes = binding.method.repeatable
        self._demands_key = binding.method.demands_key
        self._etag = _etag_path(request, binding.body)
        self._needs_etag = binding.verb == "PATCH" and self._etag is not None
        self._maskable = _maskable(request, binding)

    def build(self, segments: list[str], query: bytes, body: bytes, headers: Mapping[str, str]) -> Message:
        """The request message.

        Raises InvalidField, FieldUnknown, BodyNotJson, BodyTooDeep, KeyRequired or EtagRequired.
        """
        request = self._type()
        if body or self.body:
            self._read_body(request, body)
        if query:
            self._read_query(request, query)
        for variable in self._variables:
            _set(request, variable.field, variable.value(segments))
        if self._writes and not request.request_id:  # type: ignore[attr-defined]  # the plan knows the field is there
            request.request_id = headers.get("idempotency-key") or self._own_key()  # type: ignore[attr-defined]
        if self._etag is not None:
            self._read_etag(request, headers)
        return request

    def _own_key(self) -> str:
        """A key for whoever chose none: he cannot ask again, which is his to decide except for what is done once."""
        if self._demands_key:
            raise KeyRequired
        return str(new_id())

    def _read_body(self, request: Message, body: bytes) -> None:
        values = read_json(body) if body else {}
        if self.body == "*":
            fill(request, values)
        elif self.body:
            resource = getattr(request, self.body)
            resource.SetInParent()  # an empty object lacks what is in it, not itself
            fill(resource, values)
            if self._maskable and not request.update_mask.paths:  # type: ignore[attr-defined]
                paths = (self._maskable.get(key) for key in values)
                request.update_mask.paths.extend(path for path in paths if path)  # type: ignore[attr-defined]
        elif values:
            raise unknown_field(next(iter(values)), None)

    def _read_query(self, request: Message, query: bytes) -> None:
        values: dict[str, Any] = {}
        for key, value in _pairs(query):
            if self.body == "*":
                raise unknown_field(key, None)
            self._place(values, key, value)
        if "updateMask" in values:
            request.ClearField("update_mask")
        fill(request, values)

    def _place(self, values: dict[str, Any], key: str, value: str) -> None:
        """Put one query parameter where proto3 JSON has it; dots lead into nested messages."""
        message: Descriptor | None = self._descriptor
        for depth, part in enumerate(key.split(".")):
            field = _field(message, part)
            if field is None or (depth == 0 and field.name in self._bound):
                raise unknown_field(key, message)
            if depth == key.count("."):
                _put(values, field, key, value)
                return
            values = values.setdefault(field.json_name, {})
            message = None if field.is_repeated else field.message_type

    def _read_etag(self, request: Message, headers: Mapping[str, str]) -> None:
        path = self._etag
        assert path is not None  # noqa: S101 - the caller asked
        holder: Any = request
        for name in path[:-1]:
            holder = getattr(holder, name)
        if_match = headers.get("if-match", "")
        if if_match and if_match != "*":
            holder.etag = version_of(if_match)
        if self._needs_etag and not holder.etag:
            raise EtagRequired


def read_json(body: bytes) -> dict[str, Any]:
    """The JSON object a body holds; raises BodyNotJson or BodyTooDeep."""
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(body) > MAX_DEPTH:
        raise BodyTooDeep(limit=MAX_DEPTH)
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BodyNotJson from None
    if not isinstance(values, dict):
        raise BodyNotJson
    return values


def fill(message: Message, values: dict[str, Any]) -> None:
    """Fill a message from proto3 JSON.

    Raises FieldUnknown, FieldNotObject, FieldNotList, FieldNotInstant, FieldOfOtherKind or InvalidField with the path
    in the words of JSON.
    """
    check_shape(message.DESCRIPTOR, values)
    try:
        json_format.ParseDict(values, message)
    except _WRONG_INPUT as wrong:
        text = str(wrong)
        unknown = _UNKNOWN.search(text)
        if unknown is not None:
            above = unknown[2].split(".") if unknown[2] else []
            raise unknown_field(".".join([*above, unknown[1]]), _message_at(message.DESCRIPTOR, above)) from None
        raise wrong_value(message.DESCRIPTOR, _FAILED_AT.findall(text)) from None


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise InvalidField(field="query") from None


def _put(values: dict[str, Any], field: FieldDescriptor, key: str, value: str) -> None:
    converted: Any = value
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        converted = {"true": True, "false": False}.get(value, value)
    if field.is_repeated:
        values.setdefault(field.json_name, []).append(converted)
    elif field.json_name in values:
        raise FieldTwice(field=key)
    else:
        values[field.json_name] = converted


def _field(message: Descriptor | None, name: str) -> FieldDescriptor | None:
    if message is None:
        return None
    found: FieldDescriptor | None = message.fields_by_camelcase_name.get(name) or message.fields_by_name.get(name)
    return found


def _message_at(message: Any, path: list[str]) -> Any:
    """The message at a path of JSON names, in which a list may be followed by a place: columns[0]."""
    if not path:
        return message
    field = field_at(message, [name.partition("[")[0] for name in path])
    return None if field is None else field.message_type


def _set(message: Message, path: tuple[str, ...], value: str) -> None:
    for name in path[:-1]:
        message = getattr(message, name)
    setattr(message, path[-1], value)


def _etag_path(request: Descriptor, body: str) -> tuple[str, ...] | None:
    if "etag" in request.fields_by_name:
        return ("etag",)
    resource = request.fields_by_name.get(body)
    if resource is not None and resource.message_type is not None and "etag" in resource.message_type.fields_by_name:
        return (body, "etag")
    return None


def _maskable(request: Descriptor, binding: Binding) -> dict[str, str]:
    """JSON name → proto name of the fields an update may change; a mask that is not sent names those in the body."""
    resource = request.fields_by_name.get(binding.body)
    message = None if resource is None else resource.message_type
    if binding.verb != "PATCH" or "update_mask" not in request.fields_by_name or message is None:
        return {}
    names: dict[str, str] = {}
    for field in message.fields:
        behaviours = field.GetOptions().Extensions[field_behavior_pb2.field_behavior]
        if field.name != "etag" and not SERVICE_OWNED.intersection(behaviours):
            names[field.json_name] = names[field.name] = field.name
    return names


def _depth(body: bytes) -> int:
    """How deep the JSON is nested, counted before it is parsed; brackets inside strings do not count."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
