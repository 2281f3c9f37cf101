"""The directory service, from top to bottom: `python -m services.directory serve|work|both|migrate|verify-audit`.

And `bootstrap` and `rotate-keys`, for what only an operator does.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import ServiceDescriptor
from millrace.directory.v1 import (
    access_service_pb2,
    calendar_service_pb2,
    member_service_pb2,
    region_service_pb2,
    role_service_pb2,
    team_service_pb2,
)

from chassis.clock import clock_of
from chassis.life_cycle import run
from chassis.organization import Organization, identify_by
from chassis.parts import Parts, ServiceDefinition
from chassis.rpc.serving import Identify
from chassis.settings import Environment, ServiceSettings, SettingsWrong
from chassis.texts import Texts
from kernel.errors import Refusal
from services.directory.commands import add_first_administrator, establish, rotate_keys
from services.directory.events.publications import ORGANIZATION
from services.directory.events.sign_in_publications import SIGN_IN
from services.directory.rpc.access_servicer import AccessServicer
from services.directory.rpc.calendar_servicer import CalendarServicer
from services.directory.rpc.member_servicer import MemberServicer
from services.directory.rpc.region_servicer import RegionServicer
from services.directory.rpc.role_servicer import RoleServicer
from services.directory.rpc.team_servicer import TeamServicer
from services.directory.sign_in import sign_in_servicers, sign_in_settings, sign_in_sweeps, token_issuer, token_verifier
from services.directory.storage import tables
from services.directory.storage.metadata import METADATA
from services.directory.storage.sealing import SealBroken

HERE = Path(__file__).parent
PUBLICATIONS = {**ORGANIZATION, **SIGN_IN}


def organization(parts: Parts) -> Organization:
    """Who works here, from the directory's own tables."""
    made: Organization = parts.once(
        "organization", lambda: Organization(engine=parts.engine, tables=tables.ORGANIZATION)
    )
    return made


def identify(parts: Parts) -> Identify:
    """Tokens are the directory's own; what a caller may do stands in its tables."""
    return identify_by(token_verifier(parts), organization(parts))


async def warm(parts: Parts) -> None:
    """Read the organization before the first call, and look at the signing keys that stand there."""
    await organization(parts).refresh()
    await token_issuer(parts).warm()


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, texts, page_key = parts.store, parts.texts, parts.settings.secret.encode()
    return {
        _service(member_service_pb2, "MemberService"): MemberServicer(store, page_key=page_key),
        _service(team_service_pb2, "TeamService"): TeamServicer(store, page_key=page_key),
        _service(region_service_pb2, "RegionService"): RegionServicer(store, page_key=page_key),
        _service(role_service_pb2, "RoleService"): RoleServicer(store, texts, page_key=page_key),
        _service(calendar_service_pb2, "CalendarService"): CalendarServicer(store, page_key=page_key),
        _service(access_service_pb2, "AccessService"): AccessServicer(store, texts),
        **sign_in_servicers(parts),
    }


def _service(contract: Any, name: str) -> ServiceDescriptor:
    found: ServiceDescriptor = contract.DESCRIPTOR.services_by_name[name]
    return found


DEFINITION = ServiceDefinition(
    name="directory",
    tables=METADATA,
    migrations=HERE / "storage" / "migrations",
    messages=HERE / "messages",
    publications=PUBLICATIONS,
    servicers=servicers,
    identify=identify,
    settings=sign_in_settings,
    sweeps=sign_in_sweeps,
    warm=warm,
)


def main() -> None:
    """Run one command; a migrated directory also has its first roles."""
    if sys.argv[1:] == ["bootstrap"]:
        bootstrap()
        return
    if sys.argv[1:] == ["rotate-keys"]:
        rotate()
        return
    run(DEFINITION)
    if sys.argv[1:] == ["migrate"]:
        asyncio.run(establish(os.environ["MILLRACE_DIRECTORY_DATABASE_URL"], publications=PUBLICATIONS))


def bootstrap() -> None:
    """Add the first administrator, from `MILLRACE_BOOTSTRAP_EMAIL`, `…_NAME`, `…_PASSWORD` (or `…_PASSWORD_FILE`)."""
    environment = Environment(os.environ)
    url = environment.text("MILLRACE_DIRECTORY_DATABASE_URL", means="the directory's database")
    email = environment.text("MILLRACE_BOOTSTRAP_EMAIL", means="`bootstrap`: the first administrator's e-mail")
    name = environment.text(
        "MILLRACE_BOOTSTRAP_NAME", "系统管理员", means="`bootstrap`: the first administrator's name"
    )
    password = environment.text("MILLRACE_BOOTSTRAP_PASSWORD", means="`bootstrap`: the first administrator's password")
    try:
        environment.check()
        added = add_first_administrator(
            url, email=email, display_name=name, password=password, publications=PUBLICATIONS
        )
        member = asyncio.run(added)
    except SettingsWrong as wrong:
        raise SystemExit(f"directory: {wrong}") from None
    except Refusal as refusal:
        text = Texts(DEFINITION.messages).render(refusal.reason, refusal.metadata(), "en")
        raise SystemExit(f"directory: {text}") from None
    sys.stdout.write(f"{member.name}\n")


def rotate() -> None:
    """End the keys of tokens at once and make a new one, with the settings of the service."""
    try:
        settings = ServiceSettings.read("directory", os.environ)
        rotated = rotate_keys(
            settings.database_url,
            secret=settings.secret,
            clock=clock_of(os.environ),
            publications=PUBLICATIONS,
        )
        key = asyncio.run(rotated)
    except SettingsWrong as wrong:
        raise SystemExit(f"directory: {wrong}") from None
    except SealBroken as broken:
        raise SystemExit(f"directory: not rotated: {broken}") from None
    sys.stdout.write(f"{key}\n")


if __name__ == "__main__":
    main()
