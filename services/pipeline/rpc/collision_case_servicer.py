"""CollisionCaseService on the wire."""

from collections.abc import Awaitable, Callable

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from millrace.pipeline.v1 import collision_case_pb2 as messages
from millrace.pipeline.v1 import collision_case_service_pb2 as contract

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.rpc.wording import Wording
from chassis.texts import Texts
from chassis.wire import seen_version, uuid_of
from chassis.work import Store, UnitOfWork
from services.pipeline.application.collision_deciding import appeal_collision_case, decide_collision_case
from services.pipeline.application.collision_opening import open_collision_case
from services.pipeline.application.collision_reading import (
    get_collision_case,
    list_collision_cases,
    rehearse_collision_rules,
    replay_collision_case,
)
from services.pipeline.application.registration_desk import RegistrationDesk
from services.pipeline.domain.collision_case import CollisionCase
from services.pipeline.rpc.collision_case_messages import (
    WINNERS,
    Reader,
    rehearsal_message,
    replay_message,
    to_message,
    told_of,
)


class CollisionCaseServicer:
    """Customers whom two members claim (撞单裁决)."""

    def __init__(self, store: Store, desk: RegistrationDesk, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._desk = desk
        self._texts = texts
        self._page_key = page_key

    async def OpenCollisionCase(self, request: contract.OpenCollisionCaseRequest, call: Call) -> messages.CollisionCase:
        """Open one."""
        told, desk = told_of(request), self._desk
        return await self._write(request, call, lambda work: open_collision_case(work, told=told, desk=desk))

    async def GetCollisionCase(self, request: contract.GetCollisionCaseRequest, call: Call) -> messages.CollisionCase:
        """Read one."""
        uuid, reader = uuid_of(request.name), await self._reader(call)
        return to_message(await self._store.read(call, lambda read: get_collision_case(read, uuid=uuid)), reader)

    async def ListCollisionCases(
        self, request: contract.ListCollisionCasesRequest, call: Call
    ) -> contract.ListCollisionCasesResponse:
        """Read a page."""
        wanted, awaiting = page_request(request, call, key=self._page_key), request.awaiting_me
        reader = await self._reader(call)
        page = await self._store.read(call, lambda read: list_collision_cases(read, wanted=wanted, awaiting=awaiting))
        return contract.ListCollisionCasesResponse(
            collision_cases=[to_message(each, reader) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def DecideCollisionCase(
        self, request: contract.DecideCollisionCaseRequest, call: Call
    ) -> messages.CollisionCase:
        """Decide one."""
        uuid, seen, winner = uuid_of(request.name), seen_version(request.etag), WINNERS[request.winner]
        comment, desk = request.comment.strip(), self._desk
        return await self._write(
            request,
            call,
            lambda work: decide_collision_case(work, uuid=uuid, seen=seen, winner=winner, comment=comment, desk=desk),
        )

    async def AppealCollisionCase(
        self, request: contract.AppealCollisionCaseRequest, call: Call
    ) -> messages.CollisionCase:
        """Appeal."""
        uuid, seen, statement = uuid_of(request.name), seen_version(request.etag), request.statement.strip()
        return await self._write(
            request, call, lambda work: appeal_collision_case(work, uuid=uuid, seen=seen, statement=statement)
        )

    async def ReplayCollisionCase(
        self, request: contract.ReplayCollisionCaseRequest, call: Call
    ) -> contract.ReplayCollisionCaseResponse:
        """Try the rules of one again."""
        uuid, reader = uuid_of(request.name), await self._reader(call)
        return replay_message(await self._store.read(call, lambda read: replay_collision_case(read, uuid=uuid)), reader)

    async def RehearseCollisionRules(
        self, request: contract.RehearseCollisionRulesRequest, call: Call
    ) -> contract.RehearseCollisionRulesResponse:
        """Try other rules out."""
        body = MessageToDict(request.body)
        return rehearsal_message(await self._store.read(call, lambda read: rehearse_collision_rules(read, body=body)))

    async def _reader(self, call: Call) -> Reader:
        snapshot = await self._desk.organization.current()
        return Reader(call.principal, Wording(self._texts, call.locale), snapshot)

    async def _write(
        self, request: Message, call: Call, use_case: Callable[[UnitOfWork], Awaitable[CollisionCase]]
    ) -> messages.CollisionCase:
        reader = await self._reader(call)
        answer: messages.CollisionCase = await self._store.write(
            call, request, use_case, answer=lambda case: to_message(case, reader)
        )
        return answer
