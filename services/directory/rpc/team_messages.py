"""Teams between the wire and the domain."""

from millrace.directory.v1 import team_pb2

from chassis.wire import named, reference
from services.directory.domain.team import Team, TeamDetails
from services.directory.rpc.editing import Fields, read_all

FIELDS: Fields = {
    "display_name": lambda team: team.display_name.strip(),
    "parent": lambda team: reference(team.parent, field="team.parent"),
    "region": lambda team: reference(team.region, field="team.region"),
}


def details_of(team: team_pb2.Team) -> TeamDetails:
    """What the message says of a new team."""
    return TeamDetails(**read_all(team, FIELDS))


def to_message(team: Team) -> team_pb2.Team:
    """The team on the wire."""
    message = team_pb2.Team(
        name=team.name,
        display_name=team.details.display_name,
        parent=named("teams", team.details.parent),
        region=named("regions", team.details.region),
        path=[named("teams", uuid) for uuid in team.path],
        archived=team.archived,
        etag=str(team.version),
    )
    message.create_time.FromDatetime(team.created_at)
    message.update_time.FromDatetime(team.updated_at)
    return message
