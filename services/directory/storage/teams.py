"""Teams in their table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, exists, select

from chassis.listing import Listing, Order, Page, PageRequest, read_page, reference, text
from chassis.work import Read, Record
from kernel.errors import NotFound
from services.directory.domain.team import Team, TeamDetails
from services.directory.storage.tables import TEAMS


def to_row(team: Team) -> Mapping[str, object]:
    """The columns of a team."""
    return {
        "uuid": team.uuid,
        "display_name": team.details.display_name,
        "parent": team.details.parent,
        "region": team.details.region,
        "path": list(team.path),
        "archived": team.archived,
        "created_at": team.created_at,
        "updated_at": team.updated_at,
    }


RECORD: Record[Team] = Record(kind="team", collection="teams", table=TEAMS, row=to_row)


def from_row(row: RowMapping) -> Team:
    """The team in a row."""
    return Team(
        uuid=row["uuid"],
        version=row["version"],
        details=TeamDetails(display_name=row["display_name"], parent=row["parent"], region=row["region"]),
        path=tuple(row["path"]),
        archived=row["archived"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


LISTING = Listing(
    fields={
        "display_name": text(TEAMS.c.display_name),
        "parent": reference(TEAMS.c.parent, "teams"),
        "region": reference(TEAMS.c.region, "regions"),
    },
    orders={
        "display_name": Order(TEAMS.c.display_name),
        "create_time": Order(TEAMS.c.created_at, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=TEAMS.c.uuid,
)


async def list_teams(read: Read, wanted: PageRequest, *, show_deleted: bool) -> Page[Team]:
    """The live teams, and the archived ones where asked for."""
    statement = select(TEAMS) if show_deleted else select(TEAMS).where(~TEAMS.c.archived)
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def find_team(read: Read, uuid: UUID) -> Team | None:
    """The team, archived or not."""
    row = (await read.connection.execute(select(TEAMS).where(TEAMS.c.uuid == uuid))).mappings().one_or_none()
    return from_row(row) if row else None


async def get_team(read: Read, uuid: UUID) -> Team:
    """The live team; raises NotFound."""
    team = await find_team(read, uuid)
    if team is None or team.archived:
        raise NotFound(resource=f"teams/{uuid}")
    return team


async def get_any_team(read: Read, uuid: UUID) -> Team:
    """The team, archived or not; raises NotFound."""
    team = await find_team(read, uuid)
    if team is None:
        raise NotFound(resource=f"teams/{uuid}")
    return team


async def teams_below(read: Read, team: UUID) -> Sequence[Team]:
    """Every team below this one, archived ones too: their paths stay true."""
    statement = select(TEAMS).where(TEAMS.c.path.contains([team]) & (TEAMS.c.uuid != team)).order_by(TEAMS.c.uuid)
    return [from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def teams_on_path(read: Read, path: Sequence[UUID]) -> Sequence[Team]:
    """The teams of a path, from the root down."""
    rows = (await read.connection.execute(select(TEAMS).where(TEAMS.c.uuid.in_(path)))).mappings()
    return sorted((from_row(row) for row in rows), key=lambda team: len(team.path))


async def is_name_taken(read: Read, *, display_name: str, parent: UUID | None, besides: UUID | None) -> bool:
    """Whether another live team under the same parent has the name."""
    condition = (TEAMS.c.display_name == display_name) & ~TEAMS.c.archived
    condition &= TEAMS.c.parent.is_not_distinct_from(parent) & TEAMS.c.uuid.is_distinct_from(besides)
    return bool(await read.connection.scalar(select(exists().where(condition))))


async def has_live_teams_below(read: Read, team: UUID) -> bool:
    """Whether live teams are directly below this one."""
    return bool(await read.connection.scalar(select(exists().where((TEAMS.c.parent == team) & ~TEAMS.c.archived))))


async def is_region_used(read: Read, region: UUID) -> bool:
    """Whether live teams work in the region."""
    return bool(await read.connection.scalar(select(exists().where((TEAMS.c.region == region) & ~TEAMS.c.archived))))
