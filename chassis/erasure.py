"""Erasing a person (删除个人信息): what the chassis itself keeps of him beside the service's own tables (G30).

Events, audit and logs hold no personal value. The answers kept for repeats of a request do: they show the record as it
was. They are reduced to its name, so that a repeat still finds its first answer and does nothing twice.
"""

from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from millrace.auth.v1 import access_pb2
from sqlalchemy import LargeBinary, bindparam, func, select, update

from chassis.tables import requests
from chassis.work import UnitOfWork

_KEPT = ("name", "etag")
_KEY = (requests.c.principal, requests.c.method, requests.c.request_id)
_ANSWERS = select(*_KEY, requests.c.answer).where(
    func.position(bindparam("told", type_=LargeBinary).op("in")(requests.c.answer)) > 0
)


async def forget_answers(work: UnitOfWork, *, resource: str) -> int:
    """Reduce every kept answer that shows the resource to its name; how many there were.

    Looks through all that are kept, of thirty days and those that last: seconds where there are millions, and rare.
    """
    await work.begin()
    rows = (await work.connection.execute(_ANSWERS, {"told": resource.encode()})).all()
    for row in rows:
        answer = _read(row.method, row.answer)
        if answer is not None and _reduce(answer, resource):
            of_row = [column == getattr(row, column.name) for column in _KEY]
            await work.connection.execute(update(requests).where(*of_row).values(answer=answer.SerializeToString()))
    return len(rows)


def _read(method: str, answer: bytes) -> Message | None:
    """The answer of a method; None for what is no method's, which holds names only: a job's or an import's outcome."""
    service, _, name = method.removeprefix("/").rpartition("/")
    try:
        found = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
        return GetMessageClass(found.output_type).FromString(answer)
    except (KeyError, DecodeError):
        return None


def _reduce(message: Any, resource: str) -> bool:
    """Whether anything in the message told of the resource; it keeps its name and version alone."""
    if getattr(message, "name", None) == resource:
        kept = {name: getattr(message, name) for name in _KEPT if hasattr(message, name)}
        message.Clear()
        for name, value in kept.items():
            setattr(message, name, value)
        return True
    found = False
    points = any(value == resource for _, value in message.ListFields())
    for field, value in message.ListFields():
        if points and field.GetOptions().Extensions[access_pb2.personal]:
            # What only points at the resource, as a possible duplicate does, says no more than that.
            message.ClearField(field.name)
            found = True
        if field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for inner in value if field.is_repeated else (value,):
            found = _reduce(inner, resource) or found
    return found
