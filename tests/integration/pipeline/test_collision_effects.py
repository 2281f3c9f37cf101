"""What follows from a final decision about a customer: once, in its transaction, never before it is final (撞单)."""

import asyncio
from typing import Any

import grpc
import pytest
from google.type.date_pb2 import Date
from millrace.pipeline.v1 import account_service_pb2, contact_service_pb2, opportunity_service_pb2
from millrace.pipeline.v1 import collision_case_events_pb2 as states
from millrace.pipeline.v1 import registration_events_pb2 as registration_states
from millrace.pipeline.v1.contact_service_pb2_grpc import ContactServiceStub
from millrace.pipeline.v1.customer_privacy_service_pb2 import EraseRegistrationPersonRequest
from millrace.pipeline.v1.customer_privacy_service_pb2_grpc import CustomerPrivacyServiceStub
from millrace.pipeline.v1.registration_service_pb2 import REVIEW_OUTCOME_APPROVE, REVIEW_OUTCOME_REJECT
from sqlalchemy import select, update

from services.pipeline.storage.metadata import ORGANIZATION
from services.pipeline.storage.registration_tables import PROTECTED_KEYS
from tests.integration.pipeline.colliding import CLAIMANT, HOLDER, Court
from tests.integration.pipeline.conftest import LI_NA, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of, refusal_of
from tests.integration.pipeline.test_registrations import Bureau, bureau

__all__ = ["bureau"]


@pytest.fixture
def court(house: PipelineHouse) -> Court:
    return Court(house)


async def protecting(house: PipelineHouse) -> set[tuple[str, Any]]:
    """Whose registrations hold a customer."""
    async with house.engine.connect() as connection:
        found = select(PROTECTED_KEYS.c.registration, PROTECTED_KEYS.c.owner).distinct()
        return {(f"registrations/{row.registration}", row.owner) for row in await connection.execute(found)}


async def lost_by_holder(bureau: Bureau, court: Court) -> tuple[Any, Any, Any]:
    """A decided appeal that gives Wang Lei the customer whom a registration of Zhang Wei protects."""
    first = await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei)
    (case,) = await court.cases()
    appealed = await court.appeal(case)
    return first, rival, appealed


def codes(case: Any) -> list[str]:
    return [each.code for each in case.effects]


async def test_what_the_holder_won_stays_his_when_the_days_for_an_appeal_are_over(bureau: Bureau, court: Court) -> None:
    first = await bureau.approve(await bureau.submitted())
    await bureau.submitted(bureau.house.wang_lei, expected_close_date=Date(year=2026, month=9, day=30))
    bureau.house.clock.travel(days=6)
    assert await court.sweep() == 0
    bureau.house.clock.travel(days=1)
    assert await court.sweep() == 1
    (case,) = await court.cases()
    assert (case.state, case.ending) == (states.COLLISION_STATE_CLOSED, states.COLLISION_ENDING_CARRIED_OUT)
    assert codes(case) == ["COLLISION_OWNER_STAYS"]
    assert await protecting(bureau.house) == {(first.name, ZHANG_WEI)}
    assert (await court.house.subjects("collision_case"))[-1] == "collision_case.closed"
    bureau.house.clock.travel(days=1)
    assert await court.sweep() == 0


async def test_ownership_and_protection_go_to_whoever_won(bureau: Bureau, court: Court) -> None:
    first, rival, case = await lost_by_holder(bureau, court)
    final = await court.decide(case, CLAIMANT)
    assert codes(final) == [
        "COLLISION_OWNER_MOVED",
        "COLLISION_PROTECTIONS_ENDED",
        "COLLISION_HELD_FOR_WINNER",
        "COLLISION_OPPORTUNITIES_LEFT",
    ]
    assert (await court.account(final.account)).owner == f"members/{WANG_LEI}"
    assert (await bureau.get(first.name)).state == registration_states.REGISTRATION_STATE_EXPIRED
    assert await protecting(bureau.house) == {(rival.name, WANG_LEI)}
    people = await ContactServiceStub(bureau.house.channel).ListContacts(
        contact_service_pb2.ListContactsRequest(filter=f"account = {final.account}"), **bureau.house.boss
    )
    assert {each.owner for each in people.contacts} == {f"members/{WANG_LEI}"}
    mine = await court.get(final, bureau.house.wang_lei)
    assert (mine.account, codes(mine)) == (final.account, ["COLLISION_OWNER_MOVED", "COLLISION_HELD_FOR_WINNER"])


async def test_what_changed_hands_says_by_which_case(bureau: Bureau, court: Court) -> None:
    first, rival, case = await lost_by_holder(bureau, court)
    final = await court.decide(case, CLAIMANT)
    noted = await court.noted("decide a collision")
    assert {resource for resource, _ in noted} == {final.account, first.name, rival.name}
    assert all(details["collision_case"] == final.name for _, details in noted)


async def test_the_open_opportunities_of_the_loser_are_told_and_neither_moved_nor_closed(
    bureau: Bureau, court: Court
) -> None:
    first, _, case = await lost_by_holder(bureau, court)
    final = await court.decide(case, CLAIMANT)
    deals = Dealings(bureau.house, bureau.house.zhang_wei)
    left = await deals.get(first.opportunity)
    assert left.owner == f"members/{ZHANG_WEI}"
    conflicts = await deals.stub.ListOpportunityConflicts(
        opportunity_service_pb2.ListOpportunityConflictsRequest(), **bureau.house.zhang_wei
    )
    (told,) = conflicts.opportunity_conflicts
    assert (told.opportunity, told.linked, told.reason.code) == (left.name, final.name, "COLLISION_LOST")
    assert told.reason.text == "客户经撞单裁决归他人所有，请交接该商机"


async def test_an_appeal_that_waits_keeps_everything_as_it_is(bureau: Bureau, court: Court) -> None:
    first, _, case = await lost_by_holder(bureau, court)
    bureau.house.clock.travel(days=30)
    assert await court.sweep() == 0
    assert (await court.get(case)).state == states.COLLISION_STATE_APPEALED
    assert (await court.account(case.account or first.account)).owner == f"members/{ZHANG_WEI}"
    assert await protecting(bureau.house) == {(first.name, ZHANG_WEI)}


async def test_of_twins_that_decide_in_parallel_one_decides_and_the_effects_come_once(
    bureau: Bureau, court: Court
) -> None:
    _, _, case = await lost_by_holder(bureau, court)
    answers = await asyncio.gather(
        court.decide(case, CLAIMANT),
        court.decide(case, HOLDER, court.president),
        court.decide(case, CLAIMANT),
        return_exceptions=True,
    )
    lost = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert len(lost) == 2
    assert {reason_of(each)[0] for each in lost} <= {"COLLISION_CANNOT_MOVE", "COLLISION_DECIDED_BEFORE"}
    published = await court.house.subjects("collision_case")
    assert published.count("collision_case.closed") == 1
    assert (await court.house.subjects("account")).count("account.assigned") <= 1


async def test_two_sweeps_at_once_close_a_case_once(bureau: Bureau, court: Court) -> None:
    await court.by_evidence()
    bureau.house.clock.travel(days=8)
    assert sorted(await asyncio.gather(court.sweep(), court.sweep())) == [0, 1]
    assert (await court.house.subjects("account")).count("account.assigned") == 1


async def test_whoever_lost_for_good_opens_no_other_case_against_whoever_won(bureau: Bureau, court: Court) -> None:
    _, _, case = await lost_by_holder(bureau, court)
    await court.decide(case, CLAIMANT)
    again = await bureau.submitted(bureau.house.zhang_wei, need="再次报备：为 300 名用户上线合同管理系统，十月验收")
    assert len(await court.cases()) == 1, "nor does a submission"
    by_hand = court.open(bureau.house.zhang_wei, registration=again.name)
    assert await refusal_of(by_hand) == "COLLISION_DECIDED_FINALLY"


async def test_the_customer_is_held_for_the_winner_until_his_registration_is_reviewed(
    bureau: Bureau, court: Court
) -> None:
    _, rival, case = await lost_by_holder(bureau, court)
    await court.decide(case, CLAIMANT)
    third = await bureau.submitted(bureau.house.zhang_wei, need="再次报备：为 300 名用户上线合同管理系统，十月验收")
    refused = bureau.approve(third, bureau.house.boss)
    assert await refusal_of(refused) == "CUSTOMER_PROTECTED"
    approved = await bureau.approve(rival, bureau.house.boss)
    assert approved.state == registration_states.REGISTRATION_STATE_APPROVED
    assert await protecting(bureau.house) == {(rival.name, WANG_LEI)}


async def test_what_was_held_for_a_winner_is_free_when_his_registration_is_rejected(
    bureau: Bureau, court: Court
) -> None:
    _, rival, case = await lost_by_holder(bureau, court)
    await court.decide(case, CLAIMANT)
    await bureau.review(rival, REVIEW_OUTCOME_REJECT, bureau.house.boss, comment="预算不实")
    assert await protecting(bureau.house) == set()


async def test_a_registration_that_lost_so_far_is_not_approved_while_the_case_is_open(
    bureau: Bureau, court: Court
) -> None:
    one = await bureau.submitted()
    bureau.house.clock.travel(days=1)
    other = await bureau.submitted(bureau.house.wang_lei)
    assert await refusal_of(bureau.approve(other, bureau.house.boss)) == "CUSTOMER_CONTESTED"
    (case,) = await court.cases()
    await court.appeal(case)
    assert await refusal_of(bureau.approve(one, bureau.house.boss)) == "CUSTOMER_CONTESTED"


async def test_a_reviewer_who_passes_over_a_protection_lets_both_keep_the_customer(
    bureau: Bureau, court: Court
) -> None:
    first = await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei)
    despite: dict[str, Any] = {"despite_conflicts": True, "comment": "两个独立项目"}
    await bureau.review(rival, REVIEW_OUTCOME_APPROVE, bureau.house.boss, **despite)
    (case,) = await court.cases()
    assert (case.state, case.ending) == (states.COLLISION_STATE_CLOSED, states.COLLISION_ENDING_SHARED)
    bureau.house.clock.travel(days=8)
    assert await court.sweep() == 0
    assert await protecting(bureau.house) == {(first.name, ZHANG_WEI), (rival.name, WANG_LEI)}


async def test_nothing_moves_to_a_winner_who_has_left(court: Court) -> None:
    case = await court.by_evidence()
    gone = update(ORGANIZATION.members).where(ORGANIZATION.members.c.uuid == WANG_LEI).values(active=False, version=2)
    await court.house.organize(gone)
    court.house.clock.travel(days=8)
    assert await court.sweep() == 1
    closed = await court.get(case)
    assert (closed.ending, codes(closed)) == (states.COLLISION_ENDING_OVERTAKEN, ["COLLISION_WINNER_CANNOT_WORK"])
    assert (await court.account(closed.account)).owner == f"members/{ZHANG_WEI}"


async def test_a_third_owner_keeps_the_account(court: Court) -> None:
    case = await court.by_evidence()
    mine = (await court.get(case)).account
    await court.accounts.AssignAccount(
        account_service_pb2.AssignAccountRequest(name=mine, owner=f"members/{LI_NA}"), **court.house.boss
    )
    court.house.clock.travel(days=8)
    assert await court.sweep() == 1
    assert codes(await court.get(case)) == ["COLLISION_OWNER_ELSEWHERE"]
    assert (await court.account(mine)).owner == f"members/{LI_NA}"


async def test_the_words_of_a_case_go_with_an_erased_person_and_what_was_decided_stays(
    bureau: Bureau, court: Court
) -> None:
    first, _, case = await lost_by_holder(bureau, court)
    await court.decide(case, CLAIMANT)
    privacy = CustomerPrivacyServiceStub(bureau.house.channel)
    erasing = EraseRegistrationPersonRequest(name=first.name, reason="客户要求删除")
    await privacy.EraseRegistrationPerson(erasing, **bureau.house.boss)
    kept = await court.get(case)
    assert (kept.appeal.statement, [each.comment for each in kept.rulings]) == ("", ["", ""])
    assert (kept.winner, (await court.replay(case)).same) == (CLAIMANT, True)
