"""What happened between a member and a customer: gathered for a case whoever asks, and shown by its sides."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, union_all

from chassis.tables import event_log, outbox
from chassis.work import Read
from services.pipeline.domain.account import Account
from services.pipeline.domain.collision_facts import of_account, of_opportunity, of_registration
from services.pipeline.domain.collision_timeline import Fact, Timeline, timeline
from services.pipeline.domain.opportunity import Opportunity, OpportunityState
from services.pipeline.domain.registration import Registration
from services.pipeline.storage import opportunity_rows, registration_rows
from services.pipeline.storage.opportunity_tables import OPPORTUNITIES
from services.pipeline.storage.registration_tables import REGISTRATIONS

# Who looks after an account changes with these.
_GIVEN = ("millrace.pipeline.v1.AccountCreated", "millrace.pipeline.v1.AccountAssigned")
# More of either tells nothing new of a claim.
_MOST = 100


async def timeline_of(read: Read, member: UUID, *, account: Account | None, keys: Collection[str]) -> Timeline:
    """Every dated fact that the tables know of a member and a customer."""
    facts: list[Fact] = []
    for registration in await registrations_of(read, member, account=account, keys=keys):
        facts += of_registration(registration)
    if account is not None:
        for opportunity in await _opportunities_of(read, member, account.uuid):
            facts += of_opportunity(opportunity)
        if account.ownership.owner == member:
            facts.append(of_account(account, since=await _owned_since(read, account)))
    return timeline(facts)


async def registrations_of(
    read: Read, member: UUID, *, account: Account | None, keys: Collection[str]
) -> Sequence[Registration]:
    """The member's registrations of a customer, the newest first."""
    told = [REGISTRATIONS.c.match_keys.overlap(sorted(keys))]
    if account is not None:
        told.append(REGISTRATIONS.c.account == account.uuid)
    # The offset is a fence: the planner would rather walk along the owner's than look the keys up.
    same = select(REGISTRATIONS).where(or_(*told))
    found = same.offset(0).subquery()
    statement = select(found).where(found.c.owner == member).order_by(found.c.create_time.desc()).limit(_MOST)
    return [registration_rows.from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def open_opportunities_of(read: Read, member: UUID, account: UUID) -> Sequence[Opportunity]:
    """What a member works with a customer."""
    return [each for each in await _opportunities_of(read, member, account) if each.state is OpportunityState.OPEN]


async def _opportunities_of(read: Read, member: UUID, account: UUID) -> Sequence[Opportunity]:
    statement = (
        select(OPPORTUNITIES)
        .where(OPPORTUNITIES.c.account == account, OPPORTUNITIES.c.owner == member)
        .order_by(OPPORTUNITIES.c.create_time.desc())
        .limit(_MOST)
    )
    return [opportunity_rows.from_row(row) for row in (await read.connection.execute(statement)).mappings()]


async def _owned_since(read: Read, account: Account) -> datetime:
    """When whoever looks after the account got it: the last event that gave it to somebody."""
    told = union_all(
        *(
            select(table.c.occurred).where(
                table.c.aggregate_type == "account",
                table.c.aggregate_id == account.uuid,
                table.c.event_type.in_(_GIVEN),
            )
            for table in (outbox, event_log)
        )
    ).subquery()
    since: datetime | None = await read.connection.scalar(select(func.max(told.c.occurred)))
    return since or account.create_time
