"""RoleService on the wire."""

from millrace.directory.v1 import role_pb2, role_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.texts import Texts
from chassis.wire import required_version, seen_version, uuid_of
from chassis.work import Store
from services.directory.application.roles import (
    create_role,
    delete_role,
    get_role,
    list_roles,
    undelete_role,
    update_role,
)
from services.directory.domain.role import PERMISSIONS, meaning_of
from services.directory.rpc.editing import edit
from services.directory.rpc.role_messages import FIELDS, details_of, to_message


class RoleServicer:
    """Roles (角色) and what they grant."""

    def __init__(self, store: Store, texts: Texts, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._texts = texts
        self._page_key = page_key

    async def CreateRole(self, request: role_service_pb2.CreateRoleRequest, call: Call) -> role_pb2.Role:
        """Add one."""
        key, details = request.role.key, details_of(request.role)
        answer: role_pb2.Role = await self._store.write(
            call, request, lambda work: create_role(work, key=key, details=details), answer=to_message
        )
        return answer

    async def GetRole(self, request: role_service_pb2.GetRoleRequest, call: Call) -> role_pb2.Role:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_role(read, uuid=uuid)))

    async def ListRoles(
        self, request: role_service_pb2.ListRolesRequest, call: Call
    ) -> role_service_pb2.ListRolesResponse:
        """List a page of them."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_roles(read, wanted=wanted, show_deleted=request.show_deleted)
        )
        return role_service_pb2.ListRolesResponse(
            roles=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateRole(self, request: role_service_pb2.UpdateRoleRequest, call: Call) -> role_pb2.Role:
        """Change the masked fields of one."""
        uuid = uuid_of(request.role.name, field="role.name")
        seen = required_version(request.role.etag, field="role.etag")
        change = edit(request.role, request.update_mask, FIELDS)
        answer: role_pb2.Role = await self._store.write(
            call, request, lambda work: update_role(work, uuid=uuid, seen=seen, edit=change), answer=to_message
        )
        return answer

    async def DeleteRole(self, request: role_service_pb2.DeleteRoleRequest, call: Call) -> role_pb2.Role:
        """Archive one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: role_pb2.Role = await self._store.write(
            call, request, lambda work: delete_role(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer

    async def UndeleteRole(self, request: role_service_pb2.UndeleteRoleRequest, call: Call) -> role_pb2.Role:
        """Bring one back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: role_pb2.Role = await self._store.write(
            call, request, lambda work: undelete_role(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer

    async def ListPermissions(
        self, request: role_service_pb2.ListPermissionsRequest, call: Call
    ) -> role_service_pb2.ListPermissionsResponse:
        """Every permission with its meaning in the reader's language."""
        del request
        meanings = {each: self._texts.render(meaning_of(each), {}, call.locale) for each in sorted(PERMISSIONS)}
        return role_service_pb2.ListPermissionsResponse(
            permissions=[
                role_service_pb2.Permission(permission=permission, description=meaning)
                for permission, meaning in meanings.items()
            ]
        )
