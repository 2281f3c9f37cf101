"""The comments of the contracts, which only the image with source information keeps."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import millrace
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

IMAGE = "contracts.binpb"
_MESSAGE, _ENUM, _SERVICE = 4, 5, 6
_FIELD, _NESTED, _NESTED_ENUM = 2, 3, 4
_METHOD = _ENUM_VALUE = 2


class ImageMissing(Exception):  # noqa: N818 - read aloud by the operator at start
    """The contracts' image was not generated; `make proto` does it."""


@cache
def comments() -> dict[str, str]:
    """Full name of every message, field, enum, value, service and method → its comment."""
    image = FileDescriptorSet.FromString(_image().read_bytes())
    return {name: text for file in image.file for name, text in _of_file(file) if text}


def _image() -> Path:
    for root in millrace.__path__:
        path = Path(root).parent / IMAGE
        if path.exists():
            return path
    raise ImageMissing(f"{IMAGE} is missing: run make proto")


def _of_file(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    texts = {tuple(each.path): _clean(each.leading_comments) for each in file.source_code_info.location}
    for name, path in _elements(file):
        yield name, texts.get(path, "")


def _elements(file: FileDescriptorProto) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every commented element of a file with its path (the numbers of `descriptor.proto`)."""
    for i, message in enumerate(file.message_type):
        yield from _of_message(message, f"{file.package}.{message.name}", (_MESSAGE, i))
    for i, enum in enumerate(file.enum_type):
        yield f"{file.package}.{enum.name}", (_ENUM, i)
        for j, value in enumerate(enum.value):
            yield f"{file.package}.{enum.name}.{value.name}", (_ENUM, i, _ENUM_VALUE, j)
    for i, service in enumerate(file.service):
        yield f"{file.package}.{service.name}", (_SERVICE, i)
        for j, method in enumerate(service.method):
            yield f"{file.package}.{service.name}.{method.name}", (_SERVICE, i, _METHOD, j)


def _of_message(message: DescriptorProto, name: str, path: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield name, path
    for i, field in enumerate(message.field):
        yield f"{name}.{field.name}", (*path, _FIELD, i)
    for i, nested in enumerate(message.nested_type):
        yield from _of_message(nested, f"{name}.{nested.name}", (*path, _NESTED, i))
    for i, enum in enumerate(message.enum_type):
        yield f"{name}.{enum.name}", (*path, _NESTED_ENUM, i)


def _clean(comment: str) -> str:
    return "\n".join(line.strip() for line in comment.strip().splitlines())
