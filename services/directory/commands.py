"""What an operator does: before anybody can sign in, and when the keys of tokens are trusted no more."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import BoolValue
from millrace.directory.v1.member_pb2 import Member

from chassis.clock import clock_of
from chassis.database import open_engine
from chassis.principal import Principal, Scope
from chassis.publication import Publications
from chassis.rpc.call import Call
from chassis.work import Store, UnitOfWork
from chassis.work.request_key import RequestKey
from kernel.time import Clock
from services.directory.application.establishment import establish_administrator, establish_defaults
from services.directory.application.keys import ensure_signing_key, read_keys
from services.directory.application.passwords import give_password
from services.directory.defaults import default_roles, house_calendar
from services.directory.domain.credentials import check_password
from services.directory.domain.member import MemberDetails
from services.directory.domain.role import PERMISSIONS
from services.directory.rpc import member_messages
from services.directory.storage.password_hashing import PasswordHashing
from services.directory.storage.sealing import Sealing

# The operator holds the database itself: there is nothing left to guard from him.
OPERATOR = Principal(subject="services/directory", grants=dict.fromkeys(PERMISSIONS, Scope.ALL))


async def establish(database_url: str, *, publications: Publications) -> bool:
    """Give an empty directory its roles and calendar; false when it had some already."""

    async def run(work: UnitOfWork) -> BoolValue:
        made = await establish_defaults(work, default_roles=default_roles(), house_calendar=house_calendar())
        return BoolValue(value=made)

    answer = await _once(database_url, "establish", run, answer_type=BoolValue, publications=publications)
    return bool(answer.value)


async def add_first_administrator(
    database_url: str, *, email: str, display_name: str, password: str, publications: Publications
) -> Member:
    """Add the first administrator, or give him a new password.

    Raises AdministratorExists when somebody else administers already, and what a password is refused for.
    """
    check_password(password, email=email)
    hashing = PasswordHashing()
    password_hash = await hashing.hash(password)
    hashing.close()
    details = MemberDetails(display_name=display_name, pinyin="", email=email.strip().lower(), roles=("administrator",))

    async def run(work: UnitOfWork) -> Member:
        member = await establish_administrator(work, details=details)
        await work.flush()
        await give_password(work, member=member.uuid, password_hash=password_hash)
        return member_messages.to_message(member)

    member: Member = await _once(database_url, "bootstrap", run, answer_type=Member, publications=publications)
    return member


async def rotate_keys(database_url: str, *, secret: str, clock: Clock, publications: Publications) -> str:
    """End every key that signs, will sign or signed tokens, make a new one, and tell its id.

    Commands that run at once make one key, whose id all of them tell. Raises SealBroken when a key was sealed with
    another secret than this one: the processes that run could not open the new key.
    """
    sealing = Sealing(secret)
    async with _opened(database_url, "rotate-keys", clock=clock, publications=publications) as store:
        call = Call(principal=OPERATOR, method="rotate-keys", now=clock.now())
        known = await store.read(call, read_keys)
        for key in known:
            sealing.open(key.sealed_private, of=key.uuid)
        distrusted = frozenset(key.uuid for key in known)

        async def run(work: UnitOfWork) -> None:
            await ensure_signing_key(work, make=sealing.key_pair, distrusted=distrusted)

        await store.write(call, Empty(), run, answer=lambda _: Empty())
        return ", ".join(str(key.uuid) for key in await store.read(call, read_keys))


async def _once(
    database_url: str,
    command: str,
    run: Callable[[UnitOfWork], Awaitable[Any]],
    *,
    answer_type: type[Message],
    publications: Publications,
) -> Any:
    key = RequestKey(OPERATOR.subject, command, "", b"")
    async with _opened(database_url, command, clock=clock_of(os.environ), publications=publications) as store:
        return await store.once(key, OPERATOR, run, answer_type=answer_type)


@asynccontextmanager
async def _opened(database_url: str, command: str, *, clock: Clock, publications: Publications) -> AsyncIterator[Store]:
    engine = open_engine(database_url, name=f"millrace-directory-{command}", pool_size=2)
    store = Store(engine, service="directory", clock=clock, publications=publications)
    try:
        yield store
    finally:
        await store.drain()
        await engine.dispose()
