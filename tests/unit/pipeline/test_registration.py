"""A registration is complete, judged by five criteria, protected for a while, and counts only when reviewed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidField, Refusal
from services.pipeline.domain.customer_keys import customer_keys, protecting
from services.pipeline.domain.registration import (
    NEXT_STATES,
    Registration,
    RegistrationState,
    Review,
)
from services.pipeline.domain.registration_checks import Criterion
from services.pipeline.domain.registration_facts import (
    Closing,
    ContactMeans,
    Customer,
    RegistrationFacts,
    RegistrationIncomplete,
)
from services.pipeline.domain.registration_happenings import RegistrationApproved, RegistrationSubmitted
from services.pipeline.domain.registration_refusals import (
    RegistrationCannotMove,
    RegistrationNotEditable,
    RegistrationVerdictsMissing,
    RegistrationVerdictUnmet,
    RenewalsUsedUp,
    RenewalTooEarly,
)
from tests.unit.pipeline.registrations import (
    NOON,
    RULES,
    TODAY,
    a_draft,
    a_review,
    approved,
    complete_facts,
    submitted,
    verdicts,
)
from trade.budget import Budget


def test_a_registration_has_six_required_fields() -> None:
    assert RegistrationFacts().missing == (
        "registration.company_name",
        "registration.phone",
        "registration.need",
        "registration.budget_min",
        "registration.expected_close_date",
        "registration.follow_up_state",
    )
    assert complete_facts().missing == ()


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (complete_facts(customer=Customer()), "registration.company_name"),
        (complete_facts(contact=ContactMeans()), "registration.phone"),
        (complete_facts(need="  "), "registration.need"),
        (complete_facts(budget=Budget()), "registration.budget_min"),
        (complete_facts(closing=Closing()), "registration.expected_close_date"),
        (complete_facts(follow_up=None), "registration.follow_up_state"),
    ],
)
def test_an_incomplete_registration_is_not_submitted_and_names_the_field(
    facts: RegistrationFacts, missing: str
) -> None:
    with pytest.raises(RegistrationIncomplete) as refusal:
        submitted(a_draft(facts))
    assert refusal.value.fields == (missing,)


@pytest.mark.parametrize(
    "facts",
    [
        complete_facts(customer=Customer(account=UUID(int=5))),
        complete_facts(customer=Customer(contact_name="王小明")),
        complete_facts(contact=ContactMeans(wechat="wangxm")),
        complete_facts(closing=Closing(cycle_days=90)),
    ],
)
def test_a_field_may_be_filled_in_either_way(facts: RegistrationFacts) -> None:
    assert facts.missing == ()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (complete_facts(contact=ContactMeans(phone="不知道")), "registration.phone"),
        (complete_facts(contact=ContactMeans(email="wang at yunfan")), "registration.email"),
        (complete_facts(closing=Closing(day=TODAY, cycle_days=9)), "registration.decision_cycle_days"),
        (complete_facts(closing=Closing(day=date(2026, 3, 1))), "registration.expected_close_date"),
    ],
)
def test_a_field_of_the_wrong_type_is_named(facts: RegistrationFacts, field: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        facts.checked(today=TODAY)
    assert refusal.value.field == field


def test_a_decision_cycle_counts_from_the_submission() -> None:
    registration = submitted(a_draft(complete_facts(closing=Closing(cycle_days=90))))
    assert registration.facts.closing == Closing(day=date(2026, 5, 31))


def test_a_submission_starts_the_review_by_itself() -> None:
    change = a_draft().submit(checks=(), conflicts=(), rules_version=0, today=TODAY, now=NOON)
    assert change.events == (RegistrationSubmitted(),)
    assert change.aggregate.state is RegistrationState.UNDER_REVIEW


def test_approval_makes_it_reviewed_and_only_then_does_it_count() -> None:
    registration = submitted()
    assert not registration.counts
    change = registration.approve(review=a_review(), rules=RULES, rules_version=0, now=NOON)
    assert change.events == (RegistrationApproved(),)
    assert change.aggregate.counts


def test_a_decision_judges_each_of_the_five_criteria() -> None:
    four = Review(verdicts=verdicts()[:4])
    decisions: tuple[Callable[[], object], ...] = (
        lambda: submitted().approve(review=four, rules=RULES, rules_version=0, now=NOON),
        lambda: submitted().send_back(review=four, now=NOON),
        lambda: submitted().reject(review=four, now=NOON),
    )
    for decide in decisions:
        with pytest.raises(RegistrationVerdictsMissing) as refusal:
            decide()
        assert refusal.value.criteria == "state"


def test_what_does_not_meet_a_criterion_is_returned_and_not_approved() -> None:
    review = a_review(unmet=Criterion.BUDGET)
    with pytest.raises(RegistrationVerdictUnmet) as refusal:
        submitted().approve(review=review, rules=RULES, rules_version=0, now=NOON)
    assert refusal.value.criterion == "budget"
    assert submitted().send_back(review=review, now=NOON).aggregate.state is RegistrationState.RETURNED


def test_what_is_returned_is_corrected_and_submitted_again() -> None:
    returned = submitted().send_back(review=a_review(unmet=Criterion.NEED), now=NOON).aggregate
    corrected = returned.changed(facts=complete_facts(need="更具体的需求"), by="members/1", now=NOON).aggregate
    assert submitted(corrected).state is RegistrationState.UNDER_REVIEW


@pytest.mark.parametrize("registration", [submitted(), approved()])
def test_what_is_judged_is_not_edited(registration: Registration) -> None:
    with pytest.raises(RegistrationNotEditable):
        registration.changed(facts=complete_facts(need="别的"), by="members/1", now=NOON)


def test_every_field_is_part_of_what_is_judged() -> None:
    facts = complete_facts()
    others = [
        replace(facts, need="别的"),
        replace(facts, contact=ContactMeans(phone="13900139000")),
        replace(facts, budget=Budget()),
        replace(facts, closing=Closing(day=TODAY)),
        replace(facts, follow_up=None),
        replace(facts, customer=Customer()),
    ]
    assert len({each.content_hash for each in (facts, *others)}) == 7
    assert complete_facts().content_hash == facts.content_hash


def test_an_approved_registration_protects_the_customer_for_90_days() -> None:
    assert approved().protection.end_time == NOON + timedelta(days=90)


def test_a_protection_is_renewed_by_60_days_in_its_last_30_days_at_most_twice() -> None:
    registration = approved()
    with pytest.raises(RenewalTooEarly):
        registration.renew(rules=RULES, rules_version=0, now=NOON + timedelta(days=59))
    once = registration.renew(rules=RULES, rules_version=0, now=NOON + timedelta(days=60)).aggregate
    assert once.protection.end_time == NOON + timedelta(days=150)
    twice = once.renew(rules=RULES, rules_version=0, now=NOON + timedelta(days=149)).aggregate
    assert twice.protection.end_time == NOON + timedelta(days=210)
    with pytest.raises(RenewalsUsedUp):
        twice.renew(rules=RULES, rules_version=0, now=NOON + timedelta(days=209))


def test_a_protection_that_is_over_is_not_renewed_and_ends() -> None:
    registration, over = approved(), NOON + timedelta(days=90)
    with pytest.raises(RegistrationCannotMove):
        registration.renew(rules=RULES, rules_version=0, now=over)
    with pytest.raises(RegistrationCannotMove):
        registration.expire(now=over - timedelta(seconds=1))
    assert registration.expire(now=over).aggregate.state is RegistrationState.EXPIRED


def test_one_customer_written_in_two_ways_has_a_key_in_common() -> None:
    one = customer_keys(complete_facts())
    other = customer_keys(
        complete_facts(
            customer=Customer(company_name="云帆科技（杭州）有限公司"), contact=ContactMeans(phone="+86 138-5711-2233")
        )
    )
    assert protecting(one) & protecting(other)
    stranger = complete_facts(customer=Customer(company_name="成都锦程物流"), contact=ContactMeans(phone="13900139000"))
    assert not one & customer_keys(stranger)


@given(st.lists(st.sampled_from(["submit", "approve", "return", "reject", "withdraw", "renew", "expire"]), max_size=8))
def test_whatever_is_tried_it_moves_only_as_the_table_says(steps: list[str]) -> None:
    registration, now = a_draft(), NOON
    for step in steps:
        before, now = registration.state, now + timedelta(days=20)
        try:
            registration = _step(registration, step, now)
        except Refusal:
            assert registration.state is before
        else:
            assert registration.state in NEXT_STATES[before]
        assert registration.counts == (registration.state in {RegistrationState.APPROVED, RegistrationState.EXPIRED})


def _step(registration: Registration, step: str, now: datetime) -> Registration:
    steps: dict[str, Callable[[], Registration]] = {
        "submit": lambda: submitted(registration, now=now),
        "approve": lambda: approved(registration, now=now),
        "return": lambda: registration.send_back(review=a_review(), now=now).aggregate,
        "reject": lambda: registration.reject(review=a_review(), now=now).aggregate,
        "withdraw": lambda: registration.withdraw(now=now).aggregate,
        "renew": lambda: registration.renew(rules=RULES, rules_version=0, now=now).aggregate,
        "expire": lambda: registration.expire(now=now).aggregate,
    }
    return steps[step]()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("010-88888888", "0571-88888888"),
        ("138-1234-5678", "139-1234-5678"),
        ("0571-88886666转802", "0571-88886666转803"),
    ],
)
def test_numbers_that_end_alike_are_two_customers(one: str, other: str) -> None:
    def keys(number: str) -> frozenset[str]:
        return customer_keys(RegistrationFacts(contact=ContactMeans(phone=number)))

    assert keys(one)
    assert not keys(one) & keys(other)


def test_a_number_that_many_share_protects_nobody() -> None:
    assert not protecting(customer_keys(RegistrationFacts(contact=ContactMeans(phone="400-820-8820"))))
    assert not protecting(customer_keys(RegistrationFacts(contact=ContactMeans(phone="0571-88886666"))))


def test_an_account_says_who_the_customer_is_whatever_was_typed_before() -> None:
    typed = Customer(
        account=UUID(int=5), company_name="宁波海蓝", contact_name="王小明", credit_code="91330100MA27XF6R2R"
    )
    named = typed.named_as(company_name="杭州云帆科技有限公司", contact_name="", credit_code="")
    assert (named.company_name, named.contact_name) == ("杭州云帆科技有限公司", "王小明")
