"""Leads that are an existing customer's are found among pipeline's accounts, and judged (已有客户复核)."""

import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from millrace.leads.v1 import lead_account_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_account_service_pb2_grpc import LeadAccountServiceStub
from millrace.leads.v1.lead_conversion_service_pb2 import ConvertLeadRequest
from millrace.leads.v1.lead_conversion_service_pb2_grpc import LeadConversionServiceStub
from millrace.leads.v1.lead_duplicate_scan_service_pb2 import StartLeadDuplicateScanRequest
from millrace.leads.v1.lead_duplicate_scan_service_pb2_grpc import LeadDuplicateScanServiceStub
from millrace.pipeline.v1 import account_pb2, contact_pb2
from millrace.pipeline.v1.account_service_pb2 import CreateAccountRequest, DeleteAccountRequest
from millrace.pipeline.v1.account_service_pb2_grpc import AccountServiceStub
from millrace.pipeline.v1.contact_service_pb2 import CreateContactRequest
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from sqlalchemy import select, text

from chassis.jobs import Jobs
from chassis.organization import Organization
from chassis.parts import Parts
from chassis.principal import Principal, Scope
from chassis.tables import outbox
from services.leads.__main__ import ACCOUNT, CALLERS, DEFINITION, scanning
from services.leads.__main__ import desk as desk_of
from services.leads.rpc.account_wiring import comparing
from services.leads.rpc.conversion_job import converting
from services.leads.storage.metadata import ORGANIZATION
from tests.integration.leads.conftest import ANNA, BO, CHEN, LeadsHouse, fresh_desk
from tests.integration.leads.merges import YUNFAN, Merging
from tests.integration.pipeline.conftest import PipelineHouse
from tests.integration.pipeline.conftest import house as pipeline
from tests.support.clock import FixedClock
from tests.support.serving import Caller, serving, settings_of

__all__ = ["pipeline"]
OPEN, LINKED, REFUSED = (
    contract.ACCOUNT_CANDIDATE_STATE_OPEN,
    contract.ACCOUNT_CANDIDATE_STATE_LINKED,
    contract.ACCOUNT_CANDIDATE_STATE_REFUSED,
)
NOWHERE = "127.0.0.1:1"


@pytest.fixture
async def house(leads_database: str, clock: FixedClock, pipeline: PipelineHouse) -> AsyncIterator[LeadsHouse]:
    """A leads service that asks a pipeline service."""

    async def metadata() -> tuple[tuple[str, str], ...]:
        return (("authorization", "Bearer leads"),)

    def furnish(parts: Parts) -> None:
        organization = Organization(engine=parts.engine, tables=ORGANIZATION, max_age=0)
        parts.once("organization", lambda: organization)
        parts.once("desk", lambda: fresh_desk(organization, parts))

    pipeline.principals["leads"] = Principal(
        subject="services/leads", grants={"pipeline.read": Scope.ALL, "pipeline.write": Scope.ALL}
    )
    settings = dataclasses.replace(settings_of("leads", leads_database), addresses={"pipeline": NOWHERE})
    definition = dataclasses.replace(DEFINITION, credentials=lambda _parts: metadata)
    async with serving(LeadsHouse, definition, settings, clock, furnish=furnish) as house:
        house.parts._channels["pipeline"] = pipeline.channel
        await house.hire(ANNA)
        yield house


class Review:
    """Leads and accounts, and whoever judges whether they are one customer. Anna is Zhang Wei of pipeline."""

    def __init__(self, house: LeadsHouse, pipeline: PipelineHouse, clock: FixedClock) -> None:
        self.house, self.pipeline, self.clock = house, pipeline, clock
        self.desk = Merging(house)
        self.stub: Any = LeadAccountServiceStub(house.channel)
        self.anna = house.as_member(ANNA, Scope.ALL)

    async def account(self, display_name: str = YUNFAN, **facts: Any) -> account_pb2.Account:
        request = CreateAccountRequest(account=account_pb2.Account(display_name=display_name, **facts))
        stub: Any = AccountServiceStub(self.pipeline.channel)
        made: account_pb2.Account = await stub.CreateAccount(request, **self.pipeline.zhang_wei)
        return made

    async def compare(self) -> int:
        """What the service does every few seconds."""
        async with self.house.engine.connect() as connection:
            return await comparing(self.house.parts, ACCOUNT).run(connection, self.clock.now())

    async def scan(self) -> None:
        stub: Any = LeadDuplicateScanServiceStub(self.house.channel)
        await stub.StartLeadDuplicateScan(StartLeadDuplicateScanRequest(), **self.house.boss)
        async with self.house.engine.connect() as connection:
            await scanning(self.house.parts).run(connection, self.clock.now())

    async def listed(self, condition: str = "", caller: Caller | None = None) -> list[contract.AccountCandidate]:
        request = contract.ListAccountCandidatesRequest(filter=condition)
        return list((await self.stub.ListAccountCandidates(request, **(caller or self.anna))).account_candidates)

    async def link(self, candidate: contract.AccountCandidate, caller: Caller | None = None, **more: Any) -> Any:
        request = contract.LinkAccountCandidateRequest(name=candidate.name, **more)
        return await self.stub.LinkAccountCandidate(request, **(caller or self.anna))

    async def refuse(self, candidate: contract.AccountCandidate, caller: Caller | None = None) -> Any:
        request = contract.RefuseAccountCandidateRequest(name=candidate.name)
        return await self.stub.RefuseAccountCandidate(request, **(caller or self.anna))

    async def told(self) -> list[str]:
        async with self.house.engine.connect() as connection:
            subjects = await connection.scalars(select(outbox.c.subject).order_by(outbox.c.id))
            return [each.removeprefix("millrace.leads.v1.lead.") for each in subjects]


@pytest.fixture
def review(house: LeadsHouse, pipeline: PipelineHouse, clock: FixedClock) -> Review:
    return Review(house, pipeline, clock)


async def refusal(asking: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await asking
    return refused.value.details() or ""


async def test_a_new_lead_of_an_existing_customer_waits_for_a_look(review: Review) -> None:
    account = await review.account()
    lead = await review.desk.create(phone="13905711234")
    assert await review.compare() == 1
    (found,) = await review.listed()
    assert (found.lead, found.account, found.account_display_name) == (lead.name, account.name, YUNFAN)
    assert (found.state, found.account_team_display_name, found.score > 0.9) == (OPEN, "杭州团队", True)
    assert "DUPLICATE_COMPANY_SAME" in {reason.code for reason in found.reasons}
    assert found.reasons[0].text


@pytest.mark.parametrize(
    "told",
    [
        {"company_name": "云帆科技", "credit_code": "91330100MA27XF6R2R"},
        {"company_name": "云帆", "phone": "138 0571 9999"},
        {"company_name": "Hangzhou Yunfan Technology", "email": "wang@yunfan.cn"},
    ],
    ids=["credit code", "number of one of its people", "other script and mailbox"],
)
async def test_an_account_is_found_by_whatever_a_conversion_finds_it_by(review: Review, told: dict[str, str]) -> None:
    account = await review.account(credit_code="91330100MA27XF6R2R", email="wang@yunfan.cn")
    people: Any = ContactServiceStub(review.pipeline.channel)
    person = contact_pb2.Contact(account=account.name, display_name="王芳", phone="13805719999")
    await people.CreateContact(CreateContactRequest(contact=person), **review.pipeline.zhang_wei)
    await review.desk.create(**told)
    await review.compare()
    assert [found.account for found in await review.listed()] == [account.name]


async def test_nobody_is_asked_about_what_is_merely_possible(review: Review) -> None:
    await review.account()
    await review.desk.create(company_name="云帆科技")
    assert (await review.compare(), await review.listed()) == (1, [])


async def test_a_scan_of_the_stock_finds_the_account_that_came_after_the_lead(review: Review) -> None:
    await review.desk.create(phone="13905711234")
    await review.compare()
    account = await review.account()
    assert (await review.compare(), await review.listed()) == (0, [])
    await review.scan()
    assert await review.compare() == 1
    assert [found.account for found in await review.listed()] == [account.name]
    await review.scan()
    await review.compare()
    assert len(await review.listed()) == 1, "nobody is asked twice"


async def test_who_does_not_see_the_account_learns_what_a_look_up_tells_and_judges_nothing(review: Review) -> None:
    await review.account()
    await review.desk.create(phone="13905711234")
    await review.compare()
    wang_lei = review.house.as_member(CHEN, Scope.ALL)
    (found,) = await review.listed(caller=wang_lei)
    assert (found.account, found.account_display_name, found.account_exists) == ("", "", True)
    assert (found.account_team_display_name, found.account_in_pool) == ("杭州团队", False)
    for asking in (review.link(found, wang_lei), review.refuse(found, wang_lei)):
        assert "杭州团队" in await refusal(asking)
    assert [each.state for each in await review.listed()] == [OPEN]


async def test_who_does_not_see_the_lead_learns_nothing_of_it(review: Review) -> None:
    await review.account()
    await review.desk.create(phone="13905711234")
    await review.compare()
    (found,) = await review.listed()
    stranger = review.house.as_member(BO, Scope.OWN)
    assert await review.listed(caller=stranger) == []
    for asking in (review.link(found, stranger), review.refuse(found, stranger)):
        assert found.name in await refusal(asking)


async def test_a_linked_lead_is_converted_into_its_account_whoever_converts_it(review: Review) -> None:
    account = await review.account("杭州云帆科技有限公司萧山分公司")
    other = await review.account("杭州云帆软件有限公司")
    lead = await review.desk.create(company_name="杭州云帆", phone="13905711234")
    async with review.house.engine.begin() as connection:
        waiting = (
            "insert into account_candidates (uuid, lead, account, score, reasons, state, create_time) "
            "values (gen_random_uuid(), :lead, :account, 0.91, '[]', 'open', :now)"
        )
        for each in (account, other):
            ids = {"lead": lead.name.partition("/")[2], "account": each.name.partition("/")[2]}
            await connection.execute(text(waiting), ids | {"now": review.clock.now()})
    (mine,) = [each for each in await review.listed() if each.account == account.name]
    assert (await review.link(mine)).state == LINKED
    assert [each.account for each in await review.listed()] == [account.name], "the other leaves the queue"
    await LeadConversionServiceStub(review.house.channel).ConvertLead(
        ConvertLeadRequest(name=lead.name), timeout=0.6, **review.house.as_member(CHEN, Scope.ALL)
    )
    kind = converting(review.house.parts, desk_of(review.house.parts), CALLERS.organization(review.house.parts))
    assert await Jobs([kind], engine=review.house.engine, clock=review.clock).step()
    assert (await review.desk.read(lead)).conversion.account == account.name
    assert (await review.told())[:2] == ["created", "account_linked"]


async def test_a_linked_lead_may_be_given_up_at_once_as_an_existing_customers(review: Review) -> None:
    await review.account()
    lead = await review.desk.create(phone="13905711234")
    await review.compare()
    (found,) = await review.listed()
    assert "NOT_A_REASON" in await refusal(review.link(found, disqualify_code="NOT_A_REASON"))
    assert [each.state for each in await review.listed()] == [OPEN], "all at once, or nothing"
    done = await review.link(found, disqualify_code="EXISTING_CUSTOMER", request_id="once")
    assert await review.link(found, disqualify_code="EXISTING_CUSTOMER", request_id="once") == done
    assert (await review.desk.read(lead)).state == lead_pb2.LEAD_STATE_DISQUALIFIED
    assert await review.told() == ["created", "account_linked", "disqualified"]


async def test_nobody_is_asked_again_about_what_was_refused(review: Review) -> None:
    await review.account()
    await review.desk.create(phone="13905711234")
    await review.compare()
    (found,) = await review.listed()
    assert (await review.refuse(found)).judge_display_name == "tester"
    await review.scan()
    await review.compare()
    assert [each.state for each in await review.listed()] == [REFUSED]
    assert "tester" in await refusal(review.link(found))
    assert (await review.told())[-1] == "account_refused"


async def test_a_lead_that_is_another_company_now_is_no_longer_a_question(review: Review) -> None:
    await review.account()
    lead = await review.desk.create(phone="13905711234")
    await review.compare()
    await review.desk.update(lead, company_name="成都蜀江医疗器械有限公司")
    await review.compare()
    assert await review.listed() == []


async def test_a_merged_leads_question_is_that_of_the_lead_that_stands(review: Review) -> None:
    account = await review.account()
    lead = await review.desk.create(phone="13905711234")
    await review.compare()
    survivor = await review.desk.create(company_name="成都蜀江医疗器械有限公司", phone="13905719999")
    await review.desk.merge(survivor, lead)
    found = await review.listed(f'lead = "{survivor.name}"')
    assert [(each.lead, each.account) for each in found] == [(survivor.name, account.name)]


async def test_while_pipeline_is_away_leads_are_taken_in_and_compared_later(review: Review) -> None:
    account = await review.account()
    review.house.parts._channels["pipeline"] = grpc.aio.insecure_channel(NOWHERE)
    await review.desk.create(phone="13905711234")
    assert await review.compare() == 0
    review.house.parts._channels["pipeline"] = review.pipeline.channel
    assert await review.compare() == 1
    review.house.parts._channels["pipeline"] = grpc.aio.insecure_channel(NOWHERE)
    (found,) = await review.listed()
    assert (found.account, found.account_exists, found.score > 0.9) == ("", False, True)
    review.house.parts._channels["pipeline"] = review.pipeline.channel
    assert (await review.listed())[0].account == account.name


async def test_where_nobody_answers_nobody_is_asked_for_half_a_minute(review: Review) -> None:
    await review.account()
    await review.desk.create(phone="13905711234")
    sweep = comparing(review.house.parts, ACCOUNT)
    review.house.parts._channels["pipeline"] = grpc.aio.insecure_channel(NOWHERE)
    begun = review.clock.now()
    async with review.house.engine.connect() as connection:
        assert await sweep.run(connection, begun) == 0
        review.house.parts._channels["pipeline"] = review.pipeline.channel
        assert await sweep.run(connection, begun + timedelta(seconds=29)) == 0
        assert await sweep.run(connection, begun + timedelta(seconds=30)) == 1


async def test_an_archived_account_is_nobodys_any_more(review: Review) -> None:
    account = await review.account()
    await review.desk.create(phone="13905711234")
    await review.compare()
    stub: Any = AccountServiceStub(review.pipeline.channel)
    await stub.DeleteAccount(DeleteAccountRequest(name=account.name, etag=account.etag), **review.pipeline.boss)
    (found,) = await review.listed()
    assert not found.account_exists
    assert found.name in await refusal(review.link(found))


async def test_only_leads_ask_which_accounts_there_are(review: Review) -> None:
    from millrace.pipeline.v1 import account_match_service_pb2 as matching
    from millrace.pipeline.v1.account_match_service_pb2_grpc import AccountMatchServiceStub

    stub: Any = AccountMatchServiceStub(review.pipeline.channel)
    who = review.pipeline.boss
    for asking in (
        stub.MatchAccounts(matching.MatchAccountsRequest(), **who),
        stub.DescribeAccounts(matching.DescribeAccountsRequest(reader=f"members/{ANNA}"), **who),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await asking
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
