"""Follow-ups told, clocks swept by hand, and what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from millrace.leads.v1 import lead_follow_up_pb2 as follow_ups
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_follow_up_service_pb2 import CorrectLeadFollowUpRequest, CreateLeadFollowUpRequest
from millrace.leads.v1.lead_follow_up_service_pb2_grpc import LeadFollowUpServiceStub
from millrace.leads.v1.lead_response_service_pb2 import (
    LeadResponseNotice,
    LeadResponseNoticeKind,
    ListLeadResponseNoticesRequest,
)
from millrace.leads.v1.lead_response_service_pb2_grpc import LeadResponseServiceStub
from millrace.leads.v1.lead_service_pb2 import CreateLeadRequest, GetLeadRequest, ListLeadsRequest
from millrace.leads.v1.lead_service_pb2_grpc import LeadServiceStub
from sqlalchemy import insert, select

from chassis.tables import outbox
from services.leads.__main__ import DEFINITION
from services.leads.application.responding import RUN_CLOCKS
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import LeadsHouse
from tests.support.clock import FixedClock

OFFICE = [
    {"weekday": day, "start_minute": start * 60, "end_minute": end * 60}
    for day in range(1, 6)
    for start, end in ((9, 12), (13, 18))
]
REACHED, NOT_REACHED = follow_ups.LEAD_FOLLOW_UP_OUTCOME_REACHED, follow_ups.LEAD_FOLLOW_UP_OUTCOME_NOT_REACHED
MESSAGE_LEFT = follow_ups.LEAD_FOLLOW_UP_OUTCOME_MESSAGE_LEFT


def stamp(time: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(time)
    return message


async def open_office(house: LeadsHouse, *days: dict[str, Any], team: UUID | None = None, number: int = 1) -> None:
    """The house, or a team, works from 9 to 12 and from 13 to 18, but for special days."""
    row = {"uuid": UUID(int=number), "version": 1, "team": team, "working_hours": OFFICE, "special_days": list(days)}
    await house.organize(insert(ORGANIZATION.calendars).values(row))


async def create(house: LeadsHouse, number: int = 1, caller: Any = None, **facts: Any) -> lead_pb2.Lead:
    """A lead of grade A, unless its facts say otherwise."""
    told = {"company_name": f"第{number}号", "phone": f"1390571{number:04d}", **facts}
    lead = lead_pb2.Lead(**told)
    if not facts:
        lead.budget_min.currency_code, lead.budget_min.units = "CNY", 100
        lead.demo_request_time.CopyFrom(stamp(house.parts.clock.now()))
    made: lead_pb2.Lead = await LeadServiceStub(house.channel).CreateLead(
        CreateLeadRequest(lead=lead), **(caller or house.boss)
    )
    return made


async def read(house: LeadsHouse, lead: lead_pb2.Lead) -> lead_pb2.Lead:
    found: lead_pb2.Lead = await LeadServiceStub(house.channel).GetLead(GetLeadRequest(name=lead.name), **house.boss)
    return found


async def listed(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[lead_pb2.Lead]:
    request = ListLeadsRequest(**wanted)
    return list((await LeadServiceStub(house.channel).ListLeads(request, **(caller or house.boss))).leads)


async def follow_up(
    house: LeadsHouse, lead: lead_pb2.Lead, outcome: Any = REACHED, caller: Any = None, **more: Any
) -> follow_ups.LeadFollowUp:
    message = told(lead, outcome, **more)
    request = CreateLeadFollowUpRequest(lead_follow_up=message)
    made: follow_ups.LeadFollowUp = await LeadFollowUpServiceStub(house.channel).CreateLeadFollowUp(
        request, **(caller or house.boss)
    )
    return made


def told(lead: lead_pb2.Lead, outcome: Any = REACHED, **more: Any) -> follow_ups.LeadFollowUp:
    kind = follow_ups.LEAD_FOLLOW_UP_KIND_CALL
    return follow_ups.LeadFollowUp(lead=lead.name, kind=kind, outcome=outcome, **more)


async def correct(
    house: LeadsHouse, told: follow_ups.LeadFollowUp, right: follow_ups.LeadFollowUp | None, **more: Any
) -> follow_ups.LeadFollowUp:
    request = CorrectLeadFollowUpRequest(name=told.name, reason="填错", lead_follow_up=right, **more)
    corrected: follow_ups.LeadFollowUp = await LeadFollowUpServiceStub(house.channel).CorrectLeadFollowUp(
        request, **house.boss
    )
    return corrected


async def run_clocks(house: LeadsHouse, clock: FixedClock) -> int:
    """Sweep the clocks once; how many leads came to something."""
    (each,) = (each for each in DEFINITION.sweeps(house.parts) if each.name == RUN_CLOCKS)
    async with house.engine.connect() as connection:
        return await each.run(connection, clock.now())


async def notices(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[LeadResponseNotice]:
    """What clocks came to, the oldest first."""
    request = ListLeadResponseNoticesRequest(order_by="time", page_size=200, **wanted)
    answer = await LeadResponseServiceStub(house.channel).ListLeadResponseNotices(request, **(caller or house.boss))
    return list(answer.lead_response_notices)


def kind_of(notice: LeadResponseNotice) -> str:
    return LeadResponseNoticeKind.Name(notice.kind).removeprefix("LEAD_RESPONSE_NOTICE_KIND_")


async def kinds(house: LeadsHouse, **wanted: Any) -> list[str]:
    return [kind_of(each) for each in await notices(house, **wanted)]


async def events(house: LeadsHouse, lead: lead_pb2.Lead) -> list[tuple[str, bytes]]:
    """The names of a lead's events with what they tell, the oldest first."""
    wanted = outbox.c.aggregate_id == UUID(lead.name.removeprefix("leads/"))
    statement = select(outbox.c.event_type, outbox.c.payload).where(wanted).order_by(outbox.c.version)
    async with house.engine.connect() as connection:
        rows = (await connection.execute(statement)).all()
    return [(row.event_type.rpartition(".")[2], row.payload) for row in rows]
