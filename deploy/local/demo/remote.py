"""The calls that the demo loader makes, signed in as the administrator."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import grpc
from google.type.money_pb2 import Money
from millrace.directory.v1.member_pb2 import Member, Seniority, WorkingState
from millrace.directory.v1.member_service_pb2 import CreateMemberRequest
from millrace.directory.v1.member_service_pb2_grpc import MemberServiceStub
from millrace.directory.v1.password_service_pb2 import SetPasswordRequest
from millrace.directory.v1.password_service_pb2_grpc import PasswordServiceStub
from millrace.directory.v1.region_pb2 import Region
from millrace.directory.v1.region_service_pb2 import CreateRegionRequest
from millrace.directory.v1.region_service_pb2_grpc import RegionServiceStub
from millrace.directory.v1.session_service_pb2 import SignInRequest
from millrace.directory.v1.session_service_pb2_grpc import SessionServiceStub
from millrace.directory.v1.team_pb2 import Team
from millrace.directory.v1.team_service_pb2 import CreateTeamRequest
from millrace.directory.v1.team_service_pb2_grpc import TeamServiceStub
from millrace.leads.v1.campaign_pb2 import Campaign
from millrace.leads.v1.campaign_service_pb2 import CreateCampaignRequest
from millrace.leads.v1.campaign_service_pb2_grpc import CampaignServiceStub
from millrace.leads.v1.channel_pb2 import Channel, ChannelKind
from millrace.leads.v1.channel_service_pb2 import CreateChannelRequest
from millrace.leads.v1.channel_service_pb2_grpc import ChannelServiceStub
from millrace.leads.v1.lead_behaviour_service_pb2 import BatchCreateLeadBehavioursRequest, LeadBehaviour
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub
from millrace.leads.v1.lead_follow_up_pb2 import LeadFollowUp
from millrace.leads.v1.lead_follow_up_service_pb2 import CreateLeadFollowUpRequest
from millrace.leads.v1.lead_follow_up_service_pb2_grpc import LeadFollowUpServiceStub
from millrace.leads.v1.lead_pb2 import Lead
from millrace.leads.v1.lead_qualification_pb2 import LEAD_CHECKLIST_STANDING_MET as MET
from millrace.leads.v1.lead_qualification_service_pb2 import (
    AnswerLeadChecklistRequest,
    DisqualifyLeadRequest,
    LeadChecklistAnswer,
    QualifyLeadRequest,
)
from millrace.leads.v1.lead_qualification_service_pb2_grpc import LeadQualificationServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.leads.v1.lead_view_pb2 import SavedLeadView
from millrace.leads.v1.lead_view_service_pb2 import CreateLeadViewRequest
from millrace.leads.v1.lead_view_service_pb2_grpc import LeadViewServiceStub

from chassis.wire import date_message
from deploy.local.demo.campaigns import Run
from deploy.local.demo.company import DemoMember
from deploy.local.demo.judgements import DECIDES, NEED, DemoJudgement
from deploy.local.stack import Stack

SECONDS = 30
# Longer than a service waits before it asks again for a signing key it does not know.
LEARNING_SECONDS = 45
MOST_BEHAVIOURS = 500
NOT_YET = {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAVAILABLE}


class Remote:
    """Directory and leads over gRPC, as the administrator sees them."""

    def __init__(self, stack: Stack) -> None:
        self._directory = grpc.insecure_channel(stack.program("directory").addresses()["rpc"])
        self._leads = grpc.insecure_channel(stack.program("leads").addresses()["rpc"])
        self._metadata: tuple[tuple[str, str], ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._directory.close()
        self._leads.close()

    def sign_in(self, email: str, password: str) -> None:
        """Carry the token of whoever administers the company."""
        request = SignInRequest(email=email, password=password)
        self.carry(SessionServiceStub(self._directory).SignIn(request, timeout=SECONDS).access_token)

    def carry(self, token: str) -> None:
        """Carry the token from now on."""
        self._metadata = (("authorization", f"Bearer {token}"),)

    def create_region(self, number: int, name: str, provinces: Sequence[str]) -> str:
        """Its resource name."""
        request = CreateRegionRequest(
            region=Region(display_name=name, provinces=provinces), request_id=f"demo-region-{number}"
        )
        made: Region = RegionServiceStub(self._directory).CreateRegion(
            request, timeout=SECONDS, metadata=self._metadata
        )
        return made.name

    def create_team(self, number: int, name: str, *, parent: str, region: str) -> str:
        """Its resource name."""
        team = Team(display_name=name, parent=parent, region=region)
        request = CreateTeamRequest(team=team, request_id=f"demo-team-{number}")
        made: Team = TeamServiceStub(self._directory).CreateTeam(request, timeout=SECONDS, metadata=self._metadata)
        return made.name

    def create_member(self, number: int, member: DemoMember, *, team: str, region: str) -> str:
        """The resource name."""
        message = Member(
            display_name=member.display_name,
            email=member.email,
            roles=[member.role],
            team=team,
            region=region,
            seniority=Seniority.ValueType(member.seniority),
            capacity=member.capacity,
            skills=member.skills,
            working_state=WorkingState.WORKING_STATE_WORKING,
        )
        request = CreateMemberRequest(member=message, request_id=f"demo-member-{number}")
        made: Member = MemberServiceStub(self._directory).CreateMember(
            request, timeout=SECONDS, metadata=self._metadata
        )
        return made.name

    def set_password(self, member: str, password: str) -> None:
        """Let the member sign in."""
        request = SetPasswordRequest(member=member, new_password=password)
        PasswordServiceStub(self._directory).SetPassword(request, timeout=SECONDS, metadata=self._metadata)

    def create_channel(self, number: int, name: str, kind: str) -> str:
        """The resource name of a channel; the first one has a public form."""
        channel = Channel(display_name=name, kind=ChannelKind.Value(kind), form_enabled=number == 0)
        request = CreateChannelRequest(channel=channel, request_id=f"demo-channel-{number}")
        made: Channel = self._patiently(ChannelServiceStub(self._leads).CreateChannel, lambda: request)
        return made.name

    def create_campaign(self, key: str, name: str, *, channel: str, run: Run, budget: int) -> str:
        """The resource name of a campaign; the budget in yuan, of which most is spent."""
        campaign = Campaign(
            display_name=name,
            channel=channel,
            start_date=date_message(run.start),
            end_date=date_message(run.end),
            budget=Money(currency_code="CNY", units=budget),
            cost=Money(currency_code="CNY", units=budget * 9 // 10),
        )
        request = CreateCampaignRequest(campaign=campaign, request_id=f"demo-campaign-{key}")
        made: Campaign = self._patiently(CampaignServiceStub(self._leads).CreateCampaign, lambda: request)
        return made.name

    def create_leads(self, leads: Sequence[Lead], *, first: int) -> list[str]:
        """Create leads in one stream; the resource names, that of the known one for a customer known before."""
        answer = self._patiently(
            LeadServiceStub(self._leads).BatchCreateLeads,
            lambda: (
                CreateLeadRequest(lead=lead, request_id=f"demo-lead-{first + number}")
                for number, lead in enumerate(leads)
            ),
        )
        return [outcome.lead for outcome in answer.outcomes]

    def tell_behaviours(self, done: Sequence[LeadBehaviour], *, key: str) -> None:
        """Tell what was done behind leads, at most `MOST_BEHAVIOURS`."""
        request = BatchCreateLeadBehavioursRequest(behaviours=done, request_id=f"demo-behaviours-{key}")
        self._patiently(LeadBehaviourServiceStub(self._leads).BatchCreateLeadBehaviours, lambda: request)

    def follow_up(self, told: LeadFollowUp, *, number: int) -> None:
        """Tell what was done about a lead; one that is a customer already, or was given up, is left alone."""
        request = CreateLeadFollowUpRequest(lead_follow_up=told, request_id=f"demo-follow-up-{number}")
        self._where_it_is_worked(LeadFollowUpServiceStub(self._leads).CreateLeadFollowUp, request)

    def judge(self, judged: DemoJudgement) -> None:
        """Judge a lead; one that is a customer already, or was given up, is left alone."""
        judging, key = LeadQualificationServiceStub(self._leads), f"demo-judgement-{judged.number}"
        if judged.reason:
            told = {"reason": judged.reason, "note": judged.note, "request_id": key}
            self._where_it_is_worked(judging.DisqualifyLead, DisqualifyLeadRequest(name=judged.lead, **told))
            return
        answers = [LeadChecklistAnswer(item=item, standing=MET) for item in (NEED, DECIDES)]
        said = AnswerLeadChecklistRequest(name=judged.lead, answers=answers, request_id=f"{key}-checklist")
        self._where_it_is_worked(judging.AnswerLeadChecklist, said)
        worth_it = QualifyLeadRequest(name=judged.lead, note=judged.note, request_id=key)
        self._where_it_is_worked(judging.QualifyLead, worth_it)

    def keep_view(self, number: int, view: SavedLeadView) -> None:
        """Keep a view of the list of leads for everybody."""
        request = CreateLeadViewRequest(lead_view=view, request_id=f"demo-view-{number}")
        self._patiently(LeadViewServiceStub(self._leads).CreateLeadView, lambda: request)

    def _where_it_is_worked(self, method: Callable[..., Any], request: object) -> None:
        try:
            self._patiently(method, lambda: request)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
                raise

    def _patiently(self, method: Callable[..., Any], request: Callable[[], object]) -> Any:
        """Call leads; it may not have heard of the administrator yet, so wait for that at first."""
        limit = time.monotonic() + LEARNING_SECONDS
        while True:
            try:
                return method(request(), timeout=SECONDS, metadata=self._metadata)
            except grpc.RpcError as error:
                if error.code() not in NOT_YET or time.monotonic() > limit:
                    raise
                time.sleep(0.2)
