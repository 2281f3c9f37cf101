"""Customers, asked of pipeline over gRPC: their names, and whose contact somebody is."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import grpc
from millrace.pipeline.v1.account_service_pb2 import GetAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_service_pb2 import GetContactRequest
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub

from kernel.errors import Overloaded
from services.contracts.application.contract_desk import ASKING_SECONDS

_UNKNOWN = frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED})
Metadata = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]


class AccountNames:
    """Asks pipeline what accounts are called, and who their contacts are."""

    def __init__(self, channel: grpc.aio.Channel, credentials: Metadata) -> None:
        """`credentials` are the service's own, for what no caller asks."""
        self._stub = AccountServiceStub(channel)
        self._contacts = ContactServiceStub(channel)
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

    async def has_contact(self, account: UUID, contact: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> bool:
        """Whether the contact is one of the account's that the asker sees. Raises Overloaded."""
        metadata = (("authorization", f"Bearer {token}"),) if token else await self._credentials()
        try:
            found = await self._contacts.GetContact(
                GetContactRequest(name=f"contacts/{contact}"), metadata=metadata, timeout=seconds
            )
        except grpc.aio.AioRpcError as error:
            if error.code() in _UNKNOWN:
                return False
            raise Overloaded from error
        return bool(found.account == f"accounts/{account}")


class NoNames:
    """Nobody to ask: pipeline has no address here, and whoever drafts names the buyer and who is to sign."""

    async def name_of(self, account: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> str:
        """Empty."""
        del account, token, seconds
        return ""

    async def has_contact(self, account: UUID, contact: UUID, *, token: str, seconds: float = ASKING_SECONDS) -> bool:
        """Whoever says so is believed."""
        del account, contact, token, seconds
        return True
