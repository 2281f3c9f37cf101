"""Programmes made, leads that agreed, sweeps by hand, and the mails that came of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import UUID

from google.protobuf.field_mask_pb2 import FieldMask
from millrace.leads.v1 import lead_nurturing_pb2, lead_pb2
from millrace.leads.v1 import lead_nurturing_service_pb2 as leads_contract
from millrace.leads.v1 import nurturing_programme_pb2 as programmes
from millrace.leads.v1 import nurturing_programme_service_pb2 as contract
from millrace.leads.v1.lead_nurturing_service_pb2_grpc import LeadNurturingServiceStub
from millrace.leads.v1.nurturing_programme_service_pb2_grpc import NurturingProgrammeServiceStub

from chassis.jobs import carry_out
from chassis.mail import MailSettings
from chassis.mail.sending import deliveries
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.settings import Environment
from services.leads.__main__ import ACCOUNT, DEFINITION
from services.leads.application.nurturing.sweeping import end_nurturings, enter_leads, mail_steps
from services.leads.application.nurturing.writing import PURPOSE
from services.leads.rpc.nurturing_wiring import may_go, nursery
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import LeadsHouse, fresh_desk
from tests.integration.leads.history import tell_lead
from tests.support.clock import FixedClock
from tests.support.serving import serving, settings_of

SITE = "https://house.example"
NURTURING_ACTIVE = lead_nurturing_pb2.LEAD_NURTURING_STATE_ACTIVE
DAYS = programmes.NURTURING_DELAY_UNIT_WORKING_DAYS


class MailingHouse(LeadsHouse):
    """The service with a way to send."""

    async def sweep(self) -> tuple[int, int, int]:
        """Let leads enter, steps be ordered, and end what is over; how many of each."""
        made = nursery(self.parts, self.parts.once("desk", lambda: None))
        acts = (partial(enter_leads, whole=True), mail_steps, end_nurturings)
        entered, stepped, ended = [
            await carry_out(self.parts.store, ACCOUNT, action="sweep", use_case=partial(act, nursery=made))
            for act in acts
        ]
        return entered, stepped, ended

    async def send(self) -> int:
        """Try every mail that is due; how many were tried."""
        settings = MailSettings.read(Environment(self.parts.settings.other))
        asked = may_go(self.parts, self.parts.once("desk", lambda: None), ACCOUNT)
        return await deliveries(self.parts, settings, may_go={PURPOSE: asked}).drain()


@asynccontextmanager
async def mailing_house(database: str, clock: FixedClock, **settings: str) -> AsyncIterator[MailingHouse]:
    """A leads service that mails, with rules that are read afresh for every call."""

    def furnish(parts: Parts) -> None:
        organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
        parts.once("organization", lambda: organization)
        parts.once("desk", lambda: fresh_desk(organization, parts))

    told = {"MILLRACE_MAIL_SENDER": "渠成 <news@house.example>", "MILLRACE_PUBLIC_URL": SITE} | settings
    told |= {"MILLRACE_MAIL_ENCRYPTION": "none"} if "MILLRACE_MAIL_SERVER" in settings else {}
    wanted = settings_of("leads", database, **told)
    async with serving(MailingHouse, DEFINITION, wanted, clock, furnish=furnish) as house:
        yield house
        await house.parts.background_store.drain()


def a_step(*, days: int = 0, **more: Any) -> programmes.NurturingStep:
    told = {"subject": "{{company_name}}：白皮书", "text": "{{contact_name|您好}} {{link.paper}}"} | more
    link = programmes.NurturingLink(key="paper", url="https://www.house.example/paper.pdf?v=2", display_name="白皮书")
    delay = programmes.NurturingDelay(unit=DAYS, amount=days) if days else programmes.NurturingDelay()
    return programmes.NurturingStep(delay=delay, links=[link], **told)


async def a_programme(
    house: LeadsHouse, *steps: programmes.NurturingStep, active: bool = True, **more: Any
) -> programmes.NurturingProgramme:
    told = {"display_name": "白皮书", "segment": 'industry = "software"', "steps": steps or [a_step()]} | more
    made: programmes.NurturingProgramme = await stub(house).CreateNurturingProgramme(
        contract.CreateNurturingProgrammeRequest(nurturing_programme=programmes.NurturingProgramme(**told)),
        **house.boss,
    )
    return await activate(house, made) if active else made


async def activate(house: LeadsHouse, made: programmes.NurturingProgramme) -> programmes.NurturingProgramme:
    request = contract.ActivateNurturingProgrammeRequest(name=made.name)
    running: programmes.NurturingProgramme = await stub(house).ActivateNurturingProgramme(request, **house.boss)
    return running


async def pause(house: LeadsHouse, made: programmes.NurturingProgramme) -> programmes.NurturingProgramme:
    request = contract.PauseNurturingProgrammeRequest(name=made.name)
    paused: programmes.NurturingProgramme = await stub(house).PauseNurturingProgramme(request, **house.boss)
    return paused


async def change(
    house: LeadsHouse, made: programmes.NurturingProgramme, *paths: str, **more: Any
) -> programmes.NurturingProgramme:
    told = programmes.NurturingProgramme(name=made.name, etag=made.etag, **more)
    request = contract.UpdateNurturingProgrammeRequest(
        nurturing_programme=told, update_mask=FieldMask(paths=paths or list(more))
    )
    changed: programmes.NurturingProgramme = await stub(house).UpdateNurturingProgramme(request, **house.boss)
    return changed


async def agreed(house: LeadsHouse, number: int = 1, *, email: str = "", **facts: Any) -> lead_pb2.Lead:
    """A lead whose person agreed to be mailed."""
    lead = await tell_lead(house, number, email=email or f"wang{number}@a.example", **facts)
    await consent(house, lead)
    return lead


async def consent(house: LeadsHouse, lead: lead_pb2.Lead) -> leads_contract.LeadMailStanding:
    request = leads_contract.RecordLeadMailConsentRequest(name=lead.name, evidence="展会登记表")
    standing: leads_contract.LeadMailStanding = await lead_stub(house).RecordLeadMailConsent(request, **house.boss)
    return standing


async def standing(house: LeadsHouse, lead: lead_pb2.Lead) -> leads_contract.LeadMailStanding:
    request = leads_contract.GetLeadMailStandingRequest(name=f"{lead.name}/mailStanding")
    told: leads_contract.LeadMailStanding = await lead_stub(house).GetLeadMailStanding(request, **house.boss)
    return told


async def under_way(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[lead_nurturing_pb2.LeadNurturing]:
    request = leads_contract.ListLeadNurturingsRequest(order_by="enter_time", **wanted)
    return list((await lead_stub(house).ListLeadNurturings(request, **(caller or house.boss))).lead_nurturings)


async def mails(house: LeadsHouse, caller: Any = None, **wanted: Any) -> list[lead_nurturing_pb2.NurturingMail]:
    """The mails, the oldest first."""
    request = leads_contract.ListNurturingMailsRequest(order_by="create_time", **wanted)
    return list((await lead_stub(house).ListNurturingMails(request, **(caller or house.boss))).nurturing_mails)


async def states(house: LeadsHouse) -> list[str]:
    return [
        lead_nurturing_pb2.NurturingMailState.Name(each.state).removeprefix("NURTURING_MAIL_STATE_")
        for each in await mails(house)
    ]


async def why(house: LeadsHouse) -> list[str]:
    """Why it ended for each lead, the first that entered first; empty while it goes on."""
    found = await under_way(house)
    return [
        "" if each.state == NURTURING_ACTIVE else each.reasons[0].code.removeprefix("NURTURING_ENDED_")
        for each in found
        if each.state != lead_nurturing_pb2.LEAD_NURTURING_STATE_FINISHED
    ]


async def funnel(house: LeadsHouse, made: programmes.NurturingProgramme) -> contract.NurturingFunnel:
    request = contract.GetNurturingFunnelRequest(name=f"{made.name}/funnel")
    told: contract.NurturingFunnel = await stub(house).GetNurturingFunnel(request, **house.boss)
    return told


def uuid_in(name: str) -> UUID:
    return UUID(name.rpartition("/")[2])


def stub(house: LeadsHouse) -> Any:
    return NurturingProgrammeServiceStub(house.channel)


def lead_stub(house: LeadsHouse) -> Any:
    return LeadNurturingServiceStub(house.channel)
