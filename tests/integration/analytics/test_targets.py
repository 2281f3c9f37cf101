"""Targets through gRPC and PostgreSQL: set, seen by whom they are about, and measured by what was told."""

from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.type.decimal_pb2 import Decimal
from millrace.analytics.v1 import target_pb2
from millrace.analytics.v1 import target_service_pb2 as contract
from millrace.analytics.v1.target_service_pb2_grpc import TargetServiceStub
from sqlalchemy import insert, select

from chassis.principal import Scope
from chassis.tables import outbox
from services.analytics.storage.metadata import ORGANIZATION
from tests.integration.analytics.conftest import AnalyticsHouse
from tests.support.selling import ANNA, BO, EAST, GUANGZHOU, HANGZHOU, SOUTH, SOUTHERN, noon, yuan


@pytest.fixture
async def targets(house: AnalyticsHouse) -> Any:
    """Where targets are set, in a house of two regions with a team and a person each."""
    region = {"version": 1, "provinces": [], "archived": False}
    team: dict[str, Any] = {"version": 1, "parent": None, "archived": False}
    member = {
        "version": 1,
        "pinyin": "",
        "email": "",
        "roles": ["sales"],
        "seniority": "regular",
        "capacity": 10,
        "skills": [],
        "working_state": "working",
        "active": True,
        "region": None,
    }
    async with house.engine.begin() as connection:
        for uuid, name in ((EAST, "华东"), (SOUTH, "华南")):
            await connection.execute(insert(ORGANIZATION.regions).values(uuid=uuid, display_name=name, **region))
        for uuid, above, name in ((HANGZHOU, EAST, "杭州"), (GUANGZHOU, SOUTH, "广州")):
            row: dict[str, Any] = {"uuid": uuid, "region": above, "path": [uuid], "display_name": name, **team}
            await connection.execute(insert(ORGANIZATION.teams).values(row))
        for uuid, of, name in ((ANNA, HANGZHOU, "张伟"), (BO, GUANGZHOU, "李娜")):
            row = {"uuid": uuid, "team": of, "display_name": name, **member}
            await connection.execute(insert(ORGANIZATION.members).values(row))
    return TargetServiceStub(house.channel)


def target(kpi: str, subject: str = "", **value: Any) -> target_pb2.Target:
    return target_pb2.Target(year=2026, kpi=target_pb2.Kpi.Value(f"KPI_{kpi}"), subject=subject, **value)


async def set_up(targets: Any, house: AnalyticsHouse, *wanted: target_pb2.Target) -> list[target_pb2.Target]:
    return [await targets.CreateTarget(contract.CreateTargetRequest(target=each), **house.boss) for each in wanted]


async def progress(targets: Any, caller: Any, kpi: str) -> dict[str, Any]:
    request = contract.QueryTargetProgressRequest(year=2026, kpi=target_pb2.Kpi.Value(f"KPI_{kpi}"))
    answer = await targets.QueryTargetProgress(request, **caller)
    return {each.target.subject: each for each in answer.progress}


async def test_money_sums_up_to_the_parent_and_is_measured_by_what_was_signed(
    house: AnalyticsHouse, targets: Any
) -> None:
    east, south, company = await set_up(
        targets,
        house,
        target("SIGNED", f"regions/{EAST}", amount=yuan(800_000)),
        target("SIGNED", f"regions/{SOUTH}", amount=yuan(400_000)),
        target("SIGNED", amount=yuan(1_500_000)),
    )
    house.market.contract(1, noon(2, 1), amount=300_000)
    house.market.contract(2, noon(2, 3), SOUTHERN, amount=200_000)
    house.market.contract(3, noon(2, 3, year=2025), SOUTHERN, amount=999_000)
    await house.hear()
    found = await progress(targets, house.boss, "SIGNED")
    whole = found[""]
    assert (whole.actual.amount.units, whole.attained, whole.below.amount.units) == (500_000, "33.3%", 1_200_000)
    assert {found[each.subject].parent for each in (east, south)} == {company.name}
    assert (found[f"regions/{EAST}"].attained, found[f"regions/{SOUTH}"].attained) == ("37.5%", "50.0%")
    assert whole.expected == "17.2%"


async def test_an_order_rate_is_re_weighted_and_prints_what_was_divided(house: AnalyticsHouse, targets: Any) -> None:
    await set_up(
        targets,
        house,
        target("ORDER_RATE", rate=Decimal(value="0.25"), weight=400),
        target("ORDER_RATE", f"teams/{HANGZHOU}", rate=Decimal(value="0.3"), weight=100),
        target("ORDER_RATE", f"teams/{GUANGZHOU}", rate=Decimal(value="0.2"), weight=300),
    )
    for number in range(4):
        house.market.opportunity(number, noon(2, 1))
    house.market.contract(1, noon(2, 1))
    await house.hear()
    found = await progress(targets, house.boss, "ORDER_RATE")
    assert found[""].below.rate.value == "0.225"
    ratio = found[f"teams/{HANGZHOU}"].ratio
    assert (ratio.numerator, ratio.denominator, ratio.text) == (1, 4, "25.0%")
    assert not found[f"teams/{GUANGZHOU}"].HasField("actual")
    assert found[f"teams/{GUANGZHOU}"].ratio.text == "—"


async def test_a_salesperson_sees_his_own_target_and_a_leader_those_of_his_team(
    house: AnalyticsHouse, targets: Any
) -> None:
    await set_up(
        targets,
        house,
        target("LEADS", count=100),
        target("LEADS", f"teams/{HANGZHOU}", count=50),
        target("LEADS", f"members/{ANNA}", count=20),
        target("LEADS", f"members/{BO}", count=30),
    )
    house.market.lead(1, noon(1, 3))
    await house.hear()
    assert set(await progress(targets, house.anna, "LEADS")) == {f"members/{ANNA}"}
    leader = house.as_member(UUID(int=3), Scope.TEAM, teams=frozenset({HANGZHOU}))
    found = await progress(targets, leader, "LEADS")
    assert {subject: each.actual.count for subject, each in found.items()} == {
        f"members/{ANNA}": 1,
        f"teams/{HANGZHOU}": 1,
    }
    assert found[f"members/{ANNA}"].parent == found[f"teams/{HANGZHOU}"].target.name


async def test_a_target_is_set_anew_by_who_knows_its_version(house: AnalyticsHouse, targets: Any) -> None:
    (made,) = await set_up(targets, house, target("LEADS", count=100))
    changed = target_pb2.Target(name=made.name, etag=made.etag, count=120)
    request = contract.UpdateTargetRequest(target=changed, update_mask=FieldMask(paths=["count"]))
    assert (await targets.UpdateTarget(request, **house.boss)).count == 120
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await targets.UpdateTarget(request, **house.boss)
    assert refusal.value.code() is grpc.StatusCode.ABORTED
    async with house.engine.connect() as connection:
        told = list(await connection.scalars(select(outbox.c.subject).order_by(outbox.c.id)))
    assert told == ["millrace.analytics.v1.target.created", "millrace.analytics.v1.target.updated"]


async def test_one_request_sets_one_target_and_one_subject_has_one(house: AnalyticsHouse, targets: Any) -> None:
    request = contract.CreateTargetRequest(target=target("LEADS", count=100), request_id="yearly")
    first = await targets.CreateTarget(request, **house.boss)
    assert (await targets.CreateTarget(request, **house.boss)).name == first.name
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await set_up(targets, house, target("LEADS", count=5))
    assert refusal.value.code() is grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.parametrize(
    "wrong",
    [
        target("LEADS", amount=yuan(1)),
        target("SIGNED", count=1),
        target("ORDER_RATE", rate=Decimal(value="1.5"), weight=1),
        target("ORDER_RATE", rate=Decimal(value="0.5")),
        target("LEADS", f"members/{EAST}", count=1),
    ],
)
async def test_a_target_that_makes_no_sense_is_refused(
    house: AnalyticsHouse, targets: Any, wrong: target_pb2.Target
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await set_up(targets, house, wrong)
    assert refusal.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_targets_are_listed_by_year_and_kpi_and_set_by_administrators(
    house: AnalyticsHouse, targets: Any
) -> None:
    await set_up(targets, house, target("LEADS", count=100), target("SIGNED", amount=yuan(1)))
    request = contract.ListTargetsRequest(filter="year = 2026 AND kpi = KPI_LEADS")
    answer = await targets.ListTargets(request, **house.boss)
    assert [(each.count, each.kpi) for each in answer.targets] == [(100, target_pb2.KPI_LEADS)]
    reader = house.as_member(ANNA, Scope.ALL, may=("analytics.read",))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await targets.CreateTarget(contract.CreateTargetRequest(target=target("ORDERS", count=1)), **reader)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_target_inherits_the_region_of_a_team_far_above(house: AnalyticsHouse, targets: Any) -> None:
    below = UUID(int=103)
    row = {"uuid": below, "version": 1, "region": None, "path": [HANGZHOU, below], "parent": HANGZHOU}
    async with house.engine.begin() as connection:
        await connection.execute(insert(ORGANIZATION.teams).values(display_name="杭州一队", archived=False, **row))
    east, _ = await set_up(
        targets, house, target("LEADS", f"regions/{EAST}", count=9), target("LEADS", f"teams/{below}", count=4)
    )
    manager = house.as_member(UUID(int=5), Scope.REGION, region=EAST)
    found = await progress(targets, manager, "LEADS")
    assert found[f"teams/{below}"].parent == east.name
    assert found[f"regions/{EAST}"].below.count == 4


async def test_an_administrator_sets_targets_as_far_as_he_reaches(house: AnalyticsHouse, targets: Any) -> None:
    manager = house.as_member(UUID(int=5), Scope.REGION, region=EAST)
    south, _ = await set_up(targets, house, target("LEADS", f"regions/{SOUTH}", count=9), target("LEADS", count=90))
    for subject in ("", f"regions/{SOUTH}", f"teams/{GUANGZHOU}"):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await targets.CreateTarget(
                contract.CreateTargetRequest(target=target("LEADS", subject, count=1)), **manager
            )
        assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
    own = contract.CreateTargetRequest(target=target("LEADS", f"regions/{EAST}", count=1))
    assert (await targets.CreateTarget(own, **manager)).count == 1
    changed = target_pb2.Target(name=south.name, etag=south.etag, count=1)
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await targets.UpdateTarget(
            contract.UpdateTargetRequest(target=changed, update_mask=FieldMask(paths=["count"])), **manager
        )
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_only_what_the_mask_names_is_set(house: AnalyticsHouse, targets: Any) -> None:
    rate = target("ORDER_RATE", rate=Decimal(value="0.25"), weight=400)
    (made,) = await set_up(targets, house, rate)
    changed = target_pb2.Target(name=made.name, etag=made.etag, rate=Decimal(value="0.3"), weight=7)
    request = contract.UpdateTargetRequest(target=changed, update_mask=FieldMask(paths=["rate"]))
    after = await targets.UpdateTarget(request, **house.boss)
    assert (after.rate.value, after.weight) == ("0.3", 400)
    only = target_pb2.Target(name=made.name, etag=after.etag, weight=500)
    request = contract.UpdateTargetRequest(target=only, update_mask=FieldMask(paths=["weight"]))
    after = await targets.UpdateTarget(request, **house.boss)
    assert (after.rate.value, after.weight) == ("0.3", 500)


async def test_the_reasons_of_a_gap_add_up_to_it_and_are_said_in_plain_words(
    house: AnalyticsHouse, targets: Any
) -> None:
    """By 2 March a sixth of the year and two days: with all of it in February nothing is left to the calendar."""
    seasons = [0, 100, *[0] * 10]
    await set_up(
        targets,
        house,
        target("LEADS", f"regions/{EAST}", count=20, month_percents=seasons),
        target("SIGNED", f"regions/{EAST}", amount=yuan(1_000_000), month_percents=seasons),
        target("ORDERS", f"regions/{EAST}", count=5, month_percents=seasons),
    )
    for number in range(10):
        house.market.lead(number, noon(2, 1))
    for number in range(2):
        house.market.contract(number, noon(2, 9), amount=200_000)
    await house.hear()
    found = (await progress(targets, house.boss, "SIGNED"))[f"regions/{EAST}"]
    parts = {target_service(each.cause): each.part.amount.units for each in found.reasons}
    assert found.gap.amount.units == sum(parts.values()) == -600_000
    assert set(parts) == {"LEADS", "CONVERSION"}
    assert {each.text for each in found.reasons} == {"Leads are at 50.0% of plan", "Conversion is at 80.0% of plan"}
    assert not found.proposals


async def test_a_low_conversion_region_proposes_adding_senior_sales(house: AnalyticsHouse, targets: Any) -> None:
    await set_up(
        targets,
        house,
        target("ORDERS", f"regions/{EAST}", count=5),
        target("ORDERS", f"regions/{SOUTH}", count=5),
    )
    for number in range(40):
        house.market.opportunity(number, noon(2, 1))
        house.market.opportunity(100 + number, noon(2, 1), SOUTHERN)
    for number in range(20):
        house.market.contract(number, noon(2, 2), SOUTHERN)
    house.market.contract(99, noon(2, 2))
    await house.hear()
    found = await progress(targets, house.boss, "ORDERS")
    (proposal,) = found[f"regions/{EAST}"].proposals
    assert proposal.kind == contract.PROPOSAL_KIND_ADD_SENIOR_SALES
    assert proposal.text == "Add senior sales people: the order rate is 2.5%, that of all others 50.0%"
    assert not found[f"regions/{SOUTH}"].proposals


def target_service(cause: int) -> str:
    return contract.GapCause.Name(cause).removeprefix("GAP_CAUSE_")  # type: ignore[arg-type]  # the number of one
