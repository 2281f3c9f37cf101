"""The directory as a process: bootstrapped, signed in to, and heard by others."""

import os
import subprocess
import sys
from pathlib import Path

import grpc
import pytest
from millrace.directory.v1 import (
    access_service_pb2,
    access_service_pb2_grpc,
    member_pb2,
    member_service_pb2,
    member_service_pb2_grpc,
    session_service_pb2,
    session_service_pb2_grpc,
)
from millrace.events.v1 import event_log_pb2, event_log_pb2_grpc

from deploy.local.nats import Nats
from tests.conftest import StartProcess
from tests.support.waiting import eventually

PASSWORD = "correct horse battery staple"


@pytest.fixture
def environment(directory_database: str, nats_server: Nats) -> dict[str, str]:
    return {
        "MILLRACE_DIRECTORY_DATABASE_URL": directory_database,
        "MILLRACE_NATS_URL": nats_server.url,
        "MILLRACE_SECRET": "0123456789abcdef0123456789abcdef",
        "MILLRACE_BOOTSTRAP_EMAIL": "admin@yunfan.example",
        "MILLRACE_BOOTSTRAP_NAME": "管理员",
        "MILLRACE_BOOTSTRAP_PASSWORD": PASSWORD,
    }


def bootstrap(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run("bootstrap", environment)


def rotate_keys(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run("rotate-keys", environment)


def run(word: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.directory", word]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | environment)


async def test_the_first_administrator_signs_in_and_adds_a_member_others_hear_of(
    environment: dict[str, str], start_process: StartProcess, tmp_path: Path
) -> None:
    done = bootstrap(environment)
    assert done.returncode == 0, done.stderr
    process = await start_process("services.directory", environment).start()
    async with grpc.aio.insecure_channel(process.rpc) as channel:
        request = session_service_pb2.SignInRequest(email="admin@yunfan.example", password=PASSWORD)
        session = await session_service_pb2_grpc.SessionServiceStub(channel).SignIn(request)
        signed_in = (("authorization", f"Bearer {session.access_token}"),)

        access = access_service_pb2_grpc.AccessServiceStub(channel)
        mine = await access.GetMyAccess(access_service_pb2.GetMyAccessRequest(), metadata=signed_in)
        assert mine.member.name == done.stdout.strip()
        assert "directory.admin" in {grant.permission for grant in mine.grants}

        create = member_service_pb2.CreateMemberRequest(
            member=member_pb2.Member(display_name="陈思远", email="chen@yunfan.example", roles=["sales"]),
            request_id="r-1",
        )
        members = member_service_pb2_grpc.MemberServiceStub(channel)
        first = await members.CreateMember(create, metadata=signed_in)
        again = await members.CreateMember(create, metadata=signed_in)
        assert first == again

        async def heard() -> bool:
            wanted = event_log_pb2.ReadEventsRequest(subject_prefixes=["millrace.directory.v1.member."])
            stub = event_log_pb2_grpc.EventLogServiceStub(channel)
            logged = [event async for event in stub.ReadEvents(wanted, metadata=signed_in)]
            aggregate = f"member/{first.name.partition('/')[2]}"
            return [event.version for event in logged if event.aggregate == aggregate] == [1]

        told: bool = await eventually(heard)
        assert told


async def test_nobody_reads_members_without_signing_in(
    environment: dict[str, str], start_process: StartProcess
) -> None:
    process = await start_process("services.directory", environment, "serve").start()
    async with grpc.aio.insecure_channel(process.rpc) as channel:
        members = member_service_pb2_grpc.MemberServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await members.ListMembers(member_service_pb2.ListMembersRequest())
    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_second_administrator_is_not_bootstrapped(environment: dict[str, str]) -> None:
    assert bootstrap(environment).returncode == 0
    other = bootstrap({**environment, "MILLRACE_BOOTSTRAP_EMAIL": "other@yunfan.example"})
    assert other.returncode == 1
    assert "There is an administrator already" in other.stderr


def test_an_operator_ends_the_keys_with_the_secret_of_the_processes_only(environment: dict[str, str]) -> None:
    first, second = rotate_keys(environment), rotate_keys(environment)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout != second.stdout
    other = rotate_keys({**environment, "MILLRACE_SECRET": "f" * 32})
    assert (other.returncode, other.stdout) == (1, "")
    assert f"not rotated: signing key {second.stdout.strip()} was sealed with another MILLRACE_SECRET" in other.stderr
