"""A contract made by a test: a tree of contacts that holds itself, and a method that sends it piece by piece."""

from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.message_factory import GetMessageClass
from millrace.auth.v1 import access_pb2

PACKAGE = "millrace.test.v1"
_KIND = descriptor_pb2.FieldDescriptorProto


@cache
def tree_contract() -> FileDescriptor:
    """`Contact`: name, phones (masked), below (itself), by_place (a map of itself); `ContactService.Watch`."""
    file = descriptor_pb2.FileDescriptorProto(name="millrace/test/v1/contact.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append("millrace/auth/v1/access.proto")
    contact = file.message_type.add(name="Contact")
    _field(contact, 1, "name", _KIND.TYPE_STRING)
    phones = _field(contact, 2, "phones", _KIND.TYPE_STRING, many=True)
    mask = phones.options.Extensions[access_pb2.mask]
    mask.permission, mask.form = "contacts.see", access_pb2.MASK_FORM_PHONE
    _field(contact, 3, "below", _KIND.TYPE_MESSAGE, kind="Contact")
    entry = contact.nested_type.add(name="ByPlaceEntry")
    entry.options.map_entry = True
    _field(entry, 1, "key", _KIND.TYPE_STRING)
    _field(entry, 2, "value", _KIND.TYPE_MESSAGE, kind="Contact")
    _field(contact, 4, "by_place", _KIND.TYPE_MESSAGE, kind="Contact.ByPlaceEntry", many=True)
    method = file.service.add(name="ContactService").method.add(
        name="Watch", input_type=f".{PACKAGE}.Contact", output_type=f".{PACKAGE}.Contact", server_streaming=True
    )
    method.options.Extensions[access_pb2.access].permission = "contacts.read"
    descriptor_pool.Default().Add(file)
    return descriptor_pool.Default().FindFileByName(file.name)


@cache
def doorless_contract() -> FileDescriptor:
    """`DoorlessService.Enter`, of which nobody has said who may call it."""
    name = "millrace/test/v1/doorless.proto"
    file = descriptor_pb2.FileDescriptorProto(name=name, package=PACKAGE, syntax="proto3")
    file.message_type.add(name="Nothing")
    nothing = f".{PACKAGE}.Nothing"
    file.service.add(name="DoorlessService").method.add(name="Enter", input_type=nothing, output_type=nothing)
    descriptor_pool.Default().Add(file)
    return descriptor_pool.Default().FindFileByName(file.name)


def contact(**fields: Any) -> Any:
    """A `Contact`."""
    return GetMessageClass(tree_contract().message_types_by_name["Contact"])(**fields)


def _field(
    message: descriptor_pb2.DescriptorProto, number: int, name: str, type_: Any, *, kind: str = "", many: bool = False
) -> descriptor_pb2.FieldDescriptorProto:
    label = _KIND.LABEL_REPEATED if many else _KIND.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, type=type_, label=label)
    if kind:
        field.type_name = f".{PACKAGE}.{kind}"
    return field
