"""A lead explains how it was judged, and until when its owner keeps it (线索说明)."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.leads.domain.explanation_of_standing import explain_recycling, explain_verdict
from services.leads.domain.lead_state import LeadState
from services.leads.domain.qualification_record import Qualification, Verdict
from services.leads.domain.qualifying import disqualified, reopened
from services.leads.domain.recycling_leads import warned
from tests.unit.leads.builders import ANNA, NOON, TIMETABLE, a_lead
from tests.unit.leads.test_explanation import given_to_anna, headline, said, stages, telling

NO_NEED = Verdict(qualified=False, author="members/2", author_name="老薄", time=NOON, code="NO_NEED", title="没有需求")


def test_a_verdict_names_who_gave_it_and_why() -> None:
    chapter = explain_verdict(disqualified(given_to_anna(), NO_NEED).aggregate)
    assert headline(chapter) == "老薄判为无效"
    assert said(chapter.stages[0].reasons) == ["无效原因：没有需求"]
    assert chapter.stages[0].time == NOON


def test_one_who_was_held_for_worth_selling_to_has_no_reason_against_it() -> None:
    worth = Qualification(verdict=replace(NO_NEED, qualified=True, code="", title=""))
    chapter = explain_verdict(replace(given_to_anna(), qualification=worth))
    assert (headline(chapter), chapter.stages[0].reasons) == ("老薄判为有效", ())


def test_one_that_was_reopened_waits_to_be_judged() -> None:
    again = reopened(disqualified(given_to_anna(), NO_NEED).aggregate, by_touch=False, timetable=TIMETABLE)
    assert (headline(explain_verdict(again.aggregate)), explain_verdict(again.aggregate).stages) == (
        "尚未判定是否值得跟进",
        (),
    )


def test_recycling_is_explained_by_the_day_the_limit_and_what_is_to_come() -> None:
    chapter = explain_recycling(given_to_anna(), telling=telling())
    assert headline(chapter) == "安娜若不跟进，2026-04-08 00:00 回收到线索池"
    assert said(chapter.reasons)[-1] == "期限出自回收规则第 1 版"
    assert "5" in said(chapter.reasons)[0]
    assert stages(chapter) == ["若无人跟进：提醒负责人"]


def test_one_that_was_warned_of_says_so_and_falls_back_next() -> None:
    chapter = explain_recycling(warned(given_to_anna(), told=(ANNA,), now=NOON).aggregate, telling=telling())
    assert headline(chapter).endswith("已提醒")
    assert stages(chapter) == ["若无人跟进：回收到线索池"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"pool": UUID(int=301), "owner": None, "recycling": None}, "在线索池中，等待领取"),
        ({"state": LeadState.CONVERTING}, "转化处理期间，安娜的期限暂停"),
        ({"state": LeadState.DISQUALIFIED}, "没有回收期限"),
    ],
)
def test_where_no_time_runs_it_says_why(change: dict[str, object], told: str) -> None:
    chapter = explain_recycling(replace(given_to_anna(), **change), telling=telling())  # type: ignore[arg-type]
    assert (headline(chapter), chapter.stages) == (told, ())


def test_a_lead_nobody_ever_had_has_no_limit() -> None:
    assert headline(explain_recycling(a_lead(), telling=telling())) == "没有回收期限"
