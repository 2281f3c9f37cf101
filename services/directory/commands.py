"""What an operator does before anybody can sign in."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import BoolValue
from millrace.directory.v1.member_pb2 import Member

from chassis.clock import clock_of
from chassis.database import open_engine
from chassis.principal import Principal, Scope
from chassis.publication import Publications
from chassis.work import Store, UnitOfWork
from chassis.work.request_key import RequestKey
from services.directory.application.establishment import establish_administrator, establish_defaults
from services.directory.application.passwords import give_password
from services.directory.defaults import default_roles, house_calendar
from services.directory.domain.credentials import check_password
from services.directory.domain.member import MemberDetails
from services.directory.domain.role import PERMISSIONS
from services.directory.rpc import member_messages
from services.directory.storage.password_hashing import PasswordHashing

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


async def _once(
    database_url: str,
    command: str,
    run: Callable[[UnitOfWork], Awaitable[Any]],
    *,
    answer_type: type[Message],
    publications: Publications,
) -> Any:
    engine = open_engine(database_url, name=f"millrace-directory-{command}", pool_size=1)
    store = Store(engine, service="directory", clock=clock_of(os.environ), publications=publications)
    try:
        key = RequestKey(OPERATOR.subject, command, "", b"")
        return await store.once(key, OPERATOR, run, answer_type=answer_type)
    finally:
        await engine.dispose()
