"""A lead explains itself: what holds, why, and how it came about (线索说明)."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.texts import Texts
from services.leads.domain.assignment import decide_owner
from services.leads.domain.assignment_record import LedgerEntry
from services.leads.domain.board import Board, PassedOver
from services.leads.domain.duplicate_pairs import DuplicatePair, Judgement, PairState
from services.leads.domain.explanation import Chapter, Telling, explain_grade, explain_intent
from services.leads.domain.explanation_of_kinship import explain_duplicates, explain_merges
from services.leads.domain.explanation_of_work import explain_owner, explain_response
from services.leads.domain.lead import Grade, GradeOverride, Lead, Ownership
from services.leads.domain.lead_history import Happening, HistoryEntry
from services.leads.domain.lead_state import LeadState
from services.leads.domain.merge_record import Act, FieldDecision, LeadMerge, Merged, MergeRule
from services.leads.domain.merging import portrait_of
from services.leads.domain.resemblance import Band, Resemblance
from services.leads.domain.responding import answered, stepped
from services.leads.domain.response import ResponseState, ResponseStep
from tests.unit.leads.builders import ANNA, BO, CALENDAR, EAST, NOON, RULES, a_lead, person, timetable
from trade.probability import Part, Score
from trade.reasons import Reason

TEXTS = Texts(Path("services/leads/messages"))
NAMES = {ANNA: "安娜", BO: "老薄"}
HANGZHOU, OTHER, MERGE = UUID(int=101), UUID(int=12), UUID(int=99)


def telling(minutes: int = 0) -> Telling:
    return Telling(
        now=NOON + timedelta(minutes=minutes),
        zone=CALENDAR.zone,
        member=lambda uuid: NAMES[uuid],
        team=lambda _: "华东一组",
    )


def said(reasons: Sequence[Reason], locale: str = "zh") -> list[str]:
    return [TEXTS.render(reason.code, reason.parameters, locale) for reason in reasons]


def headline(chapter: Chapter, locale: str = "zh") -> str:
    return said([chapter.conclusion], locale)[0]


def stages(chapter: Chapter, locale: str = "zh") -> list[str]:
    return said([stage.told for stage in chapter.stages], locale)


def given_to_anna() -> Lead:
    graded = replace(a_lead(), grade=Grade.A)
    return graded.assigned(Ownership(owner=ANNA, team=HANGZHOU), timetable=timetable()).aggregate


def test_a_grade_of_the_rules_names_their_version_and_the_reasons_of_the_lead() -> None:
    why = (Reason("GRADE_FACT_URGENCY", {"value": "high"}),)
    chapter = explain_grade(replace(a_lead(), grade=Grade.A, grade_reasons=why), gradings=[])
    assert (headline(chapter), chapter.reasons) == ("评级规则（第 0 版）评为 A 级", why)
    assert headline(explain_grade(a_lead(), gradings=[])) == "尚未评级"


def test_a_grade_of_a_person_names_him_and_what_the_rules_say() -> None:
    override = GradeOverride(
        grade=Grade.A, reason="老客户", author="members/1", author_name="安娜", time=NOON, rules_grade=Grade.C
    )
    chapter = explain_grade(replace(a_lead(), grade=Grade.A, grade_override=override), gradings=[])
    assert headline(chapter) == "由安娜人工评为 A 级，规则的评级为 C 级"
    assert headline(chapter, "en") == "Grade A, set by 安娜; the rules say C"


def test_the_conclusion_about_a_grade_names_no_rule_for_its_name_may_tell_of_the_budget() -> None:
    why = Reason("GRADE_RULE_HOLDS", {"rule": "预算超过一百万", "about": "budget", "grade": "A"})
    chapter = explain_grade(replace(a_lead(), grade=Grade.A, grade_reasons=(why,)), gradings=[])
    assert "预算" not in headline(chapter)


def test_every_grade_a_lead_had_is_told_the_newest_first() -> None:
    entries = [
        HistoryEntry(happening=Happening.GRADED, time=NOON + timedelta(days=day), grade=grade)
        for day, grade in ((1, Grade.C), (3, Grade.A), (2, Grade.B))
    ]
    chapter = explain_grade(a_lead(), gradings=entries)
    assert stages(chapter) == ["改评为 A 级", "改评为 B 级", "改评为 C 级"]


weights = st.floats(-3, 3).map(lambda weight: round(weight, 4))


@given(weights, st.dictionaries(st.sampled_from(["industry", "budget", "clicks", "urgency"]), weights, min_size=1))
def test_the_reasons_of_an_intent_add_up_to_its_sum_and_the_sum_to_its_probability(
    base: float, parts: dict[str, float]
) -> None:
    logit = base + sum(parts.values())
    score = Score(
        probability=1 / (1 + math.exp(-logit)),
        model=7,
        time=NOON,
        base=base,
        parts=tuple(Part(name, "x", weight) for name, weight in parts.items()),
    )
    *weighed, added_up = explain_intent(score).reasons
    told = sum(float(reason.parameters["weight"]) for reason in weighed)
    assert math.isclose(told, float(added_up.parameters["sum"]), abs_tol=0.001)
    assert math.isclose(1 / (1 + math.exp(-float(added_up.parameters["sum"]))), score.probability or 0, abs_tol=0.0001)
    assert explain_intent(score).conclusion.parameters["percent"] == added_up.parameters["percent"]


def test_an_intent_that_is_not_told_says_why() -> None:
    silence = Reason("INTENT_NEVER_LEARNT")
    assert explain_intent(Score(silence=silence)).conclusion == silence
    assert explain_intent(None).conclusion == Reason("INTENT_NOT_SCORED_YET")


def entry(lead: Lead, *people: UUID, minutes: int = 0) -> LedgerEntry:
    """What the ledger keeps of a decision among these people."""
    board = Board([person(member, region=EAST, senior=member == ANNA) for member in people], RULES)
    decision = decide_owner(board, grade=Grade.A, region=EAST, skill="")
    return LedgerEntry(
        time=NOON + timedelta(minutes=minutes),
        member=decision.chosen.member if decision.chosen else None,
        rules=3,
        grade=lead.grade,
        region=EAST,
        skill="",
        reasons=decision.reasons,
        candidates=decision.weighed,
        others={PassedOver.OFF_DUTY: 4},
    )


def test_an_owner_is_explained_by_the_ledger_with_everybody_who_was_weighed() -> None:
    lead = given_to_anna()
    chapter = explain_owner(lead, ledger=[entry(lead, ANNA, BO)], telling=telling())
    assert headline(chapter) == "负责人为安娜，自 2026-03-31 12:00 起"
    (stage,) = chapter.stages
    assert said([stage.told]) == ["按分配规则第 3 版，A 级线索分配给安娜"]
    why = said(stage.reasons)
    assert "A 级线索优先分配给资深销售" in why
    assert "安娜：130.00 分，选中（当时在手 0 条，上限 10 条，近期分得 0 条）" in why
    assert "老薄：130.00 分，不是资深销售（当时在手 0 条，上限 10 条，近期分得 0 条）" in why
    assert why[-1] == "另有 4 人不在岗"


def test_a_lead_of_nobody_says_that_nobody_could_take_it() -> None:
    lead = replace(a_lead(), grade=Grade.B)
    chapter = explain_owner(lead, ledger=[entry(lead)], telling=telling())
    assert (headline(chapter), stages(chapter)) == ("尚无负责人", ["按分配规则第 3 版，B 级线索无人可接"])


def test_the_owner_has_a_lead_since_the_last_decision_for_him() -> None:
    lead = given_to_anna()
    ledger = [entry(lead, ANNA), entry(lead, BO, minutes=30), entry(lead, ANNA, minutes=60)]
    assert "13:00" in headline(explain_owner(lead, ledger=ledger, telling=telling()))


def test_every_outcome_of_a_candidate_and_every_step_has_a_word_in_both_languages() -> None:
    steps = {f"EXPLAINED_STEP_{when}.step.{step.value}" for step in ResponseStep for when in ("TAKEN", "TO_COME")}
    outcomes = {f"EXPLAINED_CANDIDATE.outcome.{outcome.value}" for outcome in PassedOver}
    standings = {f"EXPLAINED_RESPONSE_{standing.name}" for standing in ResponseState}
    for locale in ("zh", "en"):
        assert (steps | outcomes | standings) - TEXTS.reasons(locale) == set()


def test_a_deadline_is_explained_by_rule_version_calendar_and_what_comes_next() -> None:
    chapter = explain_response(given_to_anna(), calendar=CALENDAR, telling=telling())
    assert headline(chapter) == "安娜须在 2026-03-31 14:00 前首次响应"
    assert said(chapter.reasons) == [
        "A 级线索须在 60 个工作分钟内首次响应，自 2026-03-31 12:00 起算",
        "时限出自首次响应规则第 1 版",
        "按华东一组的工作日历计时，到期当天的工作时段为 09:00-12:00, 13:00-18:00",
    ]
    assert stages(chapter) == [
        "若无人响应：提醒负责人",
        "若无人响应：到时限",
        "若无人响应：上报主管",
        "若无人响应：改派他人",
    ]
    assert [stage.time for stage in chapter.stages] == sorted(stage.time for stage in chapter.stages if stage.time)


def test_steps_that_a_clock_came_to_are_told_beside_those_to_come() -> None:
    late = telling(150)
    lead = stepped(given_to_anna(), told={}, now=late.now).aggregate
    chapter = explain_response(lead, calendar=CALENDAR, telling=late)
    assert headline(chapter) == "安娜未在 2026-03-31 14:00 前首次响应，已逾期"
    assert stages(chapter)[:3] == ["已提醒负责人", "已到时限，无人响应", "若无人响应：上报主管"]


def test_an_answered_lead_tells_when_it_was_answered_and_nothing_more_to_come() -> None:
    call, now = UUID(int=71), NOON + timedelta(minutes=90)
    lead = answered(given_to_anna(), (call, now), timetable=timetable(now)).aggregate
    chapter = explain_response(lead, calendar=CALENDAR, telling=telling(200))
    assert headline(chapter) == "已于 2026-03-31 13:30 首次响应，用时 30 个工作分钟"
    assert stages(chapter) == [f"首次响应，见跟进记录 leadFollowUps/{call}"]


def test_without_a_clock_there_is_nothing_to_count() -> None:
    chapter = explain_response(a_lead(), calendar=CALENDAR, telling=telling())
    assert (chapter.conclusion.code, chapter.reasons, chapter.stages) == ("EXPLAINED_RESPONSE_NO_CLOCK", (), ())


def test_hints_name_the_other_company_and_judged_pairs_whoever_judged() -> None:
    why = (Reason("SAME_PHONE"),)
    lead = a_lead(resembles=[Resemblance(lead=OTHER, score=0.8, band=Band.LIKELY, reasons=why)])
    pair = DuplicatePair(
        uuid=UUID(int=5),
        lead=UUID(int=77),
        lead_name="云帆",
        other=lead.uuid,
        other_name="杭州云帆",
        other_found=lead.uuid,
        score=0.8,
        reasons=(),
        create_time=NOON,
        state=PairState.DISMISSED,
        judgement=Judgement(judge="members/1", judge_name="安娜", time=NOON),
    )
    waiting = replace(pair, state=PairState.OPEN, judgement=None)
    chapter = explain_duplicates(lead, names={OTHER: "云帆科技"}, pairs=[pair, waiting], touches=[])
    assert headline(chapter) == "与 1 条线索相似，客户共联系 1 次"
    assert stages(chapter) == [
        f"疑似重复：云帆科技（leads/{OTHER}），相似度 0.80",
        f"安娜认定与 云帆（leads/{UUID(int=77)}）不是同一客户",
    ]
    assert chapter.stages[0].reasons == why


def a_merge(survivor: Lead, *, undone: Act | None = None) -> LeadMerge:
    decided = [
        FieldDecision(field=name, source=survivor.uuid, rule=MergeRule.SURVIVOR, conflict=conflict)
        for name, conflict in (("phone", True), ("need", False))
    ]
    return LeadMerge(
        uuid=MERGE,
        survivor=survivor.uuid,
        version=2,
        others={OTHER: LeadState.NEW},
        done=Act(actor="members/1", name="安娜", time=NOON),
        undo_until=NOON,
        before=portrait_of(survivor),
        after=portrait_of(survivor),
        decisions=tuple(decided),
        undone=undone,
    )


def test_a_survivor_tells_how_many_it_stands_for_and_a_merge_taken_back_counts_no_more() -> None:
    lead = a_lead()
    merged = explain_merges(lead, merges=[a_merge(lead)])
    assert headline(merged) == "有 1 条线索并入本线索"
    assert stages(merged) == [f"安娜将 1 条线索并入本线索，其中 1 个字段不一致（leads/{lead.uuid}/merges/{MERGE}）"]
    undone = explain_merges(lead, merges=[a_merge(lead, undone=Act(actor="members/2", name="老薄", time=NOON))])
    assert headline(undone) == "未与其他线索合并"
    assert len(undone.stages) == 2


def test_a_lead_merged_away_tells_which_one_stands_for_it() -> None:
    survivor = replace(a_lead(), uuid=OTHER)
    gone = replace(a_lead(), state=LeadState.MERGED, merged=Merged(into=OTHER, merge=MERGE))
    chapter = explain_merges(gone, merges=[a_merge(survivor)])
    assert headline(chapter) == f"已并入 leads/{OTHER}，由其代表该客户"
    assert chapter.stages[0].told.code == "EXPLAINED_MERGE_INTO_OTHER"
