"""One call tells why a lead is what it is, as far as its reader may know (线索说明)."""

import re
from typing import Any

import grpc
import pytest
from google.type.money_pb2 import Money
from millrace.leads.v1 import lead_explanation_service_pb2 as contract
from millrace.leads.v1 import lead_pb2
from millrace.leads.v1.lead_duplicate_service_pb2 import DismissDuplicateRequest
from millrace.leads.v1.lead_explanation_service_pb2_grpc import LeadExplanationServiceStub
from millrace.leads.v1.lead_service_pb2 import OverrideLeadGradeRequest

from chassis.principal import Scope
from tests.integration.leads.conftest import ANNA, BO, CHEN, LeadsHouse
from tests.integration.leads.merges import Merging
from tests.integration.leads.responding import create, follow_up, open_office, run_clocks, stamp
from tests.support.clock import FixedClock
from tests.support.serving import Caller

GRADE, INTENT, OWNER, RESPONSE, VERDICT, RECYCLING, DUPLICATES, MERGES = (
    contract.LeadExplanationSubject.Value(f"LEAD_EXPLANATION_SUBJECT_{name}")
    for name in ("GRADE", "INTENT", "OWNER", "RESPONSE", "VERDICT", "RECYCLING", "DUPLICATES", "MERGES")
)


CHINESE = re.compile("[\u4e00-\u9fff]")


async def explained(
    house: LeadsHouse, name: str, caller: Caller | None = None
) -> dict[int, contract.LeadExplanationChapter]:
    stub: Any = LeadExplanationServiceStub(house.channel)
    told = await stub.ExplainLead(contract.ExplainLeadRequest(name=name), **(caller or house.boss))
    assert told.name == name
    subjects = [GRADE, INTENT, OWNER, RESPONSE, VERDICT, RECYCLING, DUPLICATES, MERGES]
    assert [chapter.subject for chapter in told.chapters] == subjects
    return {chapter.subject: chapter for chapter in told.chapters}


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


def told_in(chapter: contract.LeadExplanationChapter) -> list[str]:
    return [stage.told.code for stage in chapter.stages]


def every_text(chapters: dict[int, contract.LeadExplanationChapter]) -> list[str]:
    return [
        reason.text
        for chapter in chapters.values()
        for reason in (
            chapter.conclusion,
            *chapter.reasons,
            *(each for stage in chapter.stages for each in (stage.told, *stage.reasons)),
        )
    ]


async def test_a_lead_explains_its_grade_owner_and_deadline_in_one_call(house: LeadsHouse) -> None:
    await open_office(house)
    await house.hire(ANNA, seniority="senior")
    await house.hire(BO)
    lead = await create(house)
    chapters = await explained(house, lead.name)
    assert chapters[GRADE].conclusion.text == "Grade A by the grade rules, version 0"
    assert list(chapters[GRADE].reasons) == list(lead.grade_reasons)
    assert chapters[OWNER].conclusion.text.startswith(f"Member {ANNA.int} works it, since ")
    (decision,) = chapters[OWNER].stages
    weighed = [reason.text for reason in decision.reasons if reason.code == "EXPLAINED_CANDIDATE"]
    assert [text.partition(":")[0] for text in weighed] == [f"Member {ANNA.int}", f"Member {BO.int}"]
    assert "not senior" in weighed[1]
    assert "EXPLAINED_RESPONSE_CALENDAR" in codes(chapters[RESPONSE].reasons)
    assert told_in(chapters[RESPONSE]) == ["EXPLAINED_STEP_TO_COME"] * 4
    assert codes([chapters[INTENT].conclusion]) == ["INTENT_NEVER_LEARNT"]
    assert codes([chapters[MERGES].conclusion]) == ["EXPLAINED_MERGES_NONE"]


async def test_every_sentence_is_told_in_the_language_of_its_reader(house: LeadsHouse) -> None:
    await house.hire(ANNA)
    lead = await create(house)
    boss = house.principals[house.boss["metadata"][0][1].removeprefix("Bearer ")]
    chinese = every_text(await explained(house, lead.name, house.call_as(boss, locale="zh")))
    english = every_text(await explained(house, lead.name))
    assert len(chinese) == len(english) > 10
    assert [text for text in chinese if not CHINESE.search(text) or "{" in text] == []
    assert [text for text in english if CHINESE.search(text) or "{" in text] == []


async def test_what_the_clock_came_to_and_the_answer_are_told(house: LeadsHouse, clock: FixedClock) -> None:
    await open_office(house)
    await house.hire(ANNA)
    lead = await create(house)
    clock.travel(hours=25)
    await run_clocks(house, clock)
    overdue = (await explained(house, lead.name))[RESPONSE]
    assert overdue.conclusion.code == "EXPLAINED_RESPONSE_OVERDUE"
    assert told_in(overdue)[:2] == ["EXPLAINED_STEP_TAKEN", "EXPLAINED_STEP_TAKEN"]
    await follow_up(house, lead)
    late = (await explained(house, lead.name))[RESPONSE]
    assert late.conclusion.code == "EXPLAINED_RESPONSE_LATE"
    assert told_in(late)[-1] == "EXPLAINED_ANSWERED"


async def test_a_grade_by_hand_is_explained_with_its_history(house: LeadsHouse) -> None:
    desk = Merging(house)
    lead = await desk.create(phone="13905711234")
    request = OverrideLeadGradeRequest(name=lead.name, grade=lead_pb2.GRADE_A, reason="老客户")
    await desk.leads.OverrideLeadGrade(request, **house.boss)
    grade = (await explained(house, lead.name))[GRADE]
    assert grade.conclusion.text == "Grade A, set by tester; the rules say D"
    assert [(stage.told.text, stage.reasons[0].code) for stage in grade.stages] == [
        ("Graded A anew", "GRADE_OVERRIDDEN")
    ]


async def test_whoever_may_not_see_money_is_told_that_something_is_left_out(house: LeadsHouse) -> None:
    desk = Merging(house)
    lead = await desk.create(
        phone="13905711234",
        budget_min=Money(currency_code="CNY", units=987_654),
        demo_request_time=stamp(house.parts.clock.now()),
    )
    blind = house.as_member(CHEN, Scope.ALL, may=("leads.read",))
    grade = (await explained(house, lead.name, blind))[GRADE]
    assert "BUDGET" in "".join(codes((await explained(house, lead.name))[GRADE].reasons))
    assert codes(grade.reasons).count("EXPLANATION_WITHHELD") == 1
    assert [code for code in codes(grade.reasons) if "BUDGET" in code] == []
    assert not any("987" in text or "预算" in text for text in every_text({GRADE: grade}))


async def test_a_lead_outside_the_scope_is_not_there_and_is_not_named_by_another(house: LeadsHouse) -> None:
    desk = Merging(house)
    await house.hire(ANNA, capacity=1)
    mine = await desk.create(phone="13905711234")
    await house.hire(BO)
    others = await desk.create(phone="13905719999")
    assert (mine.owner, others.owner) == (f"members/{ANNA}", f"members/{BO}")
    anna = house.as_member(ANNA, Scope.OWN)
    assert told_in((await explained(house, others.name))[DUPLICATES]) == ["EXPLAINED_HINT"]
    assert told_in((await explained(house, mine.name, anna))[DUPLICATES]) == []
    assert others.name not in "".join(every_text(await explained(house, mine.name, anna)))
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await explained(house, others.name, anna)
    assert refusal.value.code() is grpc.StatusCode.NOT_FOUND


async def test_contacts_and_merges_of_the_whole_customer_are_told(house: LeadsHouse) -> None:
    desk = Merging(house)
    survivor = await desk.create(phone="13905711234", contact_name="王芳")
    other = await desk.create(phone="13905719999", contact_name="李敏")
    await desk.create(phone="13905719999", contact_name="李敏", need="二")
    done = await desk.merge(survivor, other)
    chapters = await explained(house, survivor.name)
    assert "EXPLAINED_TOUCH" in told_in(chapters[DUPLICATES])
    assert chapters[MERGES].conclusion.text == "Stands for the customer; leads merged into it: 1"
    assert chapters[MERGES].stages[0].told.parameters["merge"] == done.name
    gone = (await explained(house, other.name))[MERGES]
    assert (gone.conclusion.code, told_in(gone)) == ("EXPLAINED_MERGED_AWAY", ["EXPLAINED_MERGE_INTO_OTHER"])
    await desk.undo(done)
    assert told_in((await explained(house, survivor.name))[MERGES]) == [
        "EXPLAINED_MERGE_UNDONE",
        "EXPLAINED_MERGE_INTO_THIS",
    ]


async def test_a_judged_pair_is_told_with_whoever_judged_it(house: LeadsHouse) -> None:

    desk = Merging(house)
    first, second = await desk.create(phone="13905711234"), await desk.create(phone="13905719999")
    (pair,) = await desk.open_pairs()
    await desk.pairs.DismissDuplicate(DismissDuplicateRequest(name=pair.name), **house.boss)
    for lead, other in ((first, second), (second, first)):
        (stage,) = (await explained(house, lead.name))[DUPLICATES].stages
        assert (stage.told.code, stage.told.parameters["lead"]) == ("EXPLAINED_PAIR_DISMISSED", other.name)
        assert stage.told.parameters["judge"] == "tester"
