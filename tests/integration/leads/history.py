"""A history of leads, made as it would have come about: told, behaved, converted, while the clock goes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from millrace.leads.v1 import lead_behaviour_service_pb2 as behaviour
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest, ListLeadsRequest, ListLeadsResponse
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub

from chassis.jobs import carry_out
from chassis.work import UnitOfWork
from services.leads.__main__ import ACCOUNT, DEFINITION, learner
from services.leads.domain.conversion import begin_conversion, converted
from services.leads.domain.conversion_record import Choices, Outcome
from services.leads.storage.intents import INTENTS
from services.leads.storage.leads import RECORD, get_lead
from tests.integration.leads.conftest import CHEN, LeadsHouse
from tests.support.clock import FixedClock

PAGE = behaviour.LEAD_BEHAVIOUR_KIND_PAGE_VISIT
TEN = 10
KEEN = (behaviour.LEAD_BEHAVIOUR_KIND_PAGE_VISIT, behaviour.LEAD_BEHAVIOUR_KIND_DOWNLOAD)


async def tell_lead(house: LeadsHouse, number: int, **facts: Any) -> lead_pb2.Lead:
    told = {"company_name": f"第{number}号", "phone": f"1390571{number:04d}", "industry": "software", **facts}
    request = CreateLeadRequest(lead=lead_pb2.Lead(**told))
    made: lead_pb2.Lead = await LeadServiceStub(house.channel).CreateLead(request, **house.boss)
    return made


def act(
    lead: lead_pb2.Lead, event_id: str, *, time: datetime, kind: Any = PAGE, **more: Any
) -> behaviour.LeadBehaviour:
    message = behaviour.LeadBehaviour(lead=lead.name, kind=kind, event_id=event_id, **more)
    message.time.CopyFrom(_timestamp(time))
    return message


async def tell(
    house: LeadsHouse, *acts: behaviour.LeadBehaviour, caller: Any = None
) -> behaviour.BatchCreateLeadBehavioursResponse:
    request = behaviour.BatchCreateLeadBehavioursRequest(behaviours=acts)
    stub: Any = LeadBehaviourServiceStub(house.channel)
    answer: behaviour.BatchCreateLeadBehavioursResponse = await stub.BatchCreateLeadBehaviours(
        request, **(caller or house.boss)
    )
    return answer


async def convert(house: LeadsHouse, lead: lead_pb2.Lead) -> None:
    """What is left in leads when pipeline took a lead over."""
    uuid = UUID(lead.name.partition("/")[2])

    async def use_case(work: UnitOfWork) -> None:
        before = await get_lead(work, uuid, permission="leads.write")
        wanted = begin_conversion(before, choices=Choices(), job=uuid, actor=CHEN, now=work.now)
        outcome = Outcome(account=uuid, contact=None, registration=uuid, opportunity=None, time=work.now)
        work.save(RECORD, wanted.then(lambda lead: converted(lead, outcome)))
        INTENTS.mark(work, uuid)

    await carry_out(house.parts.store, ACCOUNT, action="convert", use_case=use_case)


async def live(house: LeadsHouse, clock: FixedClock, *, leads: int) -> None:
    """Two leads a week: one looks at pages and downloads, and is converted ten weeks later; the other is never.

    Of ten weeks one has it the other way round. At the end it is long known what became of each.
    """
    weeks: list[Sequence[lead_pb2.Lead]] = []
    for number in range(leads // 2 + TEN):
        if number < leads // 2:
            keen, other = await tell_lead(house, 2 * number), await tell_lead(house, 2 * number + 1)
            await tell(house, *(act(keen, f"{keen.name}-{kind}", time=clock.now(), kind=kind) for kind in KEEN))
            weeks.append((keen, other))
        if number >= TEN:
            await convert(house, weeks[number - TEN][number % TEN == 0])
        clock.travel(days=7)
    clock.travel(days=150)


async def learn(house: LeadsHouse) -> bool:
    return await learner(house.parts).step()


async def sweep(house: LeadsHouse, clock: FixedClock, *names: str) -> int:
    """Sweep those that score once; how many leads were scored."""
    done = 0
    for each in DEFINITION.sweeps(house.parts):
        if each.name in (names or ("score leads", "score the stock")):
            async with house.engine.begin() as connection:
                done += await each.run(connection, clock.now())
    return done


async def score_all(house: LeadsHouse, clock: FixedClock) -> None:
    """Let the round over the stock begin, pause, and walk."""
    await sweep(house, clock)
    clock.travel(minutes=1)
    await sweep(house, clock)


async def read(house: LeadsHouse, lead: lead_pb2.Lead, caller: Any = None) -> lead_pb2.Lead:
    request = GetLeadRequest(name=lead.name)
    found: lead_pb2.Lead = await LeadServiceStub(house.channel).GetLead(request, **(caller or house.boss))
    return found


async def listed(house: LeadsHouse, **wanted: Any) -> ListLeadsResponse:
    request = ListLeadsRequest(**wanted)
    answer: ListLeadsResponse = await LeadServiceStub(house.channel).ListLeads(request, **house.boss)
    return answer


def _timestamp(time: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


YEARS = timedelta(days=731)
