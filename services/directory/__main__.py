"""The directory service, from top to bottom: `python -m services.directory serve|work|both|migrate`."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
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

from chassis.key_sets import LocalKeySet
from chassis.organization import Organization, identify_by
from chassis.parts import Parts, ServiceDefinition
from chassis.principal import ANONYMOUS
from chassis.rpc.call import Call
from chassis.rpc.serving import Identify
from chassis.service import run
from chassis.tokens import ALGORITHM, TokenVerifier
from services.directory.application.keys import read_keys
from services.directory.commands import establish
from services.directory.events.publications import ORGANIZATION as PUBLICATIONS
from services.directory.rpc.access_servicer import AccessServicer
from services.directory.rpc.calendar_servicer import CalendarServicer
from services.directory.rpc.member_servicer import MemberServicer
from services.directory.rpc.region_servicer import RegionServicer
from services.directory.rpc.role_servicer import RoleServicer
from services.directory.rpc.team_servicer import TeamServicer
from services.directory.storage.metadata import METADATA
from services.directory.storage.tables import ORGANIZATION

HERE = Path(__file__).parent


def organization(parts: Parts) -> Organization:
    """Who works here, from the directory's own tables."""
    made: Organization = parts.once("organization", lambda: Organization(engine=parts.engine, tables=ORGANIZATION))
    return made


def identify(parts: Parts) -> Identify:
    """Tokens are the directory's own; what a caller may do stands in its tables."""
    return identify_by(TokenVerifier(LocalKeySet(lambda: _public_keys(parts))), organization(parts))


async def _public_keys(parts: Parts) -> Sequence[Mapping[str, str]]:
    call = Call(principal=ANONYMOUS, method="key set", now=parts.clock.now())
    keys = await parts.store.read(call, read_keys)
    return [{"kty": "OKP", "crv": ALGORITHM, "x": key.public, "kid": str(key.uuid)} for key in keys]


async def warm(parts: Parts) -> None:
    """Read the organization before the first call."""
    await organization(parts).refresh()


def servicers(parts: Parts) -> Mapping[ServiceDescriptor, object]:
    """Every service of the contract and who serves it."""
    store, texts = parts.store, parts.texts
    return {
        _service(member_service_pb2, "MemberService"): MemberServicer(store),
        _service(team_service_pb2, "TeamService"): TeamServicer(store),
        _service(region_service_pb2, "RegionService"): RegionServicer(store),
        _service(role_service_pb2, "RoleService"): RoleServicer(store, texts),
        _service(calendar_service_pb2, "CalendarService"): CalendarServicer(store),
        _service(access_service_pb2, "AccessService"): AccessServicer(store, texts),
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
    warm=warm,
)


def main() -> None:
    """Run one command; a migrated directory also has its first roles."""
    run(DEFINITION)
    if sys.argv[1:] == ["migrate"]:
        asyncio.run(establish(os.environ["MILLRACE_DIRECTORY_DATABASE_URL"], publications=PUBLICATIONS))


if __name__ == "__main__":
    main()
