"""MemberService on the wire."""

from millrace.directory.v1 import member_pb2, member_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import required_version, seen_version, uuid_of
from chassis.work import Store
from services.directory.application.members import (
    create_member,
    deactivate_member,
    get_member,
    list_members,
    reactivate_member,
    update_member,
)
from services.directory.rpc.editing import edit
from services.directory.rpc.member_messages import FIELDS, details_of, to_message


class MemberServicer:
    """Members (成员)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateMember(self, request: member_service_pb2.CreateMemberRequest, call: Call) -> member_pb2.Member:
        """Add one."""
        details = details_of(request.member)
        answer: member_pb2.Member = await self._store.write(
            call, request, lambda work: create_member(work, details=details), answer=to_message
        )
        return answer

    async def GetMember(self, request: member_service_pb2.GetMemberRequest, call: Call) -> member_pb2.Member:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_member(read, uuid=uuid)))

    async def ListMembers(
        self, request: member_service_pb2.ListMembersRequest, call: Call
    ) -> member_service_pb2.ListMembersResponse:
        """List a page of them."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(call, lambda read: list_members(read, wanted=wanted))
        return member_service_pb2.ListMembersResponse(
            members=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateMember(self, request: member_service_pb2.UpdateMemberRequest, call: Call) -> member_pb2.Member:
        """Change the masked fields of one."""
        uuid = uuid_of(request.member.name, field="member.name")
        seen = required_version(request.member.etag, field="member.etag")
        change = edit(request.member, request.update_mask, FIELDS)
        answer: member_pb2.Member = await self._store.write(
            call, request, lambda work: update_member(work, uuid=uuid, seen=seen, edit=change), answer=to_message
        )
        return answer

    async def DeactivateMember(
        self, request: member_service_pb2.DeactivateMemberRequest, call: Call
    ) -> member_pb2.Member:
        """End a member's access."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: member_pb2.Member = await self._store.write(
            call, request, lambda work: deactivate_member(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer

    async def ReactivateMember(
        self, request: member_service_pb2.ReactivateMemberRequest, call: Call
    ) -> member_pb2.Member:
        """Let a member come back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: member_pb2.Member = await self._store.write(
            call, request, lambda work: reactivate_member(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer
