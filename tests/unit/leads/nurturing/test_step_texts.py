"""What stands in the texts of a step, and what nobody can write into them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leads.domain.facts import LeadFacts
from services.leads.domain.nurturing.programme import (
    Link,
    NurturingLinkTwice,
    NurturingLinkUnfit,
    Step,
)
from services.leads.domain.nurturing.step_texts import (
    MailLinks,
    NurturingTemplateInvalid,
    NurturingVariableUnknown,
    WrittenStep,
    write_step,
)

PAPER = Link(key="paper", url="https://www.house.example/paper.pdf")
LINKS = MailLinks(content={"paper": "https://go/1"}, unsubscribe="https://go/end", picture="https://go/seen")


def a_step(**parts: object) -> Step:
    told = {"subject": "白皮书", "text": "{{link.paper}}", "links": (PAPER,)} | parts
    return Step(**told)  # type: ignore[arg-type]


def written(text: str, *, html: str = "", subject: str = "白皮书", **facts: str) -> WrittenStep:
    known = LeadFacts(**({"company_name": "云帆科技"} | facts))  # type: ignore[arg-type]
    return write_step(subject=subject, text=text, html_text=html, facts=known, links=LINKS, footer="退订：")


def test_what_is_known_of_the_lead_stands_in_its_place() -> None:
    step = written("{{contact_name}}（{{ company_name }}）{{unsubscribe}}", contact_name="王小明")
    assert step.text == "王小明（云帆科技）https://go/end"


def test_what_is_not_known_stands_as_the_text_says() -> None:
    assert written("{{contact_name|您好}}{{unsubscribe}}").text == "您好https://go/end"
    assert written("{{contact_name}}{{unsubscribe}}").text == "https://go/end"


def test_a_link_is_the_one_that_is_counted() -> None:
    assert written("{{link.paper}} {{unsubscribe}}").text == "https://go/1 https://go/end"


def test_every_mail_says_how_to_end_it() -> None:
    step = written("白皮书", html="<p>白皮书</p>")
    assert step.text.endswith("退订： https://go/end\n")
    assert '<a href="https://go/end">退订：</a>' in step.html


def test_html_carries_the_picture_that_counts_and_text_does_not() -> None:
    step = written("白皮书", html="<p>白皮书</p>")
    assert 'src="https://go/seen"' in step.html
    assert "https://go/seen" not in step.text


@given(st.text(min_size=1).filter(str.strip))
def test_a_name_writes_no_html(name: str) -> None:
    step = written("{{company_name}}", html="{{company_name}}|{{unsubscribe}}", company_name=name)
    told = step.html.partition("|https://go/end")[0]
    assert "<" not in told
    assert '"' not in told


@given(st.sampled_from(["{{link.paper}}", "{{unsubscribe}}", "{{contact_name|x}}"]))
def test_what_a_name_says_is_not_filled_in_again(name: str) -> None:
    assert written("{{company_name}} {{unsubscribe}}", company_name=name).text == f"{name} https://go/end"


@pytest.mark.parametrize("text", ["{{", "}}", "{{Company}}", "{{company_name", "{{link.}}", "{{a b}}"])
def test_braces_that_hold_nothing_are_refused_where_they_stand(text: str) -> None:
    with pytest.raises(NurturingTemplateInvalid) as refused:
        a_step(text=text).check(path="steps[0]")
    assert refused.value.field == "steps[0].text"


@pytest.mark.parametrize("text", ["{{phone}}", "{{email}}", "{{link.video}}"])
def test_a_text_names_only_what_there_is(text: str) -> None:
    with pytest.raises(NurturingVariableUnknown) as refused:
        a_step(html=text).check(path="steps[0]")
    assert refused.value.field == "steps[0].html"


def test_a_subject_leads_nowhere() -> None:
    with pytest.raises(NurturingVariableUnknown):
        a_step(subject="{{link.paper}}").check(path="steps[0]")


@pytest.mark.parametrize(
    "url", ["www.house.example", "javascript:alert(1)", "https://", "http://a b", "https://a\r\nX: y"]
)
def test_a_link_leads_to_a_page(url: str) -> None:
    with pytest.raises(NurturingLinkUnfit) as refused:
        a_step(links=(PAPER, Link(key="video", url=url))).check(path="steps[0]")
    assert refused.value.field == "steps[0].links[1].url"


def test_two_links_have_two_keys() -> None:
    with pytest.raises(NurturingLinkTwice):
        a_step(links=(PAPER, PAPER)).check(path="steps[0]")
