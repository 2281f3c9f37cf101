"""Builders of the organization that say only what matters."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from services.directory.domain.member import Member, MemberDetails
from services.directory.domain.role import Reach, Role, RoleDetails
from services.directory.domain.team import Team, TeamDetails

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def an_id(number: int) -> UUID:
    return UUID(int=number)


def a_member(number: int = 1, *, active: bool = True, **details: object) -> Member:
    plain = MemberDetails(display_name="陈思远", pinyin="chen si yuan", email=f"m{number}@yunfan.example")
    return Member(
        uuid=an_id(number),
        version=1,
        details=replace(plain, **details),  # type: ignore[arg-type]
        active=active,
        created_at=NOON,
        updated_at=NOON,
    )


def a_role(key: str, **grants: Reach) -> Role:
    named = {permission.replace("__", "."): reach for permission, reach in grants.items()}
    details = RoleDetails(display_name_zh=key, display_name_en=key, grants=named)
    return Role(uuid=an_id(hash(key) % 10**9), version=1, key=key, details=details, created_at=NOON, updated_at=NOON)


def a_team(number: int, *above: int, name: str = "华东一部") -> Team:
    return Team(
        uuid=an_id(number),
        version=1,
        details=TeamDetails(display_name=name, parent=an_id(above[-1]) if above else None),
        path=tuple(an_id(each) for each in (*above, number)),
        created_at=NOON,
        updated_at=NOON,
    )
