"""The directory behind its boundary: a real gRPC server on a real database, called as every client calls it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from millrace.directory.v1 import (
    api_client_service_pb2_grpc,
    key_set_service_pb2_grpc,
    password_service_pb2_grpc,
    session_pb2,
    session_service_pb2,
    session_service_pb2_grpc,
)
from sqlalchemy import text

import services.directory
from chassis.organization import Organization, identify_by
from chassis.parts import Parts, ServiceDefinition
from chassis.publication import Publications
from chassis.rpc.serving import Boundary
from chassis.settings import ServiceSettings
from chassis.work import UnitOfWork
from chassis.work.request_key import RequestKey
from services.directory.application.passwords import give_password
from services.directory.commands import OPERATOR
from services.directory.domain.member import MemberDetails, add_member
from services.directory.events.publications import ORGANIZATION as ORGANIZATION_EVENTS
from services.directory.events.sign_in_publications import SIGN_IN
from services.directory.sign_in import sign_in_servicers, token_verifier
from services.directory.storage import members
from services.directory.storage.metadata import METADATA
from services.directory.storage.password_hashing import PasswordHashing
from services.directory.storage.tables import ORGANIZATION
from tests.support.clock import FixedClock

HERE = Path(services.directory.__file__).parent
SECRET = "0123456789abcdef0123456789abcdef"
PASSWORD = "spring-river-2026"
EVENTS: Publications = {**ORGANIZATION_EVENTS, **SIGN_IN}


class FrontDoor:
    """Stubs of every service of sign-in, and a look behind them."""

    def __init__(self, parts: Parts, channel: grpc.aio.Channel, clock: FixedClock) -> None:
        self.parts = parts
        self.clock = clock
        self.channel = channel
        self.sessions: Any = session_service_pb2_grpc.SessionServiceStub(channel)
        self.passwords: Any = password_service_pb2_grpc.PasswordServiceStub(channel)
        self.keys: Any = key_set_service_pb2_grpc.KeySetServiceStub(channel)
        self.clients: Any = api_client_service_pb2_grpc.ApiClientServiceStub(channel)

    async def add_member(self, email: str, *roles: str, password: str | None = PASSWORD) -> UUID:
        """A member who is there, with a password."""
        details = MemberDetails(display_name="陈思远", pinyin="chen si yuan", email=email, roles=roles)
        password_hash = await PasswordHashing().hash(password) if password else ""
        added: list[UUID] = []

        async def run(work: UnitOfWork) -> Empty:
            member = work.save(members.RECORD, add_member(uuid=work.new_id(), details=details, now=work.now))
            added[:] = [member.uuid]
            await work.flush()
            if password_hash:
                await give_password(work, member=member.uuid, password_hash=password_hash)
            return Empty()

        await self.parts.store.once(RequestKey("", "seed", "", b""), OPERATOR, run, answer_type=Empty)
        return added[0]

    async def sign_in(self, email: str = "anna@yunfan.example", password: str = PASSWORD) -> session_pb2.Session:
        """Sign in by password."""
        request = session_service_pb2.SignInRequest(email=email, password=password, device="Chrome")
        answer: session_pb2.Session = await self.sessions.SignIn(request)
        return answer

    async def refresh(self, token: str) -> session_pb2.Session:
        """Renew."""
        request = session_service_pb2.RefreshSessionRequest(refresh_token=token)
        answer: session_pb2.Session = await self.sessions.RefreshSession(request)
        return answer

    async def rows(self, query: str) -> list[Any]:
        """What stands in the database."""
        async with self.parts.engine.connect() as connection:
            return list((await connection.execute(text(query))).all())

    async def dump(self, *tables: str) -> str:
        """Every value of the tables as text, but for the events of members, which carry business addresses."""
        text_of = "select t::text from {0} t where t::text not like '%v1.member.%'"
        return "".join([str(await self.rows(text_of.format(table))) for table in tables])

    async def subjects(self) -> list[str]:
        """The events so far, without those of the organization."""
        rows = await self.rows("select subject from outbox order by id")
        subjects = [row.subject.removeprefix("millrace.directory.v1.") for row in rows]
        return [subject for subject in subjects if not subject.startswith(("member.", "role.", "calendar."))]


@asynccontextmanager
async def open_front_door(
    url: str, clock: FixedClock, values: Mapping[str, str], *, secret: str = SECRET
) -> AsyncIterator[FrontDoor]:
    """Start the server on a free port, and stop it afterwards."""
    definition = ServiceDefinition(
        name="directory",
        tables=METADATA,
        migrations=HERE / "storage" / "migrations",
        messages=HERE / "messages",
        publications=EVENTS,
        servicers=sign_in_servicers,
        identify=lambda parts: identify_by(
            token_verifier(parts), Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
        ),
    )
    parts = Parts(definition, a_setting(url, values, secret=secret), clock)
    server = grpc.aio.server()
    boundary = Boundary(identify=definition.identify(parts), texts=parts.texts, clock=clock)
    server.add_generic_rpc_handlers(tuple(boundary.bind(definition.servicers(parts))))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield FrontDoor(parts, channel, clock)
    finally:
        await server.stop(0)
        await parts.store.drain()
        await parts.close()


def a_setting(url: str, values: Mapping[str, str], *, secret: str = SECRET) -> ServiceSettings:
    """The settings of a process without neighbours."""
    return ServiceSettings(
        service="directory",
        database_url=url,
        nats_url="",
        listen="",
        debug_listen="",
        secret=secret,
        time_zone=ZoneInfo("Asia/Shanghai"),
        addresses={},
        ready_file="",
        audit_heads="",
        other=values,
    )


def bearing(token: str) -> list[tuple[str, str]]:
    """The metadata of a call with a token."""
    return [("authorization", f"Bearer {token}"), ("accept-language", "en")]


class Refused:
    """What a caller learned from a refusal, filled when the block ends."""

    reason = ""
    code: grpc.StatusCode | None = None
    text = ""


@asynccontextmanager
async def refused(reason: str) -> AsyncIterator[Refused]:
    """Expect the calls inside to be refused for this reason."""
    learned = Refused()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        yield learned
    learned.code, learned.text = caught.value.code(), caught.value.details() or ""
    learned.reason = reason_of(caught.value)
    assert learned.reason == reason


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """The constant reason in the details of a status."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # an AioRpcError has all that is asked of a call
    info = error_details_pb2.ErrorInfo()
    for detail in status.details if status else []:
        if detail.Unpack(info):
            return str(info.reason)
    return ""
