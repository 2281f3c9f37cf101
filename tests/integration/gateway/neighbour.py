"""A small real gRPC server with the leads' and directory's contracts, which answers as each test wants."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.api.httpbody_pb2 import HttpBody
from google.protobuf.wrappers_pb2 import StringValue
from millrace.directory.v1 import session_pb2, session_service_pb2
from millrace.leads.v1 import (
    lead_behaviour_service_pb2,
    lead_import_pb2,
    lead_import_service_pb2,
    lead_intent_pb2,
    lead_mail_service_pb2,
    lead_pb2,
    lead_service_pb2,
    nurturing_programme_pb2,
    nurturing_programme_service_pb2,
)
from millrace.pipeline.v1 import account_pb2, account_service_pb2

from chassis.rpc.pages import page, redirect
from chassis.rpc.statuses import status_of
from chassis.texts import Texts
from kernel.errors import Refusal

LEADS = "millrace.leads.v1.LeadService"
ACCOUNTS = "millrace.pipeline.v1.AccountService"
BEHAVIOURS = "millrace.leads.v1.LeadBehaviourService"
IMPORTS = "millrace.leads.v1.LeadImportService"
MAILS = "millrace.leads.v1.LeadMailService"
PROGRAMMES = "millrace.leads.v1.NurturingProgrammeService"
PROGRAMME = "nurturingProgrammes/018f0000-0000-7000-8000-000000000001"
SESSIONS = "millrace.directory.v1.SessionService"


Handlers = dict[str, dict[str, Any]]
_UNARY, _EVENTS = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
_UPLOAD = grpc.stream_unary_rpc_method_handler


class Neighbour:
    """Remembers what it was asked and in how many seconds; `refusals` are raised one by one before it answers again."""

    def __init__(self) -> None:
        """Nothing asked yet."""
        self.asked: list[Any] = []
        self.metadata: list[dict[str, Any]] = []
        self.seconds: list[float] = []
        self.refusals: list[Refusal | grpc.StatusCode] = []
        self.unread_refusal: Refusal | None = None
        self.file_name = ""
        self.breaks_off: grpc.StatusCode | None = None
        self.endless = False
        self.cancelled = asyncio.Event()
        self.finished = asyncio.Event()
        self.pause = 0.0
        self.intent: float | None = None
        self.closing: tuple[tuple[str, str], ...] = ()
        self.token_seconds = 600.0
        self.renewals = 0
        self.address = ""
        self._server = grpc.aio.server()

    async def start(self) -> None:
        """Listen on a free port."""
        handlers = {**self._of_leads(), **self._of_programmes(), **self._of_others()}
        for service, methods in handlers.items():
            made = {name: _bound(kind, act, request) for name, (kind, act, request) in methods.items()}
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, made),))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        await self._server.start()

    def _of_leads(self) -> Handlers:
        unary, events, upload = _UNARY, _EVENTS, _UPLOAD
        return {
            LEADS: {
                "CreateLead": (unary, self.create_lead, lead_service_pb2.CreateLeadRequest),
                "UpdateLead": (unary, self.update_lead, lead_service_pb2.UpdateLeadRequest),
                "GetLead": (unary, self.get_lead, lead_service_pb2.GetLeadRequest),
                "ListLeads": (unary, self.list_leads, lead_service_pb2.ListLeadsRequest),
                "CheckLeadDuplicates": (unary, self.check_lead_duplicates, lead_service_pb2.CheckLeadDuplicatesRequest),
            },
            BEHAVIOURS: {
                "ReceiveLeadBehaviours": (
                    upload,
                    self.receive,
                    lead_behaviour_service_pb2.ReceiveLeadBehavioursRequest,
                ),
            },
            IMPORTS: {
                "UploadLeadImport": (
                    upload,
                    self.upload,
                    lead_import_service_pb2.UploadLeadImportRequest,
                ),
                "WatchLeadImport": (events, self.watch, lead_import_service_pb2.WatchLeadImportRequest),
                "DownloadFailedLeadImportRows": (
                    events,
                    self.download,
                    lead_import_service_pb2.DownloadFailedLeadImportRowsRequest,
                ),
            },
        }

    def _of_programmes(self) -> Handlers:
        unary, events, upload = _UNARY, _EVENTS, _UPLOAD
        return {
            MAILS: {
                "ShowUnsubscription": (events, self.ask_first, lead_mail_service_pb2.ShowUnsubscriptionRequest),
                "Unsubscribe": (
                    upload,
                    self.unsubscribe,
                    lead_mail_service_pb2.UnsubscribeRequest,
                ),
                "FollowMailLink": (events, self.lead_on, lead_mail_service_pb2.FollowMailLinkRequest),
            },
            PROGRAMMES: {
                "ListNurturingProgrammes": (
                    unary,
                    self.list_programmes,
                    nurturing_programme_service_pb2.ListNurturingProgrammesRequest,
                ),
                "PauseNurturingProgramme": (
                    unary,
                    self.pause_programme,
                    nurturing_programme_service_pb2.PauseNurturingProgrammeRequest,
                ),
                "RehearseNurturingProgramme": (
                    unary,
                    self.rehearse,
                    nurturing_programme_service_pb2.RehearseNurturingProgrammeRequest,
                ),
                "GetNurturingFunnel": (
                    unary,
                    self.funnel,
                    nurturing_programme_service_pb2.GetNurturingFunnelRequest,
                ),
            },
        }

    def _of_others(self) -> Handlers:
        unary = _UNARY
        return {
            ACCOUNTS: {"GetAccount": (unary, self.get_account, account_service_pb2.GetAccountRequest)},
            SESSIONS: {
                "SignIn": (unary, self.sign_in, session_service_pb2.SignInRequest),
                "RefreshSession": (unary, self.refresh, session_service_pb2.RefreshSessionRequest),
                "StartOpenIdSignIn": (unary, self.start_openid, session_service_pb2.StartOpenIdSignInRequest),
                "FinishOpenIdSignIn": (unary, self.finish_openid, session_service_pb2.FinishOpenIdSignInRequest),
                "SignOut": (unary, self.sign_out, session_service_pb2.SignOutRequest),
            },
        }

    async def stop(self) -> None:
        """Stop at once."""
        await self._server.stop(0)

    async def create_lead(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return lead_pb2.Lead(name="leads/1", company_name=request.lead.company_name, etag="1")

    async def update_lead(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return request.lead

    async def get_lead(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        intent = lead_intent_pb2.LeadIntent(probability=self.intent)
        return lead_pb2.Lead(name=request.name, company_name="云帆科技", etag="7", intent=intent)

    async def list_leads(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return lead_service_pb2.ListLeadsResponse(leads=[lead_pb2.Lead(name="leads/1")], total_size=1)

    async def check_lead_duplicates(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return lead_service_pb2.CheckLeadDuplicatesResponse()

    async def get_account(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return account_pb2.Account(name=request.name, lead="leads/1")

    async def upload(self, requests: AsyncIterator[Any], context: Any) -> Any:
        if self.unread_refusal is not None:
            await _refuse(context, self.unread_refusal)
        received = [request async for request in requests]
        await self._take(received, context)
        size = sum(len(each.file.data) for each in received)
        return lead_import_pb2.LeadImport(file_name=received[0].file_name, file_size=size)

    async def receive(self, requests: AsyncIterator[Any], context: Any) -> Any:
        await self._take([request async for request in requests], context)
        return lead_behaviour_service_pb2.ReceiveLeadBehavioursResponse(created=1)

    async def ask_first(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self._take(request, context)
        yield page(title="退订邮件", text="…", button="确认退订")

    async def unsubscribe(self, requests: AsyncIterator[Any], context: Any) -> Any:
        await self._take([request async for request in requests], context)
        return page(title="已退订", text="…")

    async def lead_on(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self._take(request, context)
        yield redirect("https://www.house.example/paper.pdf?v=2")

    async def list_programmes(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return nurturing_programme_service_pb2.ListNurturingProgrammesResponse(nurturing_programmes=[_programme()])

    async def pause_programme(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return _programme()

    async def rehearse(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        left_out = nurturing_programme_service_pb2.NurturingHindrance(leads=6)
        left_out.reason.text = "没有邮件地址"
        return nurturing_programme_service_pb2.RehearseNurturingProgrammeResponse(
            in_segment=9, would_enter=3, left_out=[left_out]
        )

    async def funnel(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        step = nurturing_programme_service_pb2.NurturingStepCounts(step=1, ordered=5, sent=4)
        return nurturing_programme_service_pb2.NurturingFunnel(entered=5, active=1, finished=2, steps=[step])

    async def watch(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self._take(request, context)
        for done in (1, 2):
            yield lead_import_pb2.LeadImport(name=request.name, progress=lead_import_pb2.LeadImportProgress(done=done))

    async def download(self, request: Any, context: Any) -> AsyncIterator[Any]:
        await self._take(request, context)
        first = HttpBody(content_type="text/csv; charset=utf-8", data=b"a,b\n")
        if self.file_name:
            first.extensions.add().Pack(StringValue(value=self.file_name))
        yield first
        while self.endless:
            yield HttpBody(data=b"x" * 65_536)
        if self.breaks_off is not None:
            await _refuse(context, self.breaks_off)
        yield HttpBody(data=b"1,2\n")

    async def sign_in(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return self._session()

    async def refresh(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        self.renewals += 1
        return self._session()

    async def sign_out(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return session_service_pb2.SignOutResponse()

    async def start_openid(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return session_service_pb2.StartOpenIdSignInResponse(
            authorization_url="https://id.example/authorize?x=1", state="s-1", code_verifier="v-1", nonce="n-1"
        )

    async def finish_openid(self, request: Any, context: Any) -> Any:
        await self._take(request, context)
        return self._session()

    def _session(self) -> Any:
        session = session_pb2.Session(
            name="sessions/1",
            access_token=f"access-{self.renewals}",
            refresh_token=f"refresh-{self.renewals}",
            member="members/1",
            member_display_name="安娜",
        )
        session.access_token_expire_time.FromMilliseconds(int((time.time() + self.token_seconds) * 1000))
        return session

    async def _take(self, request: Any, context: Any) -> None:
        self.asked.append(request)
        self.metadata.append(dict(context.invocation_metadata()))
        self.seconds.append(context.time_remaining())
        try:
            await asyncio.sleep(self.pause)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        self.finished.set()
        context.set_trailing_metadata(self.closing)
        if self.refusals:
            await _refuse(context, self.refusals.pop(0))


async def _refuse(context: Any, refusal: Refusal | grpc.StatusCode) -> None:
    if isinstance(refusal, grpc.StatusCode):
        await context.abort(refusal, "secret words of the service")
        return
    status = status_of(refusal, texts=Texts(), locale="en")
    code = next(each for each in grpc.StatusCode if each.value[0] == status.code)
    await context.abort(code, status.message, (("grpc-status-details-bin", status.SerializeToString()),))


def _bound(kind: Callable[..., Any], act: Any, request: Any) -> Any:
    return kind(
        act, request_deserializer=request.FromString, response_serializer=lambda answer: answer.SerializeToString()
    )


def _programme() -> nurturing_programme_pb2.NurturingProgramme:
    state = nurturing_programme_pb2.NURTURING_PROGRAMME_STATE_PAUSED
    made = nurturing_programme_pb2.NurturingProgramme(
        name=PROGRAMME, display_name="白皮书", segment="grade = GRADE_C", state=state
    )
    made.obstacles.add(text="培育计划已暂停，不会发送邮件")
    return made
