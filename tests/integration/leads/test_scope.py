"""The scope in SQL and its twin in memory agree on every kind of row and every kind of reader."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import insert, select

from chassis.collaborators import Collaborator, CollaboratorRole, Invitation
from chassis.principal import Principal, Scope
from chassis.scope import scope
from chassis.work import Read
from services.leads.application.capture import sees
from services.leads.domain.lead import Lead
from services.leads.storage.lead_collaborators import RECORD as COLLABORATOR
from services.leads.storage.lead_collaborators import SHARED_LEADS, shared_with_caller
from services.leads.storage.leads import RECORD as LEAD
from services.leads.storage.tables import LEADS
from tests.integration.leads.conftest import LeadsHouse
from tests.support.clock import FixedClock
from tests.unit.leads.builders import a_lead

ME, OTHER = UUID(int=1), UUID(int=2)
MINE, BELOW, THEIRS = UUID(int=11), UUID(int=12), UUID(int=13)
HERE, THERE = UUID(int=21), UUID(int=22)
PERMISSIONS = ("leads.read", "leads.write", "leads.admin")
SHARES = ("none", "read", "write", "over", "removed", "with another", "of another collection")


def rows() -> Iterator[tuple[Lead, str]]:
    """A lead of every owner, team, region and kind of sharing."""
    kinds = product((None, ME, OTHER), (None, MINE, BELOW, THEIRS), (None, HERE, THERE), SHARES)
    for number, (owner, team, region, share) in enumerate(kinds, start=1000):
        yield replace(a_lead(region=region), uuid=UUID(int=number), owner=owner, team=team), share


def readers() -> Iterator[Principal]:
    """Members of every scope, with and without team and region; somebody without permission; a program."""
    for reach, teams, region in product(Scope, (frozenset(), frozenset({MINE, BELOW})), (None, HERE)):
        yield Principal(subject=f"members/{ME}", grants=dict.fromkeys(PERMISSIONS, reach), teams=teams, region=region)
    yield Principal(subject=f"members/{ME}")
    yield from (Principal(subject="apiClients/erp", grants=dict.fromkeys(PERMISSIONS, reach)) for reach in Scope)


def shared(lead: Lead, share: str, clock: FixedClock) -> Collaborator:
    now = clock.now()
    return Collaborator(
        uuid=UUID(int=lead.uuid.int + 100_000),
        version=1,
        collection="accounts" if share == "of another collection" else "leads",
        row=lead.uuid,
        terms=Invitation(
            member=OTHER if share == "with another" else ME,
            role=CollaboratorRole.READ if share == "read" else CollaboratorRole.WRITE,
            end_date=date(2026, 3, 2),
            reason="x",
        ),
        end_time=now if share == "over" else now + timedelta(hours=1),
        creator="members/x",
        removed=share == "removed",
        create_time=now,
        update_time=now,
    )


@pytest.fixture
async def stock(house: LeadsHouse, clock: FixedClock) -> list[Lead]:
    world = list(rows())
    collaborators = [shared(lead, share, clock) for lead, share in world if share != "none"]
    async with house.engine.begin() as connection:
        await connection.execute(insert(LEADS), [{**LEAD.row(lead), "version": 1} for lead, _ in world])
        await connection.execute(
            insert(COLLABORATOR.table), [{**COLLABORATOR.row(each), "version": 1} for each in collaborators]
        )
    return [lead for lead, _ in world]


async def test_a_list_reaches_own_and_shared_rows_by_their_indexes(house: LeadsHouse, clock: FixedClock) -> None:
    reader = Principal(subject=f"members/{ME}", grants={"leads.read": Scope.OWN})
    shared = SHARED_LEADS.at(clock.now())
    statement = scope(select(LEADS.c.uuid), LEADS, principal=reader, permission="leads.read", shared=shared)
    written = statement.compile(dialect=house.engine.dialect, compile_kwargs={"literal_binds": True})
    async with house.engine.connect() as connection:
        await connection.exec_driver_sql("set enable_seqscan = off")
        plan = (await connection.exec_driver_sql(f"explain (costs off) {written}")).scalars().all()
    used = {name for name in ("leads_owner", "leads_pkey", "collaborators_") if any(name in line for line in plan)}
    assert used == {"leads_owner", "leads_pkey", "collaborators_"}


async def test_both_rules_show_every_reader_the_same_rows(
    house: LeadsHouse, stock: list[Lead], clock: FixedClock
) -> None:
    seen_at_all = set()
    async with house.engine.connect() as connection:
        for principal, permission in product(readers(), PERMISSIONS):
            read = Read(connection, clock.now(), principal)
            statement = scope(
                select(LEADS.c.uuid),
                LEADS,
                principal=principal,
                permission=permission,
                shared=SHARED_LEADS.at(read.now),
            )
            by_sql = set(await connection.scalars(statement))
            of_others = await shared_with_caller(read, stock, permission=permission)
            in_memory = {lead.uuid for lead in stock if sees(principal, lead, permission=permission, shared=of_others)}
            assert by_sql == in_memory, (principal, permission)
            seen_at_all.add(len(by_sql))
    assert len(seen_at_all) > 8
