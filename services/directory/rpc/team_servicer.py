"""TeamService on the wire."""

from millrace.directory.v1 import team_pb2, team_service_pb2

from chassis.rpc.call import Call
from chassis.rpc.paging import page_request
from chassis.wire import required_version, seen_version, uuid_of
from chassis.work import Store
from services.directory.application.teams import (
    create_team,
    delete_team,
    get_team,
    list_teams,
    undelete_team,
    update_team,
)
from services.directory.rpc.editing import edit
from services.directory.rpc.team_messages import FIELDS, details_of, to_message


class TeamServicer:
    """Teams (团队)."""

    def __init__(self, store: Store, *, page_key: bytes) -> None:
        """`page_key` seals page tokens."""
        self._store = store
        self._page_key = page_key

    async def CreateTeam(self, request: team_service_pb2.CreateTeamRequest, call: Call) -> team_pb2.Team:
        """Add one."""
        details = details_of(request.team)
        answer: team_pb2.Team = await self._store.write(
            call, request, lambda work: create_team(work, details=details), answer=to_message
        )
        return answer

    async def GetTeam(self, request: team_service_pb2.GetTeamRequest, call: Call) -> team_pb2.Team:
        """Read one."""
        uuid = uuid_of(request.name)
        return to_message(await self._store.read(call, lambda read: get_team(read, uuid=uuid)))

    async def ListTeams(
        self, request: team_service_pb2.ListTeamsRequest, call: Call
    ) -> team_service_pb2.ListTeamsResponse:
        """List a page of them."""
        wanted = page_request(request, call, key=self._page_key)
        page = await self._store.read(
            call, lambda read: list_teams(read, wanted=wanted, show_deleted=request.show_deleted)
        )
        return team_service_pb2.ListTeamsResponse(
            teams=[to_message(each) for each in page.items],
            next_page_token=page.next_page_token,
            total_size=page.total,
            total_size_capped=page.capped,
        )

    async def UpdateTeam(self, request: team_service_pb2.UpdateTeamRequest, call: Call) -> team_pb2.Team:
        """Change the masked fields of one."""
        uuid = uuid_of(request.team.name, field="team.name")
        seen = required_version(request.team.etag, field="team.etag")
        change = edit(request.team, request.update_mask, FIELDS)
        answer: team_pb2.Team = await self._store.write(
            call, request, lambda work: update_team(work, uuid=uuid, seen=seen, edit=change), answer=to_message
        )
        return answer

    async def DeleteTeam(self, request: team_service_pb2.DeleteTeamRequest, call: Call) -> team_pb2.Team:
        """Archive one."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: team_pb2.Team = await self._store.write(
            call, request, lambda work: delete_team(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer

    async def UndeleteTeam(self, request: team_service_pb2.UndeleteTeamRequest, call: Call) -> team_pb2.Team:
        """Bring one back."""
        uuid, seen = uuid_of(request.name), seen_version(request.etag)
        answer: team_pb2.Team = await self._store.write(
            call, request, lambda work: undelete_team(work, uuid=uuid, seen=seen), answer=to_message
        )
        return answer
