"""Purchase intents: learnt from what became of leads, told with reasons, silent where nothing is known (购买意向)."""

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_events_pb2, lead_pb2
from millrace.leads.v1.lead_intent_model_pb2 import LeadIntentModel
from millrace.leads.v1.lead_intent_service_pb2 import GetLeadIntentModelRequest
from millrace.leads.v1.lead_intent_service_pb2_grpc import LeadIntentServiceStub
from millrace.leads.v1.lead_service_pb2 import LEAD_VIEW_FULL, UpdateLeadRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from millrace.probability.v1.model_events_pb2 import ModelLearned
from sqlalchemy import select

from chassis.principal import Scope
from chassis.tables import outbox
from chassis.work import Read
from services.leads.__main__ import ACCOUNT
from services.leads.domain.behaviours import NOTHING_DONE
from services.leads.domain.intent import observed_at
from services.leads.storage.intent_history import beginning, observations
from services.leads.storage.intent_tables import INTENT_MARKS, LEAD_INTENTS
from tests.integration.leads.conftest import CHEN, LeadsHouse
from tests.integration.leads.history import (
    KEEN,
    act,
    convert,
    learn,
    listed,
    live,
    read,
    score_all,
    sweep,
    tell,
    tell_lead,
)
from tests.support.clock import NOON, FixedClock

LEADS = 80


async def model_of(house: LeadsHouse) -> LeadIntentModel:
    stub: Any = LeadIntentServiceStub(house.channel)
    model: LeadIntentModel = await stub.GetLeadIntentModel(GetLeadIntentModelRequest(), **house.boss)
    return model


def silence(lead: lead_pb2.Lead) -> list[str]:
    return [reason.code for reason in lead.intent.silence]


def adds_up(lead: lead_pb2.Lead) -> bool:
    probability = lead.intent.probability
    weights = [float(reason.parameters["weight"]) for reason in lead.intent.reasons]
    return math.isclose(sum(weights), math.log(probability / (1 - probability)), abs_tol=0.002)


async def test_below_the_minimum_sample_nothing_is_told_but_why(house: LeadsHouse, clock: FixedClock) -> None:
    assert [reason.code for reason in (await model_of(house)).learning.silence] == ["INTENT_NEVER_LEARNT"]
    await live(house, clock, leads=30)
    assert await learn(house)
    await score_all(house, clock)
    model = await model_of(house)
    assert (model.number, model.learning.outcomes, model.learning.happened) == (0, 30, 15)
    assert not model.HasField("card")
    other = await tell_lead(house, 1000)
    shown = await read(house, other)
    assert not shown.intent.HasField("probability")
    assert silence(shown) == ["INTENT_TOO_FEW_OUTCOMES"]
    assert "30" in shown.intent.silence[0].text


async def test_a_house_without_leads_learns_nothing_and_says_so(house: LeadsHouse) -> None:
    assert await learn(house)
    assert [reason.code for reason in (await model_of(house)).learning.silence] == ["INTENT_TOO_FEW_OUTCOMES"]


async def test_leads_are_scored_by_what_was_learnt_and_the_reasons_add_up(house: LeadsHouse, clock: FixedClock) -> None:
    await live(house, clock, leads=LEADS)
    assert await learn(house)
    keen, other = await tell_lead(house, 1000), await tell_lead(house, 1001)
    await tell(house, *(act(keen, str(kind), time=clock.now(), kind=kind) for kind in KEEN))
    assert silence(await read(house, keen)) == ["INTENT_NOT_SCORED_YET"]
    await sweep(house, clock, "score leads")
    keen, other = await read(house, keen), await read(house, other)
    assert keen.intent.probability > 0.4  # which leads teach what follows from their ids, and differs
    assert other.intent.probability < 0.3
    assert keen.intent.model == 1
    assert adds_up(keen)
    assert adds_up(other)
    assert keen.intent.reasons[0].code == "INTENT_BASE"
    assert {"INTENT_PAGE_VISITS", "INTENT_DOWNLOADS"} & {reason.code for reason in keen.intent.reasons}
    assert "30 days" in next(
        r.text for r in keen.intent.reasons if r.code in {"INTENT_PAGE_VISITS", "INTENT_DOWNLOADS"}
    )


async def test_the_model_in_force_shows_its_card_beside_its_rivals_and_an_event_tells_of_it(
    house: LeadsHouse, clock: FixedClock
) -> None:
    await live(house, clock, leads=LEADS)
    await learn(house)
    model = await model_of(house)
    assert (model.number, model.learning.outcomes, model.learning.happened) == (1, LEADS, LEADS // 2)
    assert list(model.learning.silence) == []
    assert (model.card.learnt_from, model.card.judged_on) == (64, 16)
    assert model.card.model.auc > 0.8 > model.card.constant.auc == 0.5
    assert model.card.model.brier < model.card.constant.brier
    async with house.engine.connect() as connection:
        told = select(outbox.c.payload).where(outbox.c.event_type == ModelLearned.DESCRIPTOR.full_name)
        event = ModelLearned.FromString((await connection.execute(told)).scalar_one())
    assert (event.model.number, event.model.card) == (1, model.card)


async def test_a_model_learns_from_what_was_known_at_a_moment_and_from_nothing_later(
    house: LeadsHouse, clock: FixedClock
) -> None:
    lead = await tell_lead(house, 1, employee_count=50)
    clock.travel(days=70)
    uuid = UUID(lead.name.partition("/")[2])
    await tell(house, *(act(lead, f"{kind}", time=clock.now(), kind=kind) for kind in KEEN))
    # Told afterwards of a time before: nobody knew it then.
    await tell(house, act(lead, "early", time=clock.now() - timedelta(days=70)))
    await _update(house, lead, employee_count=9000)
    await convert(house, lead)
    clock.travel(days=90)
    async with house.engine.connect() as connection:
        read_now = Read(connection, clock.now(), ACCOUNT)
        (seen,), following = await observations(read_now, beginning(clock.now()))
    assert following is None
    assert (seen.time, seen.converted, seen.tally) == (observed_at(uuid, NOON), True, NOTHING_DONE)
    event = lead_events_pb2.LeadCreated.FromString(seen.payload)
    assert (event.lead.state, event.lead.employee_count) == (lead_pb2.LEAD_STATE_NEW, 50)


async def test_a_model_is_learnt_once_a_day(house: LeadsHouse, clock: FixedClock) -> None:
    await live(house, clock, leads=LEADS)
    assert await learn(house)
    assert not await learn(house)
    clock.travel(hours=25)
    assert await learn(house)
    assert (await model_of(house)).number == 2


async def test_a_new_model_and_a_new_day_score_the_whole_stock_anew(house: LeadsHouse, clock: FixedClock) -> None:
    await live(house, clock, leads=LEADS)
    lead = await tell_lead(house, 1000)
    await learn(house)
    await score_all(house, clock)
    first = (await read(house, lead)).intent
    assert first.model == 1
    clock.travel(days=1)
    await score_all(house, clock)
    second = (await read(house, lead)).intent
    assert second.score_time.ToDatetime() > first.score_time.ToDatetime()
    assert await sweep(house, clock) == 0


async def test_the_round_passes_by_leads_that_wait_to_be_scored_anyway(house: LeadsHouse, clock: FixedClock) -> None:
    await live(house, clock, leads=LEADS)
    await learn(house)
    await score_all(house, clock)
    waiting = await tell_lead(house, 1000)
    clock.travel(days=1)
    await sweep(house, clock, "score the stock")
    clock.travel(minutes=1)
    assert await sweep(house, clock, "score the stock") > 0
    assert silence(await read(house, waiting)) == ["INTENT_NOT_SCORED_YET"]
    await sweep(house, clock, "score leads")
    assert (await read(house, waiting)).intent.model == 1


async def test_a_lead_that_is_not_worked_any_more_has_no_intent(house: LeadsHouse, clock: FixedClock) -> None:
    await live(house, clock, leads=LEADS)
    lead = await tell_lead(house, 1000)
    await learn(house)
    await score_all(house, clock)
    assert (await read(house, lead)).intent.HasField("probability")
    await convert(house, lead)
    await sweep(house, clock, "score leads")
    assert silence(await read(house, lead)) == ["INTENT_LEAD_CLOSED"]


async def test_lists_are_sorted_and_filtered_by_intent(house: LeadsHouse, clock: FixedClock) -> None:
    await live(house, clock, leads=LEADS)
    await learn(house)
    await score_all(house, clock)
    keen, other = await tell_lead(house, 1000), await tell_lead(house, 1001)
    await tell(house, *(act(keen, str(kind), time=clock.now(), kind=kind) for kind in KEEN))
    await sweep(house, clock, "score leads")
    shown: list[lead_pb2.Lead] = []
    token = ""
    while True:
        page = await listed(house, order_by="intent desc", page_size=17, page_token=token)
        shown += page.leads
        if not (token := page.next_page_token):
            break
    assert len({lead.name for lead in shown}) == len(shown) == LEADS + 2
    told = [lead.intent.probability for lead in shown]
    assert told == sorted(told, reverse=True)
    assert told[0] > 0.5 > told[-1] == 0
    assert not any(lead.intent.reasons for lead in shown)
    probable = await listed(house, filter="intent >= 0.5")
    assert keen.name in {lead.name for lead in probable.leads}
    assert other.name not in {lead.name for lead in probable.leads}
    silent = await listed(house, filter="NOT intent:*", page_size=200)
    assert len(silent.leads) == LEADS // 2
    full = await listed(house, order_by="intent desc", page_size=1, view=LEAD_VIEW_FULL)
    assert adds_up(full.leads[0])


async def test_without_a_model_the_order_by_intent_is_that_of_grades(house: LeadsHouse) -> None:
    for number, urgency in enumerate((lead_pb2.URGENCY_LOW, lead_pb2.URGENCY_HIGH, lead_pb2.URGENCY_UNSPECIFIED)):
        await tell_lead(house, number, urgency=urgency, employee_count=10 * number)
    by_intent, by_grade = await listed(house, order_by="intent desc"), await listed(house, order_by="grade")
    assert [lead.name for lead in by_intent.leads] == [lead.name for lead in by_grade.leads]
    upward, downward = await listed(house, order_by="intent"), await listed(house, order_by="grade desc")
    assert [lead.name for lead in upward.leads] == [lead.name for lead in downward.leads]


async def test_who_may_not_see_money_is_not_told_what_the_budget_adds(house: LeadsHouse, clock: FixedClock) -> None:
    made = [await tell_lead(house, number, **_budget(number)) for number in range(LEADS)]
    clock.travel(days=70)
    for lead in made[::2]:
        await convert(house, lead)
    clock.travel(days=90)
    await learn(house)
    lead = await tell_lead(house, 1000, **_budget(1000))
    await sweep(house, clock, "score leads")
    told = {reason.code for reason in (await read(house, lead)).intent.reasons}
    poor = house.as_member(CHEN, Scope.ALL, may=("leads.read",))
    shown = {reason.code for reason in (await read(house, lead, poor)).intent.reasons}
    assert told - shown == {"INTENT_BUDGET"}


async def test_the_snapshot_of_an_event_tells_what_is_learnt_from(house: LeadsHouse, clock: FixedClock) -> None:
    lead = lead_pb2.Lead(employee_count=120)
    lead.demo_request_time.FromDatetime(clock.now())
    await tell_lead(house, 1, employee_count=120, demo_request_time=lead.demo_request_time)
    async with house.engine.connect() as connection:
        payload = (await connection.execute(select(outbox.c.payload))).scalar_one()
    event = lead_events_pb2.LeadCreated.FromString(payload)
    assert event.lead.employee_count == 120
    assert event.lead.demo_request_time == lead.demo_request_time


async def _update(house: LeadsHouse, lead: lead_pb2.Lead, *, employee_count: int) -> None:
    changed = lead_pb2.Lead(name=lead.name, etag=lead.etag, employee_count=employee_count)
    request = UpdateLeadRequest(lead=changed, update_mask=FieldMask(paths=["employee_count"]))
    await LeadServiceStub(house.channel).UpdateLead(request, **house.boss)


def _budget(number: int) -> dict[str, Any]:
    amount = {"currency_code": "CNY", "units": 900_000 + number if number % 2 == 0 else 10_000 + number}
    return {"budget_min": amount, "budget_max": amount}


async def test_marks_do_not_pile_up_while_there_is_no_model(house: LeadsHouse, clock: FixedClock) -> None:
    lead = await tell_lead(house, 1)
    await tell(house, act(lead, "1", time=clock.now()))
    await sweep(house, clock, "score leads")
    async with house.engine.connect() as connection:
        assert (await connection.execute(select(INTENT_MARKS))).all() == []
        assert (await connection.execute(select(LEAD_INTENTS.c.due))).scalar_one() is not None
