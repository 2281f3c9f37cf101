"""Files on the wire: a client stream of HttpBody in, a server stream of HttpBody out."""

from collections.abc import AsyncIterator
from typing import Any, Generic, TypeVar

from google.api.httpbody_pb2 import HttpBody
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.wrappers_pb2 import StringValue

from chassis.files.content import File
from chassis.files.vault import Vault
from chassis.rpc.validation import validate

M = TypeVar("M")


class Pieces(Generic[M]):
    """The messages of an upload: the first one says what comes, all of them carry its content in `file`.

    The contract's request has `google.api.HttpBody file`, `string file_name` and `string request_id`.
    """

    def __init__(self, requests: AsyncIterator[M]) -> None:
        """`await first()` before the content is read."""
        self._requests = requests
        self._first: Any = None

    async def first(self) -> M:
        """The message that names the file; raises InvalidRequest for one against the contract."""
        self._first = await anext(self._requests)
        validate(self._first)
        return self._first  # type: ignore[no-any-return]  # it is one of the requests

    async def content(self) -> AsyncIterator[bytes]:
        """The pieces in order."""
        yield self._first.file.data
        async for request in self._requests:
            yield request.file.data  # type: ignore[attr-defined]  # every request of an upload has one


async def download(vault: Vault, file: File) -> AsyncIterator[HttpBody]:
    """The file in pieces; the first tells its name, which the gateway puts, escaped, into `content-disposition`."""
    named = AnyMessage()
    named.Pack(StringValue(value=file.display_name))
    told = [named]
    async for piece in vault.pieces(file.uuid):
        yield HttpBody(content_type=file.media_type, data=piece, extensions=told)
        told = []
