"""The names of customers, asked of pipeline over gRPC."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import grpc
from millrace.pipeline.v1.account_service_pb2 import GetAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub

from kernel.errors import Overloaded
from services.contracts.application.contract_desk import ASKING_SECONDS

_UNKNOWN = frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED})
Metadata = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]


class AccountNames:
    """Asks pipeline what accounts are called."""

    def __init__(self, channel: grpc.aio.Channel, credentials: Metadata) -> None:
        """`credentials` are the service's own, for what no caller asks."""
        self._stub = AccountServiceStub(channel)
        self._credentials = credentials

    async def name_of(self, account: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> str:
        """What the account is called; empty where the asker does not see it. Raises Overloaded."""
        metadata = (("authorization", f"Bearer {token}"),) if token else await self._credentials()
        try:
            found = await self._stub.GetAccount(
                GetAccountRequest(name=f"accounts/{account}"), metadata=metadata, timeout=seconds
            )
        except grpc.aio.AioRpcError as error:
            if error.code() in _UNKNOWN:
                return ""
            raise Overloaded from error
        return found.display_name


class NoNames:
    """Nobody to ask: pipeline has no address here, and whoever drafts names the buyer."""

    async def name_of(self, account: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> str:
        """Empty."""
        del account, token, seconds
        return ""
