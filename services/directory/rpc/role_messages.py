"""Roles between the wire and the domain."""

from collections.abc import Mapping

from millrace.directory.v1 import role_pb2

from services.directory.domain.role import Reach, Role, RoleDetails, grants_of
from services.directory.rpc.editing import Fields, read_all

FIELDS: Fields = {
    "display_name_zh": lambda role: role.display_name_zh.strip(),
    "display_name_en": lambda role: role.display_name_en.strip(),
    "grants": lambda role: grants_of([(grant.permission, Reach(grant.scope)) for grant in role.grants]),
}


def details_of(role: role_pb2.Role) -> RoleDetails:
    """What the message says of a new role."""
    return RoleDetails(**read_all(role, FIELDS))


def grant_messages(grants: Mapping[str, int]) -> list[role_pb2.Grant]:
    """Grants on the wire, by permission."""
    return [
        role_pb2.Grant(permission=permission, scope=role_pb2.Scope.ValueType(grants[permission]))
        for permission in sorted(grants)
    ]


def to_message(role: Role) -> role_pb2.Role:
    """The role on the wire."""
    message = role_pb2.Role(
        name=role.name,
        key=role.key,
        display_name_zh=role.details.display_name_zh,
        display_name_en=role.details.display_name_en,
        grants=grant_messages(role.details.grants),
        archived=role.archived,
        etag=str(role.version),
    )
    message.create_time.FromDatetime(role.created_at)
    message.update_time.FromDatetime(role.updated_at)
    return message
