"""Where a process gets the public keys of tokens: from directory over gRPC, or, in directory itself, from its own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import grpc
from millrace.directory.v1 import key_set_service_pb2, key_set_service_pb2_grpc

from kernel.errors import Overloaded

FIELDS = ("kty", "crv", "x", "kid", "alg", "use")


def json_web_key(*, key_id: str, public: str) -> key_set_service_pb2.JsonWebKey:
    """The one kind of key there is, as a JSON Web Key; `public` is base64url without padding (RFC 8037)."""
    return key_set_service_pb2.JsonWebKey(kty="OKP", crv="Ed25519", x=public, kid=key_id, alg="Ed25519", use="sig")


class RemoteKeySet:
    """Asks directory."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: Any = key_set_service_pb2_grpc.KeySetServiceStub(channel)

    async def fetch(self) -> Sequence[Mapping[str, str]]:
        """The key set; raises Overloaded when directory does not answer."""
        try:
            answer = await self._stub.GetKeySet(key_set_service_pb2.GetKeySetRequest(), timeout=3)
        except grpc.aio.AioRpcError as error:
            raise Overloaded from error
        return [{field: getattr(key, field) for field in FIELDS} for key in answer.keys]


class LocalKeySet:
    """Asks a function of the same process."""

    def __init__(self, load: Callable[[], Awaitable[Sequence[Mapping[str, str]]]]) -> None:
        self._load = load

    async def fetch(self) -> Sequence[Mapping[str, str]]:
        """The key set."""
        return await self._load()
