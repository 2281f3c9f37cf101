"""The links in a mail: they end it, they are counted, and they lead nowhere else."""

import email
import re
from collections.abc import AsyncIterator
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from google.api.httpbody_pb2 import HttpBody
from google.rpc.http_pb2 import HttpResponse
from millrace.leads.v1 import lead_behaviour_service_pb2 as behaviour
from millrace.leads.v1 import lead_mail_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.channel_pb2 import CHANNEL_KIND_WEBSITE, Channel
from millrace.leads.v1.channel_service_pb2 import CreateChannelRequest
from millrace.leads.v1.channel_service_pb2_grpc import ChannelServiceStub
from millrace.leads.v1.lead_behaviour_service_pb2_grpc import LeadBehaviourServiceStub
from millrace.leads.v1.lead_form_service_pb2 import SubmitLeadFormRequest
from millrace.leads.v1.lead_form_service_pb2_grpc import LeadFormServiceStub
from millrace.leads.v1.lead_mail_service_pb2_grpc import LeadMailServiceStub
from millrace.leads.v1.lead_privacy_service_pb2 import EraseLeadPersonRequest
from millrace.leads.v1.lead_privacy_service_pb2_grpc import LeadPrivacyServiceStub
from sqlalchemy import text

from chassis.mail.tokens import LinkKind, mail_token
from services.leads.rpc.nurturing_wiring import mail_key
from tests.integration.leads.merges import Merging
from tests.integration.leads.nurturing import (
    MailingHouse,
    a_programme,
    a_step,
    agreed,
    consent,
    funnel,
    mailing_house,
    mails,
    standing,
    states,
    uuid_in,
    why,
)
from tests.support.clock import FixedClock
from tests.support.searching import found

PAPER = "https://www.house.example/paper.pdf?v=2"
HTML = '<a href="{{link.paper}}">白皮书</a>'


@pytest.fixture
async def house(leads_database: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[MailingHouse]:
    async with mailing_house(leads_database, clock, MILLRACE_MAIL_FOLDER=str(tmp_path)) as house:
        yield house


async def sent(house: MailingHouse, folder: Path, number: int = 1, **more: Any) -> dict[str, str]:
    """The tokens in the mail that a lead got, by what they are for."""
    await a_programme(house, a_step(html=HTML), a_step(days=1), **more)
    await agreed(house, number)
    await house.sweep()
    await house.send()
    return tokens(folder)


def tokens(folder: Path) -> dict[str, str]:
    (path,) = folder.glob("*.eml")
    mail: Any = email.message_from_bytes(path.read_bytes(), policy=default)
    told = mail.get_body(("html",)).get_content()
    return {
        urlsplit(url).path.split("/")[2]: urlsplit(url).path.rpartition("/")[2]
        for url in re.findall(r'"(https://house[^"]+)"', told)
    }


def shown(body: HttpBody) -> HttpResponse:
    told = HttpResponse()
    assert any(each.Unpack(told) for each in body.extensions)
    return told


async def follow(house: MailingHouse, token: str) -> tuple[int, str]:
    stub: Any = LeadMailServiceStub(house.channel)
    (body,) = [part async for part in stub.FollowMailLink(contract.FollowMailLinkRequest(token=token))]
    told = shown(body)
    return told.status, next((header.value for header in told.headers if header.key == "location"), "")


async def see(house: MailingHouse, token: str) -> HttpBody:
    stub: Any = LeadMailServiceStub(house.channel)
    (body,) = [part async for part in stub.ShowMailPixel(contract.ShowMailPixelRequest(token=token))]
    picture: HttpBody = body
    return picture


async def unsubscribe(house: MailingHouse, token: str) -> tuple[int, str]:
    stub: Any = LeadMailServiceStub(house.channel)
    content = HttpBody(data=b"List-Unsubscribe=One-Click")
    body = await stub.Unsubscribe(iter([contract.UnsubscribeRequest(token=token, content=content)]))
    return shown(body).status, body.data.decode()


async def ask(house: MailingHouse, token: str) -> tuple[int, str]:
    stub: Any = LeadMailServiceStub(house.channel)
    request = contract.ShowUnsubscriptionRequest(token=token)
    (body,) = [part async for part in stub.ShowUnsubscription(request)]
    return shown(body).status, body.data.decode()


async def behaved(house: MailingHouse, lead: str) -> list[tuple[str, str, str]]:
    stub: Any = LeadBehaviourServiceStub(house.channel)
    page = await stub.ListLeadBehaviours(behaviour.ListLeadBehavioursRequest(parent=lead), **house.boss)
    kinds = behaviour.LeadBehaviourKind
    return [
        (kinds.Name(each.kind).removeprefix("LEAD_BEHAVIOUR_KIND_"), each.asset, each.sender)
        for each in page.lead_behaviours
    ]


async def test_a_link_leads_to_its_content_and_counts_as_behaviour(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path)
    assert await follow(house, links["mailLinks"]) == (302, PAPER)
    assert await follow(house, links["mailLinks"]) == (302, PAPER)
    (mail,) = await mails(house)
    assert await behaved(house, mail.lead) == [("CLICK", "https://www.house.example/paper.pdf", "mail")]
    first = mail.click_time
    clock.travel(minutes=1)
    await follow(house, links["mailLinks"])
    assert len(await behaved(house, mail.lead)) == 2
    assert (await mails(house))[0].click_time == first


async def test_a_picture_that_is_seen_counts_as_one_opening(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path)
    assert (await see(house, links["mailPixels"])).data[:6] == b"GIF89a"
    clock.travel(days=1)
    await see(house, links["mailPixels"])
    (mail,) = await mails(house)
    assert [(kind, sender) for kind, _, sender in await behaved(house, mail.lead)] == [("MAIL_OPEN", "mail")]
    assert await see(house, "nobody") == await see(house, links["mailPixels"])


async def test_no_token_leads_anywhere_but_to_what_it_was_given_for(house: MailingHouse, tmp_path: Path) -> None:
    links = await sent(house, tmp_path)
    (mail,) = await mails(house)
    key, uuid = mail_key(house.parts), uuid_in(mail.name)
    strange = [
        "nobody",
        links["mailLinks"][:-4] + "AAAA",
        links["mailPixels"],
        links["unsubscriptions"],
        mail_token(key, uuid, LinkKind.CONTENT, place=1),
        mail_token(key, UUID(int=1), LinkKind.CONTENT),
        mail_token(b"another key", uuid, LinkKind.CONTENT),
    ]
    assert {await follow(house, token) for token in strange} == {(404, "")}
    for token in ("nobody", links["mailLinks"], links["mailPixels"]):
        assert (await unsubscribe(house, token))[0] == 404
    assert await why(house) == [""]


async def test_a_program_that_reads_the_page_unsubscribes_nobody(house: MailingHouse, tmp_path: Path) -> None:
    links = await sent(house, tmp_path)
    status, shown = await ask(house, links["unsubscriptions"])
    assert status == 200
    assert '<form method="post">' in shown
    assert await why(house) == [""]
    assert (await ask(house, "nobody"))[0] == 404


async def test_one_click_ends_everything_for_the_address_at_once(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path, display_name="一")
    await a_programme(house, a_step(days=1), display_name="二")
    await house.sweep()
    assert len(await why(house)) == 2
    twin = await agreed(house, 2, email="Wang1@A.example")
    clock.travel(minutes=1)
    assert (await unsubscribe(house, links["unsubscriptions"]))[0] == 200
    assert await why(house) == ["UNSUBSCRIBED", "UNSUBSCRIBED"]
    assert not (await standing(house, twin)).allowed
    clock.travel(days=30)
    assert await house.sweep() == (0, 0, 0)
    assert (await unsubscribe(house, links["unsubscriptions"]))[0] == 200
    async with house.engine.connect() as connection:
        told = await connection.scalar(text("select count(*) from mail_choices where kind = 'unsubscribed'"))
    assert told == 1


async def test_who_unsubscribes_before_the_next_mail_leaves_gets_it_not(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path)
    clock.travel(days=1)
    await house.sweep()
    assert await states(house) == ["SENT", "WAITING"]
    await unsubscribe(house, links["unsubscriptions"])
    await house.send()
    assert await states(house) == ["SENT", "CANCELLED"]


async def test_unsubscribing_holds_for_the_lead_that_takes_the_place_of_another(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path, re_entry_days=1)
    (mail,) = await mails(house)
    survivor = await agreed(house, 2, email="wang1@a.example")
    merging = Merging(house)
    await merging.merge(survivor, await merging.read(lead_pb2.Lead(name=mail.lead)))
    clock.travel(minutes=1)
    await unsubscribe(house, links["unsubscriptions"])
    assert [each.code for each in (await standing(house, survivor)).reasons] == ["NURTURING_LEFT_OUT_UNSUBSCRIBED"]
    clock.travel(days=3)
    assert (await house.sweep())[0] == 0


async def test_a_funnel_tells_what_came_of_each_step(house: MailingHouse, tmp_path: Path, clock: FixedClock) -> None:
    made = await a_programme(house, a_step(html=HTML), a_step(days=1))
    await agreed(house, 1)
    await house.sweep()
    await house.send()
    links = tokens(tmp_path)
    await agreed(house, 2)
    await house.sweep()
    await house.send()
    clock.travel(minutes=1)
    await see(house, links["mailPixels"])
    await follow(house, links["mailLinks"])
    await unsubscribe(house, links["unsubscriptions"])
    clock.travel(days=1)
    await house.sweep()
    told = await funnel(house, made)
    assert (told.entered, told.active, told.finished) == (2, 0, 1)
    assert [(each.reason.code, each.leads) for each in told.ended] == [("NURTURING_ENDED_UNSUBSCRIBED", 1)]
    first, second = told.steps
    counts = (first.ordered, first.sent, first.opened, first.clicked, first.unsubscribed)
    assert (first.step, counts) == (1, (2, 2, 1, 1, 1))
    assert (second.step, second.ordered, second.sent) == (2, 1, 0)


async def test_an_erased_person_stands_in_no_mail_and_is_counted_no_more(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path)
    clock.travel(days=1)
    await house.sweep()
    (first, waiting) = await mails(house)
    assert waiting.name != first.name
    assert {table for table, _, _ in await found(house.engine, ("wang1@a.example",))} >= {"mails", "leads"}
    request = EraseLeadPersonRequest(name=first.lead, reason="本人书面申请")
    await LeadPrivacyServiceStub(house.channel).EraseLeadPerson(request, **house.boss)
    assert await found(house.engine, ("wang1@a.example", "展会登记表")) == []
    await house.send()
    assert await states(house) == ["SENT", "CANCELLED"]
    await see(house, links["mailPixels"])
    assert await follow(house, links["mailLinks"]) == (302, PAPER)
    assert await behaved(house, first.lead) == []
    assert (await house.sweep())[2] in {0, 1}


async def test_who_unsubscribed_stays_so_after_he_was_erased(
    house: MailingHouse, tmp_path: Path, clock: FixedClock
) -> None:
    links = await sent(house, tmp_path)
    (mail,) = await mails(house)
    request = EraseLeadPersonRequest(name=mail.lead, reason="本人书面申请")
    await LeadPrivacyServiceStub(house.channel).EraseLeadPerson(request, **house.boss)
    assert (await unsubscribe(house, links["unsubscriptions"]))[0] == 200
    again = await agreed(house, 1, phone="13905718888")
    assert [each.code for each in (await standing(house, again)).reasons] == ["NURTURING_LEFT_OUT_UNSUBSCRIBED"]
    clock.travel(seconds=1)
    assert (await consent(house, again)).allowed


async def submitted(house: MailingHouse, **told: Any) -> None:
    channel = Channel(display_name="官网", kind=CHANNEL_KIND_WEBSITE, form_enabled=True)
    made = await ChannelServiceStub(house.channel).CreateChannel(CreateChannelRequest(channel=channel), **house.boss)
    filled: dict[str, Any] = {
        "company_name": "云帆科技",
        "email": "wang@a.example",
        "industry": "software",
        "consent": True,
    } | told
    form = LeadFormServiceStub(house.channel)
    await form.SubmitLeadForm(SubmitLeadFormRequest(token=made.form_token, **filled))


async def test_a_visitor_who_agrees_to_be_mailed_enters(house: MailingHouse) -> None:
    await a_programme(house)
    await submitted(house, marketing_consent=True)
    assert (await house.sweep())[:2] == (1, 1)


async def test_that_his_entry_is_processed_is_no_consent_to_be_mailed(house: MailingHouse) -> None:
    await a_programme(house)
    await submitted(house)
    assert await house.sweep() == (0, 0, 0)


async def test_a_program_that_fills_the_form_agrees_to_nothing(house: MailingHouse) -> None:
    await submitted(house, marketing_consent=True, website="https://spam.example")
    async with house.engine.connect() as connection:
        assert await connection.scalar(text("select count(*) from mail_choices")) == 0
