"""Cases about customers whom two members claim: opened, seen, decided, appealed (撞单裁决)."""

import asyncio
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from millrace.pipeline.v1 import collision_case_events_pb2 as states
from millrace.pipeline.v1 import collision_case_pb2 as messages
from millrace.pipeline.v1 import collision_case_service_pb2 as contract
from millrace.pipeline.v1.registration_service_pb2 import REVIEW_OUTCOME_RETURN

from chassis.principal import Scope
from tests.integration.pipeline.colliding import CLAIMANT, HOLDER, YUNFAN, Court
from tests.integration.pipeline.conftest import HANGZHOU, REP, WANG_LEI, ZHANG_WEI, PipelineHouse
from tests.integration.pipeline.dealing import Dealings, reason_of, refusal_of
from tests.integration.pipeline.test_account_look_up import LookUp
from tests.integration.pipeline.test_registrations import Bureau, bureau
from tests.unit.pipeline.collisions import BODY

__all__ = ["bureau"]
STRANGER = UUID(int=77)


@pytest.fixture
def court(house: PipelineHouse) -> Court:
    return Court(house)


async def contested(bureau: Bureau, court: Court) -> Any:
    """The case that opens by itself when Wang Lei submits a customer whom Zhang Wei protects."""
    await bureau.approve(await bureau.submitted())
    await bureau.submitted(bureau.house.wang_lei)
    (case,) = await court.cases()
    return case


async def test_submitting_a_customer_whom_another_protects_opens_a_case_that_the_rules_decide(
    bureau: Bureau, court: Court
) -> None:
    case = await contested(bureau, court)
    assert (case.state, case.origin) == (states.COLLISION_STATE_DECIDED, states.COLLISION_ORIGIN_SUBMISSION)
    assert (case.winner, case.rule) == (HOLDER, states.COLLISION_RULE_PROTECTED_OWNER)
    assert (case.claimant.member, case.holder.member) == (f"members/{WANG_LEI}", f"members/{ZHANG_WEI}")
    assert case.opener == f"members/{WANG_LEI}"
    assert await court.house.subjects("collision_case") == ["collision_case.opened", "collision_case.decided"]


async def test_submitting_a_customer_whom_another_submitted_opens_a_case_that_the_first_one_wins(
    bureau: Bureau, court: Court
) -> None:
    await bureau.submitted()
    bureau.house.clock.travel(days=1)
    await bureau.submitted(bureau.house.wang_lei)
    (case,) = await court.cases()
    assert (case.winner, case.rule, case.account) == (HOLDER, states.COLLISION_RULE_FIRST_REGISTRATION, "")


async def test_submitting_a_customer_nobody_else_has_opens_none(bureau: Bureau, court: Court) -> None:
    await bureau.approve(await bureau.submitted())
    await bureau.submitted(need="第二个项目：为 300 名用户上线合同管理系统，十月验收")
    assert await court.cases() == []


async def test_a_registration_that_is_submitted_again_opens_no_second_case(bureau: Bureau, court: Court) -> None:
    await bureau.approve(await bureau.submitted())
    rival = await bureau.submitted(bureau.house.wang_lei)
    again = await bureau.review(rival, REVIEW_OUTCOME_RETURN, bureau.house.boss, comment="请补充")
    await bureau.submit(again.name, bureau.house.wang_lei)
    assert len(await court.cases()) == 1


async def test_each_side_sees_itself_and_of_the_other_what_a_look_up_tells(bureau: Bureau, court: Court) -> None:
    case = await contested(bureau, court)
    mine = await court.get(case, bureau.house.wang_lei)
    assert mine.claimant.reached
    assert {each.source for each in mine.claimant.timeline} == {mine.claimant.registration}
    told = MessageToDict(mine.holder)
    assert told == {"teamDisplayName": "杭州团队", "protectionEndTime": "2026-05-31T04:00:00Z"}
    assert not any(trial.HasField("holder") for trial in mine.trials)
    assert mine.account == ""
    hidden = [case.holder.member, case.holder.registration, case.account, "13857112233", "王小明"]
    assert [each for each in hidden if each in str(MessageToDict(mine))] == []
    his = await court.get(case, bureau.house.zhang_wei)
    assert (his.holder.reached, his.claimant.reached, his.opener) == (True, False, "")
    assert MessageToDict(his.claimant) == {"teamDisplayName": "成都团队"}
    assert his.account == case.account


async def test_a_manager_of_one_side_sees_that_side_and_whoever_reaches_both_sees_all(
    bureau: Bureau, court: Court
) -> None:
    case = await contested(bureau, court)
    hers = await court.get(case, bureau.house.li_na)
    assert (hers.holder.reached, hers.claimant.reached) == (True, False)
    assert (case.holder.reached, case.claimant.reached) == (True, True)
    kinds = {each.kind for each in case.holder.timeline}
    assert kinds == {1, 2, 3, 4, 5, 6}, "everything but evidence, which nobody has"
    words = case.trials[0].holder.reason.text, case.trials[0].claimant.reason.text
    assert words == ("报备已审核，保护至 2026-05-31T04:00:00+00:00", "没有生效的保护")


async def test_whoever_is_no_side_and_reaches_none_sees_no_case(bureau: Bureau, court: Court) -> None:
    case = await contested(bureau, court)
    stranger = bureau.house.as_member(STRANGER, Scope.OWN, may=REP, team=HANGZHOU)
    assert await court.cases(stranger) == []
    assert await refusal_of(court.get(case, stranger)) == "COLLISION_CASE_NOT_FOUND"
    assert await refusal_of(court.appeal(case, stranger)) == "COLLISION_CASE_NOT_FOUND"
    assert await refusal_of(court.replay(case, stranger)) == "COLLISION_CASE_NOT_FOUND"
    foreign = bureau.house.as_member(STRANGER, Scope.OWN, team=HANGZHOU)
    assert await refusal_of(court.decide(case, HOLDER, foreign)) == "COLLISION_CASE_NOT_FOUND"


async def test_whoever_is_refused_claims_by_words_with_evidence_that_a_manager_judges(court: Court) -> None:
    case = await court.undecided()
    assert (case.origin, case.state) == (states.COLLISION_ORIGIN_CLAIM, states.COLLISION_STATE_UNDER_REVIEW)
    assert (case.holder.team_display_name, case.holder.member) == ("杭州团队", "")
    assert [each.kind for each in case.claimant.timeline] == [messages.COLLISION_FACT_KIND_EVIDENCE_NAMED]


async def test_a_registration_of_ones_own_is_a_claim_against_whoever_looks_after_the_account(
    bureau: Bureau, court: Court
) -> None:
    await Dealings(court.house, court.house.zhang_wei).yunfan()
    mine = await bureau.submitted(court.house.wang_lei)
    assert await court.cases() == [], "nobody protects the customer, or submitted him"
    case = await court.open(registration=mine.name)
    assert case.state == states.COLLISION_STATE_UNDER_REVIEW, "nobody takes a customer by a form nobody reviewed"
    assert case.claimant.registration == mine.name
    assert await refusal_of(court.open(registration=mine.name)) == "COLLISION_CASE_EXISTS"


async def test_an_opportunity_that_was_given_to_somebody_is_his_claim(court: Court) -> None:
    case = await court.by_evidence()
    assert (case.winner, case.rule) == (CLAIMANT, states.COLLISION_RULE_EVIDENCE_RANK)
    assert (case.claimant.opportunity != "", case.holder.team_display_name) == (True, "杭州团队")
    foreign = court.open(court.house.zhang_wei, opportunity=case.claimant.opportunity)
    assert await refusal_of(foreign) == "OPPORTUNITY_NOT_FOUND"


async def test_nobody_claims_by_the_registration_of_somebody_else(bureau: Bureau, court: Court) -> None:
    his = await bureau.submitted()
    assert await refusal_of(court.open(registration=his.name)) == "REGISTRATION_NOT_FOUND"
    told: dict[str, Any] = {"registration": his.name, "claimant": f"members/{WANG_LEI}"}
    assert await refusal_of(court.open(court.house.boss, **told)) == "COLLISION_CLAIM_UNFIT"


async def test_words_without_evidence_are_no_claim(court: Court) -> None:
    await Dealings(court.house, court.house.zhang_wei).yunfan()
    assert await refusal_of(court.open(company_name=YUNFAN, statement="我的客户")) == "COLLISION_CLAIM_EMPTY"


async def test_evidence_of_somebody_else_is_no_claim(court: Court) -> None:
    deals = Dealings(court.house, court.house.zhang_wei)
    his = (await deals.document(await deals.open())).name
    assert (
        await refusal_of(court.open(company_name=YUNFAN, statement="我的", evidence=[his])) == "COLLISION_CLAIM_UNFIT"
    )


async def test_a_customer_is_named_in_one_way(court: Court) -> None:
    assert await refusal_of(court.open(company_name=YUNFAN, phone="13857112233")) == "COLLISION_CUSTOMER_UNCLEAR"
    assert await refusal_of(court.open()) == "COLLISION_CUSTOMER_UNCLEAR"


async def test_of_a_customer_nobody_has_and_of_ones_own_the_same_is_told(court: Court) -> None:
    evidence = await court.evidence(court.house.wang_lei, "成都远图科技有限公司")
    told: dict[str, Any] = {"statement": "我的客户", "evidence": [evidence]}
    unknown = await refusal_of(court.open(company_name="上海别家有限公司", **told))
    own = await refusal_of(court.open(company_name="成都远图科技有限公司", **told))
    assert {unknown, own} == {"COLLISION_NOTHING_TO_CONTEST"}


async def test_a_case_counts_as_a_look_up(court: Court) -> None:
    evidence = await court.evidence(court.house.wang_lei, "成都远图科技有限公司")
    await LookUp(court.house).allow(1)
    await court.undecided(ours=evidence)
    with pytest.raises(grpc.aio.AioRpcError) as capped:
        await LookUp(court.house).ask(company_name=YUNFAN)
    assert reason_of(capped.value)[0] == "LOOK_UP_CAP_REACHED"


async def test_of_two_claims_in_parallel_one_opens_the_case(court: Court) -> None:
    await Dealings(court.house, court.house.zhang_wei).yunfan()
    evidence = await court.evidence(court.house.wang_lei, "成都远图科技有限公司")
    claims = [court.open(company_name=YUNFAN, statement=f"第 {n} 次", evidence=[evidence]) for n in range(4)]
    answers = await asyncio.gather(*claims, return_exceptions=True)
    lost = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert [reason_of(each)[0] for each in lost] == ["COLLISION_CASE_EXISTS"] * 3
    assert len(await court.cases()) == 1


async def test_the_same_request_opens_one_case_and_has_one_answer(court: Court) -> None:
    await Dealings(court.house, court.house.zhang_wei).yunfan()
    evidence = await court.evidence(court.house.wang_lei, "成都远图科技有限公司")
    told: dict[str, Any] = {"company_name": YUNFAN, "statement": "我的", "evidence": [evidence], "request_id": "once"}
    assert await court.open(**told) == await court.open(**told)


async def test_a_manager_opens_a_case_for_two_people_he_may_decide_about(bureau: Bureau, court: Court) -> None:
    house = bureau.house
    await Dealings(house, house.zhang_wei).yunfan()
    evidence = await court.evidence(house.wang_lei, "成都远图科技有限公司")
    told: dict[str, Any] = {"company_name": YUNFAN, "statement": "两人同时跟进", "evidence": [evidence]}
    refused = await refusal_of(court.open(house.li_na, claimant=f"members/{WANG_LEI}", **told))
    assert refused in {"NOT_ALLOWED", "COLLISION_CLAIM_UNFIT"}
    case = await court.open(house.boss, claimant=f"members/{WANG_LEI}", **told)
    assert case.origin == states.COLLISION_ORIGIN_MANAGER
    assert await refusal_of(court.decide(case, CLAIMANT)) == "COLLISION_NOT_DECIDED_BY_PARTY"
    assert (await court.decide(case, CLAIMANT, court.president)).winner == CLAIMANT


async def test_what_no_rule_decides_waits_for_the_manager_over_both(court: Court) -> None:
    case = await court.undecided()
    assert (case.state, case.winner, len(case.trials)) == (states.COLLISION_STATE_UNDER_REVIEW, 0, 3)
    assert [each.name for each in await court.cases(awaiting_me=True)] == [case.name]
    assert await court.cases(court.house.li_na, awaiting_me=True) == []
    assert await refusal_of(court.decide(case, HOLDER, court.house.li_na)) == "COLLISION_SIDE_UNREACHED"
    decided = await court.decide(case, CLAIMANT)
    assert (decided.state, decided.rulings[0].comment) == (states.COLLISION_STATE_DECIDED, "客户书面确认")
    assert await court.cases(awaiting_me=True) == []


async def test_an_appeal_waits_for_the_next_one_who_has_not_decided(court: Court) -> None:
    case = await court.decide(await court.undecided(), HOLDER)
    appealed = await court.appeal(case)
    assert appealed.state == states.COLLISION_STATE_APPEALED
    assert await court.cases(awaiting_me=True) == []
    assert [each.name for each in await court.cases(court.president, awaiting_me=True)] == [case.name]
    assert await refusal_of(court.decide(case, HOLDER)) == "COLLISION_DECIDED_BEFORE"
    seen = await court.get(case, court.house.zhang_wei)
    assert (seen.HasField("appeal"), seen.appeal.statement) == (True, "")
    final = await court.decide(appealed, CLAIMANT, court.president)
    assert (final.state, final.winner) == (states.COLLISION_STATE_CLOSED, CLAIMANT)
    assert await refusal_of(court.appeal(final, court.house.zhang_wei)) == "COLLISION_CANNOT_MOVE"


async def test_of_two_appeals_at_once_one_counts(bureau: Bureau, court: Court) -> None:
    case = await contested(bureau, court)
    answers = await asyncio.gather(court.appeal(case), court.appeal(case), return_exceptions=True)
    lost = [each for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert [reason_of(each)[0] for each in lost] == ["COLLISION_CANNOT_MOVE"]
    assert (await court.house.subjects("collision_case"))[2:] == ["collision_case.appealed"]


async def test_nobody_decides_or_appeals_what_he_has_not_seen(court: Court) -> None:
    case = await court.undecided()
    decided = await court.decide(case, HOLDER, etag=case.etag)
    assert await refusal_of(court.decide(decided, CLAIMANT, court.president, etag=case.etag)) == "STALE_VERSION"
    assert await refusal_of(court.appeal(decided, etag=case.etag)) == "STALE_VERSION"


async def test_a_case_is_replayed_byte_for_byte_by_the_rules_it_keeps(bureau: Bureau, court: Court) -> None:
    case = await contested(bureau, court)
    bureau.house.clock.travel(days=400)
    again = await court.replay(case)
    assert (again.same, again.verdict_digest, again.winner) == (True, case.verdict_digest, HOLDER)
    assert again.trials == case.trials
    assert not (await court.replay(case, bureau.house.wang_lei)).trials[0].HasField("holder")


async def test_other_rules_are_rehearsed_on_past_cases(bureau: Bureau, court: Court) -> None:
    case = await contested(bureau, court)
    turned = {**BODY, "precedence": ["evidence_rank"]}
    request = contract.RehearseCollisionRulesRequest(body=ParseDict(turned, Struct()))
    found = await court.stub.RehearseCollisionRules(request, **bureau.house.boss)
    assert (found.cases, found.undecided) == (1, 1)
    (change,) = found.changes
    assert (change.collision_case, change.winner_now, change.winner_then) == (case.name, HOLDER, 0)
    assert (await court.get(case)).verdict_digest == case.verdict_digest
    wrong = contract.RehearseCollisionRulesRequest(body=ParseDict({"precedence": ["luck"]}, Struct()))
    assert await refusal_of(court.stub.RehearseCollisionRules(wrong, **bureau.house.boss)) == "RULE_BODY_INVALID"


async def test_cases_are_filtered_by_state_and_rule(bureau: Bureau, court: Court) -> None:
    await contested(bureau, court)
    assert (
        len(await court.cases(filter="rule = COLLISION_RULE_PROTECTED_OWNER AND winner = COLLISION_SIDE_HOLDER")) == 1
    )
    assert await court.cases(filter="state = COLLISION_STATE_UNDER_REVIEW") == []
