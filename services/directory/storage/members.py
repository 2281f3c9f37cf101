"""Members in their table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Text, cast, exists, select
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.listing import Listing, Order, Page, PageRequest, choice, read_page, reference, text, texts, truth
from chassis.scope import scope
from chassis.work import Read, Record, UnitOfWork
from kernel.errors import NotFound
from services.directory.domain.member import Member, MemberDetails, Seniority, WorkingState
from services.directory.storage.tables import MEMBERS
from trade.industries import industry_code

# A member's row belongs to the member: with an owner, the scope policy reads it like any other.
SCOPED: Any = select(MEMBERS, MEMBERS.c.uuid.label("owner")).subquery("scoped_members")


def to_row(member: Member) -> Mapping[str, object]:
    """The columns of a member."""
    details = member.details
    return {
        "uuid": member.uuid,
        "display_name": details.display_name,
        "pinyin": details.pinyin,
        "email": details.email,
        "roles": list(details.roles),
        "team": details.team,
        "region": details.region,
        "seniority": details.seniority.value,
        "capacity": details.capacity,
        "skills": list(details.skills),
        "working_state": details.working_state.value,
        "active": member.active,
        "created_at": member.created_at,
        "updated_at": member.updated_at,
    }


RECORD: Record[Member] = Record(kind="member", collection="members", table=MEMBERS, row=to_row)


def from_row(row: RowMapping) -> Member:
    """The member in a row."""
    return Member(
        uuid=row["uuid"],
        version=row["version"],
        details=MemberDetails(
            display_name=row["display_name"],
            pinyin=row["pinyin"],
            email=row["email"],
            roles=tuple(row["roles"]),
            team=row["team"],
            region=row["region"],
            seniority=Seniority(row["seniority"]),
            capacity=row["capacity"],
            skills=tuple(row["skills"]),
            working_state=WorkingState(row["working_state"]),
        ),
        active=row["active"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


LISTING = Listing(
    fields={
        "display_name": text(SCOPED.c.display_name),
        "email": text(SCOPED.c.email),
        "roles": texts(SCOPED.c.roles),
        "skills": texts(SCOPED.c.skills, read=industry_code),
        "team": reference(SCOPED.c.team, "teams"),
        "region": reference(SCOPED.c.region, "regions"),
        "seniority": choice(SCOPED.c.seniority, {f"SENIORITY_{each.name}": each.value for each in Seniority}),
        "working_state": choice(
            SCOPED.c.working_state, {f"WORKING_STATE_{each.name}": each.value for each in WorkingState}
        ),
        "active": truth(SCOPED.c.active),
    },
    orders={
        "display_name": Order(SCOPED.c.pinyin),
        "email": Order(SCOPED.c.email),
        "create_time": Order(SCOPED.c.created_at, datetime.fromisoformat),
    },
    order_by="display_name",
    tie=SCOPED.c.uuid,
)


async def list_members(read: Read, wanted: PageRequest) -> Page[Member]:
    """The members the reader may see."""
    statement = scope(select(SCOPED), SCOPED, principal=read.principal, permission="directory.read")
    page = await read_page(read.connection, statement, LISTING, wanted)
    return page.of([from_row(row) for row in page.items])


async def get_member(read: Read, uuid: UUID, *, permission: str) -> Member:
    """The member, where the reader's permission reaches; raises NotFound."""
    statement = scope(select(SCOPED), SCOPED, principal=read.principal, permission=permission)
    row = (await read.connection.execute(statement.where(SCOPED.c.uuid == uuid))).mappings().one_or_none()
    if row is None:
        raise NotFound(resource=f"members/{uuid}")
    return from_row(row)


async def find_member(read: Read, uuid: UUID) -> Member | None:
    """The member whatever the reader's scope: for rules, never for an answer."""
    row = (await read.connection.execute(select(MEMBERS).where(MEMBERS.c.uuid == uuid))).mappings().one_or_none()
    return from_row(row) if row else None


async def find_member_by_email(read: Read, email: str) -> Member | None:
    """The member who signs in with this address (lower case), also one who has left."""
    row = (await read.connection.execute(select(MEMBERS).where(MEMBERS.c.email == email))).mappings().one_or_none()
    return from_row(row) if row else None


async def is_anyone_active(work: UnitOfWork, *, with_roles: Sequence[str], besides: UUID | None = None) -> bool:
    """Whether some active member other than `besides` holds one of the roles."""
    if not with_roles:
        return False
    condition = MEMBERS.c.active & MEMBERS.c.roles.overlap(cast(list(with_roles), ARRAY(Text)))
    if besides is not None:
        condition &= MEMBERS.c.uuid != besides
    return bool(await work.connection.scalar(select(exists().where(condition))))


async def is_role_held(work: UnitOfWork, key: str) -> bool:
    """Whether any member, active or not, holds the role: one who comes back finds it again."""
    return bool(await work.connection.scalar(select(exists().where(MEMBERS.c.roles.contains([key])))))


async def is_team_peopled(work: UnitOfWork, team: UUID) -> bool:
    """Whether active members are in the team."""
    return bool(await work.connection.scalar(select(exists().where((MEMBERS.c.team == team) & MEMBERS.c.active))))


async def is_region_peopled(work: UnitOfWork, region: UUID) -> bool:
    """Whether active members are in the region by their own entry."""
    condition = (MEMBERS.c.region == region) & MEMBERS.c.active
    return bool(await work.connection.scalar(select(exists().where(condition))))
