"""KeySetService on the wire."""

from millrace.directory.v1 import key_set_service_pb2

from chassis.rpc.call import Call
from services.directory.rpc.token_issuer import TokenIssuer


class KeySetServicer:
    """The public keys of tokens (JWKS)."""

    def __init__(self, issuer: TokenIssuer) -> None:
        self._issuer = issuer

    async def GetKeySet(self, request: key_set_service_pb2.GetKeySetRequest, call: Call) -> key_set_service_pb2.KeySet:
        """Read them."""
        del request, call
        return key_set_service_pb2.KeySet(keys=await self._issuer.key_set())
