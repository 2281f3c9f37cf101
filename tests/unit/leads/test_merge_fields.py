"""What each field becomes when leads are merged, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.leads.domain.facts import CONSENT_FIELD, Address
from services.leads.domain.lead import Lead
from services.leads.domain.merge_fields import MOST_TAGS, MergeChoiceUnknown, MergedFacts, Wishes, merge_facts
from services.leads.domain.merge_record import FieldDecision, MergeRule, Preference
from tests.unit.leads.builders import NOON, a_budget, a_lead

SURVIVOR, OLDER, NEWER = UUID(int=11), UUID(int=12), UUID(int=13)
NEWEST = Wishes(preference=Preference.NEWEST)


def lead(uuid: UUID, days: int, **told: Any) -> Lead:
    return replace(a_lead(**told), uuid=uuid, create_time=NOON + timedelta(days=days))


def merged(survivor: dict[str, Any], *others: dict[str, Any], wishes: Wishes | None = None) -> MergedFacts:
    """The survivor was made first, then the older and the newer of the others."""
    rest = [lead(uuid, days, **told) for (uuid, days), told in zip(((OLDER, 1), (NEWER, 2)), others, strict=False)]
    return merge_facts(lead(SURVIVOR, 0, **survivor), rest, wishes or Wishes())


def decision(found: MergedFacts, field: str) -> FieldDecision:
    (one,) = [each for each in found.decisions if each.field == field]
    return one


def test_the_survivors_value_stays_and_the_contradiction_is_shown() -> None:
    found = merged({"need": "一套"}, {"need": "两套"})
    assert found.facts.need == "一套"
    assert decision(found, "need") == FieldDecision(
        field="need", source=SURVIVOR, rule=MergeRule.SURVIVOR, conflict=True
    )


def test_what_the_survivor_does_not_know_comes_from_the_newest_that_does() -> None:
    found = merged({}, {"employee_count": 50, "industry": "software"}, {"employee_count": 80})
    assert (found.facts.employee_count, found.facts.industry) == (80, "software")
    assert decision(found, "employee_count") == FieldDecision(
        field="employee_count", source=NEWER, rule=MergeRule.FILLED, conflict=True
    )
    assert decision(found, "industry") == FieldDecision(
        field="industry", source=OLDER, rule=MergeRule.FILLED, conflict=False
    )


def test_by_preference_the_newest_record_that_knows_wins() -> None:
    found = merged({"need": "一套"}, {"need": "两套"}, {"industry": "software"}, wishes=NEWEST)
    assert (found.facts.need, decision(found, "need").rule) == ("两套", MergeRule.NEWEST)
    assert decision(found, "company_name").source == NEWER


def test_a_chosen_value_goes_before_every_rule() -> None:
    wishes = Wishes(preference=Preference.NEWEST, choices={"need": SURVIVOR, "custom.booth": OLDER})
    found = merged(
        {"need": "一套"}, {"need": "两套", "custom": {"booth": "A1"}}, {"custom": {"booth": "B2"}}, wishes=wishes
    )
    assert (found.facts.need, found.facts.custom) == ("一套", {"booth": "A1"})
    assert decision(found, "custom.booth").rule is MergeRule.CHOSEN


def test_a_chosen_nothing_is_nothing() -> None:
    found = merged({"need": "一套"}, {}, wishes=Wishes(choices={"need": OLDER}))
    assert found.facts.need == ""
    assert decision(found, "need").source is None


@pytest.mark.parametrize("choice", ["tags", "custom", "state", f"custom.{CONSENT_FIELD}"])
def test_only_fields_are_chosen(choice: str) -> None:
    with pytest.raises(MergeChoiceUnknown) as refusal:
        merged({"custom": {CONSENT_FIELD: "2026-01-01"}}, {}, wishes=Wishes(choices={choice: OLDER}))
    assert refusal.value.choice == choice


def test_a_value_is_chosen_of_a_lead_that_is_merged() -> None:
    with pytest.raises(MergeChoiceUnknown):
        merged({}, {}, wishes=Wishes(choices={"need": NEWER}))


def test_the_first_contact_is_the_earliest_and_the_demo_the_latest() -> None:
    early, late = NOON - timedelta(days=9), NOON - timedelta(days=1)
    found = merged(
        {"received_time": late, "demo_request_time": early}, {"received_time": early, "demo_request_time": late}
    )
    assert (found.facts.received_time, found.facts.demo_request_time) == (early, late)
    assert decision(found, "received_time").rule is MergeRule.EARLIEST
    assert decision(found, "demo_request_time").rule is MergeRule.LATEST


def test_tags_are_united_and_custom_fields_come_one_by_one() -> None:
    found = merged(
        {"tags": ("重点", "华东"), "custom": {"booth": "A1"}},
        {"tags": ("华东", "展会"), "custom": {"booth": "B2", "size": "L"}},
    )
    assert found.facts.tags == ("重点", "华东", "展会")
    assert found.facts.custom == {"booth": "A1", "size": "L"}
    assert (decision(found, "tags").rule, decision(found, "custom.booth").conflict) == (MergeRule.UNITED, True)


def test_no_more_tags_come_together_than_a_lead_may_have() -> None:
    found = merged({"tags": ("重点",)}, {"tags": tuple(f"第{number}" for number in range(MOST_TAGS))})
    assert len(found.facts.tags) == MOST_TAGS
    assert found.facts.tags[0] == "重点"


def test_the_phone_of_another_person_does_not_become_the_contacts() -> None:
    found = merged({"contact_name": "王小明"}, {"contact_name": "李敏", "phone": "13900000000", "job_title": "总监"})
    assert (found.facts.contact_name, found.facts.phone, found.facts.job_title) == ("王小明", "", "")
    assert decision(found, "phone") == FieldDecision(field="phone", source=None, rule=MergeRule.CONTACT, conflict=False)


def test_the_phone_of_the_same_person_and_of_nobody_in_particular_fills_in() -> None:
    found = merged(
        {"contact_name": "王小明"}, {"contact_name": "王 小明", "phone": "13900000000"}, {"email": "a@b.example"}
    )
    assert (found.facts.phone, found.facts.email) == ("13900000000", "a@b.example")


def test_whoever_chooses_another_contact_gets_his_phone_with_him() -> None:
    found = merged(
        {"contact_name": "王小明", "phone": "13800000000", "email": "wang@b.example"},
        {"contact_name": "李敏", "phone": "13900000000"},
        wishes=Wishes(choices={"contact_name": OLDER}),
    )
    assert (found.facts.contact_name, found.facts.phone, found.facts.email) == ("李敏", "13900000000", "")
    assert decision(found, "phone").rule is MergeRule.CONTACT


def test_consent_is_the_contacts_own() -> None:
    found = merged({"contact_name": "王小明"}, {"contact_name": "李敏", "custom": {CONSENT_FIELD: "2026-01-01"}})
    assert found.facts.custom == {}


def test_an_address_and_a_budget_are_taken_whole() -> None:
    found = merged(
        {"address": Address(city="杭州市")}, {"address": Address(province="浙江省"), "budget": a_budget(100)}
    )
    assert found.facts.address == Address(city="杭州市")
    assert found.facts.budget == a_budget(100)


def test_names_that_differ_by_blanks_and_capitals_alone_do_not_contradict() -> None:
    found = merged({"company_name": "ACME Ltd"}, {"company_name": "acme  ltd"})
    assert not decision(found, "company_name").conflict
