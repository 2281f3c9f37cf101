"""Programmes are kept like other settings, tried out before they run, and tell what came of them."""

from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from millrace.leads.v1 import nurturing_programme_pb2 as programmes
from millrace.leads.v1 import nurturing_programme_service_pb2 as contract
from sqlalchemy import text

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA
from tests.integration.leads.history import convert, tell_lead
from tests.integration.leads.nurturing import (
    MailingHouse,
    a_programme,
    a_step,
    activate,
    agreed,
    change,
    mailing_house,
    stub,
    under_way,
)
from tests.integration.leads.responding import open_office
from tests.support.clock import FixedClock


@pytest.fixture
async def house(leads_database: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[MailingHouse]:
    async with mailing_house(leads_database, clock, MILLRACE_MAIL_FOLDER=str(tmp_path)) as house:
        yield house


async def reason_of(call: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    status = rpc_status.from_call(refused.value)  # type: ignore[arg-type]  # the error of an aio call is one
    info = error_details_pb2.ErrorInfo()
    assert status is not None
    assert any(detail.Unpack(info) for detail in status.details)
    return str(info.reason), dict(info.metadata)


async def preview(house: MailingHouse, made: Any, lead: Any, step: int = 1, caller: Any = None) -> Any:
    request = contract.PreviewNurturingStepRequest(name=made.name, step=step, lead=lead.name)
    return await stub(house).PreviewNurturingStep(request, **(caller or house.boss))


async def rehearsed(house: MailingHouse, made: Any) -> tuple[int, int, dict[str, int]]:
    request = contract.RehearseNurturingProgrammeRequest(name=made.name)
    told = await stub(house).RehearseNurturingProgramme(request, **house.boss)
    left_out = {each.reason.code.removeprefix("NURTURING_LEFT_OUT_"): each.leads for each in told.left_out}
    return told.in_segment, told.would_enter, left_out


async def test_a_programme_is_read_as_it_was_written(house: MailingHouse) -> None:
    exits = [programmes.NURTURING_EXIT_FOLLOWED_UP, programmes.NURTURING_EXIT_LEFT_SEGMENT]
    steps = [a_step(), a_step(days=3, html="<p>{{link.paper}}</p>")]
    made = await a_programme(house, *steps, active=False, exits=exits, re_entry_days=90, language_code="en")
    found = await stub(house).GetNurturingProgramme(contract.GetNurturingProgrammeRequest(name=made.name), **house.boss)
    assert found == made
    assert (list(found.steps), list(found.exits), found.re_entry_days) == (steps, exits, 90)
    assert found.state == programmes.NURTURING_PROGRAMME_STATE_DRAFT
    (listed,) = (
        await stub(house).ListNurturingProgrammes(
            contract.ListNurturingProgrammesRequest(filter="state = NURTURING_PROGRAMME_STATE_DRAFT"), **house.boss
        )
    ).nurturing_programmes
    assert listed == found


@pytest.mark.parametrize(
    ("told", "reason", "metadata"),
    [
        ({"segment": "colour = red"}, "FILTER_INVALID", {"near": "colour"}),
        ({"segment": "grade = GRADE_Z"}, "FILTER_INVALID", {"near": "GRADE_Z"}),
        (
            {"steps": [a_step(text="{{phone}}")]},
            "NURTURING_VARIABLE_UNKNOWN",
            {"field": "nurturing_programme.steps[0].text", "variable": "phone"},
        ),
        ({"steps": [a_step(), a_step(html="{{")]}, "NURTURING_TEMPLATE_INVALID", {"near": "{{"}),
    ],
)
async def test_what_does_not_hold_is_refused_when_it_is_saved(
    house: MailingHouse, told: dict[str, Any], reason: str, metadata: dict[str, str]
) -> None:
    steps = told.pop("steps", [a_step()])
    found, said = await reason_of(a_programme(house, *steps, active=False, **told))
    assert found == reason
    assert metadata.items() <= said.items()


async def test_the_same_request_makes_one_programme(house: MailingHouse) -> None:
    request = contract.CreateNurturingProgrammeRequest(
        nurturing_programme=programmes.NurturingProgramme(
            display_name="白皮书", segment="grade = GRADE_C", steps=[a_step()]
        ),
        request_id="once",
    )
    one, two = [await stub(house).CreateNurturingProgramme(request, **house.boss) for _ in range(2)]
    assert one == two


async def test_nobody_overwrites_what_he_has_not_seen(house: MailingHouse) -> None:
    made = await a_programme(house, active=False)
    await change(house, made, display_name="案例视频")
    assert (await reason_of(change(house, made, display_name="另一个")))[0] == "STALE_VERSION"


async def test_without_a_step_nothing_runs(house: MailingHouse) -> None:
    made = await a_programme(house, active=False)
    empty = await change(house, made, "steps")
    assert (await reason_of(activate(house, empty)))[0] == "NURTURING_PROGRAMME_EMPTY"


async def test_only_administrators_keep_programmes(house: MailingHouse) -> None:
    made = await a_programme(house, active=False)
    seller = house.as_member(ANNA, Scope.ALL, may=("leads.read", "leads.write"))
    request = contract.ActivateNurturingProgrammeRequest(name=made.name)
    assert (await reason_of(stub(house).ActivateNurturingProgramme(request, **seller)))[0] == "NOT_ALLOWED"
    found = await stub(house).GetNurturingProgramme(contract.GetNurturingProgrammeRequest(name=made.name), **seller)
    assert found == made


async def test_a_preview_shows_a_step_as_the_lead_would_get_it_and_when(house: MailingHouse, clock: FixedClock) -> None:
    await open_office(house)
    made = await a_programme(house, a_step(), a_step(days=1, html="<b>{{company_name}}</b>"), active=False)
    lead = await agreed(house, company_name="云帆<科技>", contact_name="王小明")
    shown = await preview(house, made, lead, 2)
    assert shown.subject == "云帆<科技>：白皮书"
    assert shown.text.startswith("王小明 https://www.house.example/paper.pdf?v=2")
    assert "<b>云帆&lt;科技&gt;</b>" in shown.html
    assert shown.send_time.ToDatetime(UTC).isoformat() == "2026-03-03T05:00:00+00:00"
    assert list(shown.reasons) == []
    first = await preview(house, made, lead, 1)
    assert first.send_time.ToDatetime(UTC).isoformat() == "2026-03-02T05:00:00+00:00"
    assert [each.code for each in first.reasons] == ["NURTURING_QUIET_HOURS"]
    assert await under_way(house) == []
    assert (await reason_of(preview(house, made, lead, 3)))[0] == "NURTURING_STEP_UNKNOWN"


async def test_a_preview_says_why_the_lead_would_not_get_it(house: MailingHouse) -> None:
    made = await a_programme(house, active=False)
    shown = await preview(house, made, await tell_lead(house, 1, email="wang@a.example"))
    assert [each.code for each in shown.reasons] == ["NURTURING_LEFT_OUT_NO_CONSENT"]
    assert [each.text for each in shown.reasons] == ["The address has not agreed to be mailed"]


async def test_a_preview_is_for_those_who_see_the_lead(house: MailingHouse) -> None:
    made, lead = await a_programme(house, active=False), await agreed(house)
    stranger = house.as_member(ANNA, Scope.OWN)
    assert (await reason_of(preview(house, made, lead, caller=stranger)))[0] == "LEAD_NOT_FOUND"


async def test_a_dry_run_counts_who_would_enter_and_why_others_would_not(
    house: MailingHouse, clock: FixedClock
) -> None:
    made = await a_programme(house, a_step(days=9))
    await agreed(house, 1)
    await house.sweep()
    await convert(house, await agreed(house, 2))
    await tell_lead(house, 3)
    await tell_lead(house, 4, email="wang4@a.example")
    await agreed(house, 5)
    await agreed(house, 6)
    await agreed(house, 7, email="wang6@a.example")
    await agreed(house, 8, industry="retail")
    bounced = await agreed(house, 9)
    clock.travel(seconds=1)
    async with house.engine.begin() as connection:
        await connection.execute(
            text(
                "insert into mail_choices select :lead, encode(sha256(convert_to("
                "'millrace mail wang9@a.example', 'UTF8')), 'hex'), 'bounced', :now, 'mails/1', '', ''"
            ),
            {"lead": bounced.name.removeprefix("leads/"), "now": clock.now()},
        )
    expected = {"ENTERED": 1, "NOT_OPEN": 1, "NO_ADDRESS": 1, "NO_CONSENT": 1, "ADDRESS_SHARED": 1, "BOUNCED": 1}
    assert await rehearsed(house, made) == (8, 2, expected)
    assert (await house.sweep())[0] == 2
    assert (await rehearsed(house, made))[1] == 0


async def test_a_dry_run_needs_no_activation(house: MailingHouse) -> None:
    made = await a_programme(house, active=False)
    await agreed(house)
    assert await rehearsed(house, made) == (1, 1, {})
    assert await house.sweep() == (0, 0, 0)
