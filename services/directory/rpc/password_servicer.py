"""PasswordService on the wire."""

from millrace.directory.v1 import password_service_pb2

from chassis.rpc.call import Call
from chassis.wire import uuid_of
from chassis.work import UnitOfWork
from kernel.errors import Refusal
from services.directory.application.passwords import (
    calling_member,
    change_password,
    prepare_password,
    set_password,
)
from services.directory.domain.credentials import check_password
from services.directory.rpc.outcomes import committed
from services.directory.rpc.session_servicer import SignInParts


class PasswordServicer:
    """Passwords (密码)."""

    def __init__(self, parts: SignInParts) -> None:
        self._parts = parts

    async def ChangePassword(
        self, request: password_service_pb2.ChangePasswordRequest, call: Call
    ) -> password_service_pb2.ChangePasswordResponse:
        """Change one's own."""
        parts = self._parts
        member = await parts.store.read(call, calling_member)
        check_password(request.new_password, email=member.details.email)
        check = await parts.checking.check(call, email=member.details.email, password=request.current_password)
        password_hash = await parts.checking.hash(request.new_password)
        session = (await parts.verifier.verify(call.token, call.now)).session

        async def run(work: UnitOfWork) -> Refusal | None:
            return await change_password(
                work, check=check, policy=parts.policy, password_hash=password_hash, session=session
            )

        await committed(parts.store, call, request, run)
        return password_service_pb2.ChangePasswordResponse()

    async def SetPassword(
        self, request: password_service_pb2.SetPasswordRequest, call: Call
    ) -> password_service_pb2.SetPasswordResponse:
        """Give somebody one."""
        uuid = uuid_of(request.member, field="member")
        member = await self._parts.store.read(call, lambda read: prepare_password(read, member=uuid))
        check_password(request.new_password, email=member.details.email)
        password_hash = await self._parts.checking.hash(request.new_password)
        address = self._parts.sealing.address(member.details.email)
        await committed(
            self._parts.store,
            call,
            request,
            lambda work: set_password(work, member=uuid, address=address, password_hash=password_hash),
        )
        return password_service_pb2.SetPasswordResponse()
