"""Why a member may do something, or may not (权限说明)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.directory.domain.member import Member
from services.directory.domain.role import PERMISSIONS, Reach, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands: the teams below and including the own one, and the region in the end."""

    teams: frozenset[UUID]
    region: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOwnership:
    """Whom a record belongs to: all that its visibility depends on."""

    owner: UUID | None
    team: UUID | None
    region: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessReason:
    """One step of an explanation, as code and parameters."""

    code: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Whether the member may, how far, and why."""

    allowed: bool
    reach: Reach | None
    reasons: tuple[AccessReason, ...]
    sights: tuple["FieldSight", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSight:
    """Which of a member's roles show the fields behind a permission to see; masked without any (字段脱敏)."""

    permission: str
    roles: tuple[str, ...]

    @property
    def shown(self) -> bool:
        """Whether the member sees the fields."""
        return bool(self.roles)


def explain(
    *,
    member: Member,
    roles: tuple[Role, ...],
    standing: Standing,
    permission: str,
    record: RecordOwnership | None,
) -> Explanation:
    """Walk the same way as the check: the member, the roles and their grants, then the record's row."""
    who = member.details.display_name
    if not member.active:
        return Explanation(allowed=False, reach=None, reasons=(_reason("ACCESS_MEMBER_LEFT", member=who),))
    granting = _granting(roles, permission)
    sights = _sights(roles, permission)
    reasons = tuple(
        _reason(
            "ACCESS_ROLE_GRANTS",
            role=role.key,
            name_zh=role.details.display_name_zh,
            name_en=role.details.display_name_en,
            permission=permission,
            scope=role.details.grants[permission].name,
        )
        for role in granting
    )
    if not granting:
        reason = _reason("ACCESS_NO_ROLE_GRANTS", member=who, permission=permission)
        return Explanation(allowed=False, reach=None, reasons=(reason,), sights=sights)
    widest = max(role.details.grants[permission] for role in granting)
    if record is None:
        return Explanation(allowed=True, reach=widest, reasons=reasons, sights=sights)
    within, reason = _row(member, standing, widest, record)
    return Explanation(allowed=within, reach=widest, reasons=(*reasons, reason), sights=sights)


def _granting(roles: tuple[Role, ...], permission: str) -> list[Role]:
    return [role for role in roles if not role.archived and permission in role.details.grants]


def _sights(roles: tuple[Role, ...], permission: str) -> tuple[FieldSight, ...]:
    """The permissions to see of the part of the product a permission belongs to: `leads.see_…` for leads.read."""
    seeing = f"{permission.partition('.')[0]}.see_"
    return tuple(
        FieldSight(permission=each, roles=tuple(role.key for role in _granting(roles, each)))
        for each in PERMISSIONS
        if each.startswith(seeing)
    )


def _row(member: Member, standing: Standing, reach: Reach, record: RecordOwnership) -> tuple[bool, AccessReason]:
    who = member.details.display_name
    if reach is Reach.ALL:
        return True, _reason("ACCESS_EVERY_ROW", member=who)
    if record.owner == member.uuid:
        return True, _reason("ACCESS_OWN_ROW", member=who)
    if reach >= Reach.TEAM and record.team is not None and record.team in standing.teams:
        return True, _reason("ACCESS_TEAM_ROW", member=who)
    if reach is Reach.REGION and record.region is not None and record.region == standing.region:
        return True, _reason("ACCESS_REGION_ROW", member=who)
    return False, _reason("ACCESS_ROW_OUT_OF_SCOPE", member=who, scope=reach.name)


def _reason(code: str, **parameters: str) -> AccessReason:
    return AccessReason(code=code, parameters=parameters)
