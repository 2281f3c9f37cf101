"""Building and changing the tree of teams (团队)."""

from collections.abc import Callable
from uuid import UUID

from chassis.listing import Page, PageRequest
from chassis.work import Read, UnitOfWork
from services.directory.application.references import require_region, require_team, require_whole
from services.directory.application.versions import expect_version
from services.directory.domain.team import Team, TeamDetails, TeamInUse, TeamNameTaken, add_team
from services.directory.storage import members, teams
from services.directory.storage.order import after_all_others


async def create_team(work: UnitOfWork, *, details: TeamDetails) -> Team:
    """A team is added at the root or under a live team, with a name its sisters do not have."""
    require_whole(work)
    await after_all_others(work)
    parent = await require_team(work, details.parent)
    await _check(work, details=details, uuid=None)
    return work.save(teams.RECORD, add_team(uuid=work.new_id(), details=details, parent=parent, now=work.now))


async def get_team(read: Read, *, uuid: UUID) -> Team:
    """A live team is shown."""
    return await teams.get_team(read, uuid)


async def list_teams(read: Read, *, wanted: PageRequest, show_deleted: bool) -> Page[Team]:
    """The live teams are listed, and the archived ones where asked for."""
    return await teams.list_teams(read, wanted, show_deleted=show_deleted)


async def update_team(
    work: UnitOfWork, *, uuid: UUID, seen: int | None, edit: Callable[[TeamDetails], TeamDetails]
) -> Team:
    """A team changes when the caller saw what stands; a moved team takes every team below along."""
    require_whole(work)
    await after_all_others(work)
    team = await teams.get_team(work, uuid)
    expect_version(resource=team.name, stands=team.version, seen=seen)
    details = edit(team.details)
    parent = await require_team(work, details.parent)
    change = team.update(details=details, parent=parent, now=work.now)
    if not change.events:
        return team
    await _check(work, details=details, uuid=uuid)
    if change.aggregate.path != team.path:
        for below in await teams.teams_below(work, uuid):
            work.save(teams.RECORD, below.follow(above=change.aggregate, now=work.now))
    return work.save(teams.RECORD, change)


async def delete_team(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Team:
    """A team is archived when nobody and no team is in it any more."""
    require_whole(work)
    await after_all_others(work)
    team = await teams.get_team(work, uuid)
    expect_version(resource=team.name, stands=team.version, seen=seen)
    if await members.is_team_peopled(work, uuid) or await teams.has_live_teams_below(work, uuid):
        raise TeamInUse(team=team.details.display_name)
    return work.save(teams.RECORD, team.archive(now=work.now))


async def undelete_team(work: UnitOfWork, *, uuid: UUID, seen: int | None) -> Team:
    """An archived team comes back where it stood, when its parent and region live and no sister has its name."""
    require_whole(work)
    await after_all_others(work)
    team = await teams.get_any_team(work, uuid)
    expect_version(resource=team.name, stands=team.version, seen=seen)
    parent = await require_team(work, team.details.parent)
    change = team.undelete(parent=parent, now=work.now)
    await _check(work, details=team.details, uuid=uuid)
    return work.save(teams.RECORD, change)


async def _check(work: UnitOfWork, *, details: TeamDetails, uuid: UUID | None) -> None:
    await require_region(work, details.region)
    name = details.display_name
    if await teams.is_name_taken(work, display_name=name, parent=details.parent, besides=uuid):
        raise TeamNameTaken(display_name=name)
