"""What a change may refer to, and who may change the whole."""

from uuid import UUID

from chassis.principal import Scope
from chassis.work import Read
from kernel.errors import NotAllowed
from services.directory.domain.refusals import RegionUnknown, TeamUnknown
from services.directory.domain.role import ADMINISTRATION
from services.directory.domain.team import Team
from services.directory.storage import regions, teams


async def require_team(read: Read, uuid: UUID | None) -> Team | None:
    """The live team referred to, None for none; raises TeamUnknown."""
    if uuid is None:
        return None
    team = await teams.find_team(read, uuid)
    if team is None or team.archived:
        raise TeamUnknown(team=f"teams/{uuid}")
    return team


async def require_region(read: Read, uuid: UUID | None) -> None:
    """Pass for no region or a live one; raises RegionUnknown."""
    if uuid is not None and await regions.find_region(read, uuid) is None:
        raise RegionUnknown(region=f"regions/{uuid}")


def require_whole(read: Read) -> None:
    """Pass for an administrator of the whole: teams, regions, roles and calendars bind everybody."""
    if read.principal.scope_of(ADMINISTRATION) is not Scope.ALL:
        raise NotAllowed(permission=ADMINISTRATION)
