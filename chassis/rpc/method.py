"""What the boundary knows of one method: read once from its contract."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from millrace.auth.v1 import access_pb2

from chassis.principal import Principal
from chassis.rpc.asking import refuse_hidden
from chassis.rpc.call import Call
from chassis.rpc.effects import only_reads
from chassis.rpc.sight import Sight, concealed, sight_of
from chassis.rpc.validation import validate
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from kernel.errors import NotAllowed


class MethodWithoutAccess(Exception):  # noqa: N818 - stops the start-up
    """A method names no access rule; nobody would know who may call it."""


@dataclass(frozen=True, slots=True)
class Method:
    """What the boundary knows of one method."""

    name: str
    access: Any
    writes: bool
    descriptor: MethodDescriptor
    request_type: type[Any]
    answer_type: type[Any]
    asked: Sight
    answered: Sight

    @property
    def reads(self) -> bool:
        """Whether it is a question that changes nothing, answered by one message."""
        streams = self.descriptor.client_streaming or self.descriptor.server_streaming
        return not (self.writes or streams)

    def permit(self, principal: Principal) -> None:
        """Raise NotAllowed, unless the access rule lets the caller in."""
        if not self.access.signed_in and not principal.may(self.access.permission):
            raise NotAllowed(permission=self.access.permission)
        for permission in self.access.sees:
            principal.must(permission)

    def admit(self, request: Message, call: Call) -> None:
        """Hold the request against the contract and against what the caller may see."""
        missing = self.asked.missing(call.principal.grants) | self.answered.missing(call.principal.grants)
        if missing:
            refuse_hidden(request, asked=self.asked, answered=self.answered, missing=missing, writes=self.writes)
        validate(request)

    def shown(self, answer: Any, call: Call, texts: Texts) -> Any:
        """The answer as the caller may see it."""
        missing = self.answered.missing(call.principal.grants)
        return concealed(answer, self.answered, missing, Wording(texts, call.locale)) if missing else answer


@cache
def known_method(descriptor: MethodDescriptor) -> Method:
    """What the contract says of a method; raises MethodWithoutAccess."""
    access = descriptor.GetOptions().Extensions[access_pb2.access]
    if not (access.permission or access.anonymous or access.signed_in):
        raise MethodWithoutAccess(descriptor.full_name)
    service = descriptor.containing_service.full_name
    return Method(
        name=f"/{service}/{descriptor.name}",
        access=access,
        writes=not only_reads(descriptor),
        descriptor=descriptor,
        request_type=GetMessageClass(descriptor.input_type),
        answer_type=GetMessageClass(descriptor.output_type),
        asked=sight_of(descriptor.input_type),
        answered=sight_of(descriptor.output_type),
    )
