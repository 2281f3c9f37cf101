"""Why a row is visible, decided in memory: the same rule as `chassis.scope` has in SQL; a test holds them together."""

from enum import Enum
from uuid import UUID

from chassis.principal import Principal, Scope


class Grounds(Enum):
    """What makes a row visible, the widest first."""

    EVERY_ROW = "every"
    OWN_ROW = "own"
    SHARED_ROW = "shared"
    TEAM_ROW = "team"
    REGION_ROW = "region"


def grounds(
    principal: Principal,
    permission: str,
    *,
    owner: UUID | None,
    team: UUID | None,
    region: UUID | None,
    shared: bool = False,
) -> Grounds | None:
    """Why the permission reaches a row; None when it does not.

    `shared` says whether the row is shared with the caller for this permission; without the permission that is nothing.
    """
    reach = principal.scope_of(permission)
    if reach is None:
        return None
    rules = (
        (Grounds.EVERY_ROW, reach is Scope.ALL),
        (Grounds.OWN_ROW, owner is not None and owner == principal.member),
        (Grounds.SHARED_ROW, shared),
        (Grounds.TEAM_ROW, reach >= Scope.TEAM and team in principal.teams),
        (Grounds.REGION_ROW, reach >= Scope.REGION and region is not None and region == principal.region),
    )
    return next((each for each, holds in rules if holds), None)
