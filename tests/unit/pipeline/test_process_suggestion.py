"""A sales process is proposed from the answers to four questions."""

import tomllib

import pytest

from services.pipeline.domain.process_suggestion import (
    Answers,
    Prospecting,
    Qualification,
    kind_of_step,
    suggest_process,
)
from services.pipeline.domain.sales_process import SalesProcess, StageKind, check_stages
from tests.architecture.tree import ROOT
from tests.unit.pipeline.opportunities import CLASSIC, STANDARD

WORDS = tomllib.loads((ROOT / "services/pipeline/rules/process_suggestion.toml").read_text(encoding="utf-8"))["words"]


def suggested(answers: Answers) -> SalesProcess:
    return suggest_process(answers, standard=STANDARD, classic=CLASSIC, words=WORDS).process


def names(process: SalesProcess) -> list[str]:
    return [stage.name_zh for stage in process.stages]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ("上门拜访", StageKind.PROSPECT),
        ("需求调研", StageKind.NEED),
        ("方案演示", StageKind.QUOTE),
        ("合同谈判", StageKind.NEGOTIATION),
        ("签约回款", StageKind.SIGNING),
        ("Send the proposal", StageKind.QUOTE),
        ("喝茶", None),
    ],
)
def test_a_step_is_recognised_by_its_words(step: str, kind: StageKind | None) -> None:
    assert kind_of_step(step, WORDS) is kind


def test_without_answers_it_is_the_standard_process() -> None:
    assert suggested(Answers()).stages == STANDARD.stages
    assert not suggested(Answers()).is_default


def test_whoever_looks_for_prospects_without_criteria_gets_a_stage_for_each() -> None:
    answers = Answers(prospecting=Prospecting.OUTBOUND, qualification=Qualification.NONE)
    assert names(suggested(answers)) == ["寻找客户", "合格", "需求确认", "方案报价", "合同谈判", "签约回款"]


def test_stages_bear_the_words_of_the_company() -> None:
    answers = Answers(steps=("需求调研", "现场演示", "报价", "喝茶"))
    assert names(suggested(answers)) == ["需求调研", "现场演示、报价", "合同谈判", "签约回款"]


def test_the_stage_one_is_stuck_in_asks_for_a_meeting_and_rots_in_half_the_time() -> None:
    stage = suggested(Answers(stuck_in=StageKind.NEGOTIATION)).stages[2]
    assert (stage.expected_days, stage.gate[0].code) == (10, "evidence.meeting_record")


@pytest.mark.parametrize("prospecting", Prospecting)
@pytest.mark.parametrize("qualification", Qualification)
@pytest.mark.parametrize("stuck_in", [None, *StageKind])
def test_whatever_is_answered_the_stages_make_a_process(
    prospecting: Prospecting, qualification: Qualification, stuck_in: StageKind | None
) -> None:
    answers = Answers(
        steps=("拜访", "报价", "签约"), prospecting=prospecting, qualification=qualification, stuck_in=stuck_in
    )
    stages = suggested(answers).stages
    check_stages(stages)
    assert stages[-1].kind is StageKind.SIGNING
