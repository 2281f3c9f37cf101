"""Who acts in the demo company: the people with accounts, signed in once a month, calling the services by name."""

import importlib
import re
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.message_factory import GetMessageClass
from millrace.directory.v1.session_pb2 import Session
from millrace.directory.v1.session_service_pb2 import RefreshSessionRequest, SignInRequest
from millrace.directory.v1.session_service_pb2_grpc import SessionServiceStub

from deploy.local.stack import SERVICES, Stack

SECONDS = 30
# Longer than a service waits before it asks again for a signing key it does not know.
PATIENCE = 45
NOT_YET = frozenset({grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAVAILABLE})
SELLER, DIRECTOR, LEGAL, FINANCE = ("administrator", "sales_director", "legal", "finance")


class Actors:
    """One call of one person; what he asks stands in the contracts, so nothing is written for each method."""

    def __init__(self, stack: Stack, accounts: Sequence[Mapping[str, str]]) -> None:
        self._channels = {name: grpc.insecure_channel(stack.program(name).addresses()["rpc"]) for name in SERVICES}
        self._directory = SessionServiceStub(self._channels["directory"])
        self._accounts = {account["role"]: account for account in accounts}
        self._sessions: dict[str, Session] = {}
        self._calls: dict[str, Any] = {}
        self._door = threading.Lock()

    def knows(self, email: str) -> bool:
        """Whether somebody can be signed in as."""
        return any(account["email"] == email for account in self._accounts.values())

    def renew(self) -> None:
        """Renew the session of whoever is signed in: before a week is over, and when the next one has begun.

        A session that has grown too old ends, and whose it was signs in when it is his turn. Only then is a password
        checked, which is slow on purpose.
        """
        renewed = {role: self._renewed(session) for role, session in self._sessions.items()}
        self._sessions = {role: session for role, session in renewed.items() if session is not None}

    def token(self, role: str) -> str:
        """What lets somebody of the role in."""
        with self._door:
            if role not in self._sessions:
                account = self._accounts[role]
                request = SignInRequest(email=account["email"], password=account["password"])
                self._sessions[role] = self._directory.SignIn(request, timeout=SECONDS)
            return self._sessions[role].access_token

    def ask(self, role: str, method: str, request: Any, *, not_yet: grpc.StatusCode | None = None) -> Any:
        """Call `pipeline.OpportunityService.MoveOpportunity` as somebody of the role.

        Waits until a service has heard of him, and while it refuses by `not_yet`; raises RpcError for a refusal.
        """
        waiting = NOT_YET if not_yet is None else NOT_YET | {not_yet}
        return self._patiently(
            role, lambda metadata: self._call(method)(request, timeout=SECONDS, metadata=metadata), waiting
        )

    def tries(self, role: str, method: str, request: Any) -> bool:
        """Whether somebody of the role could; that the state of things forbids it is an answer."""
        try:
            self.ask(role, method, request)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
                raise
            return False
        return True

    def see(self, role: str, method: str, request: Any, *, once: Callable[[Any], bool]) -> Any:
        """What is read once it is so, because another service had to hear of it first; as it is after `PATIENCE`."""
        limit = time.monotonic() + PATIENCE
        while not once(found := self.ask(role, method, request)) and time.monotonic() < limit:
            time.sleep(0.2)
        return found

    def send(self, role: str, method: str, messages: Sequence[Any]) -> Any:
        """The same for a stream of messages."""

        def call(metadata: Any) -> Any:
            return self._call(method)(iter(messages), timeout=SECONDS, metadata=metadata)

        return self._patiently(role, call, NOT_YET)

    def close(self) -> None:
        """Hang up."""
        for channel in self._channels.values():
            channel.close()

    def _renewed(self, session: Session) -> Session | None:
        try:
            request = RefreshSessionRequest(refresh_token=session.refresh_token)
            renewed: Session = self._directory.RefreshSession(request, timeout=SECONDS)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNAUTHENTICATED:
                raise
            return None
        return renewed

    def _patiently(self, role: str, call: Any, waiting: Collection[grpc.StatusCode]) -> Any:
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                return call((("authorization", f"Bearer {self.token(role)}"),))
            except grpc.RpcError as error:
                if error.code() not in waiting or time.monotonic() > limit:
                    raise
                time.sleep(0.2)

    def _call(self, method: str) -> Any:
        if method not in self._calls:
            service, name, verb = method.split(".")
            contract = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            file = importlib.import_module(f"millrace.{service}.v1.{contract}_pb2").DESCRIPTOR
            found, full = file.services_by_name[name].methods_by_name[verb], f"{file.package}.{name}"
            channel = self._channels[service]
            bind: Any = channel.stream_unary if found.client_streaming else channel.unary_unary
            self._calls[method] = bind(
                f"/{full}/{verb}",
                request_serializer=GetMessageClass(found.input_type).SerializeToString,
                response_deserializer=GetMessageClass(found.output_type).FromString,
            )
        return self._calls[method]
