"""Reasons are worded, their values too: nobody reads a bare `true` in a Chinese sentence."""

from pathlib import Path

import pytest

import services.leads
from chassis.texts import Texts
from services.leads.domain.channels import ChannelKind
from services.leads.domain.facts import Urgency

TEXTS = Texts(Path(services.leads.__file__).parent / "messages")
KINDS = {
    "GRADE_FACT_BUDGET_KNOWN": ("true", "false"),
    "GRADE_FACT_URGENCY": tuple(each.value for each in Urgency),
    "GRADE_FACT_CHANNEL": ("", *(each.value for each in ChannelKind)),
}


@pytest.mark.parametrize(("reason", "value"), [(reason, value) for reason, values in KINDS.items() for value in values])
def test_every_value_of_a_closed_list_has_a_chinese_word(reason: str, value: str) -> None:
    told = TEXTS.render(reason, {"value": value}, "zh").partition("：")[2]
    assert told
    assert not told.isascii()


def test_a_skill_is_told_in_chinese() -> None:
    assert TEXTS.render("ASSIGNED_SKILL", {"skill": "chemical"}, "zh") == "熟悉该行业：化工"


def test_a_value_without_a_word_stands_as_it_is() -> None:
    assert TEXTS.render("GRADE_FACT_INDUSTRY", {"value": "软件"}, "zh") == "行业：软件"
    assert TEXTS.render("GRADE_FACT_URGENCY", {"value": "overnight"}, "en") == "Urgency: overnight"
