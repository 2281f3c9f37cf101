"""What a lead shares with a won customer adds up to how much it resembles him (相似客户)."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.texts import Texts
from kernel.money import Money
from services.leads.domain.behaviours import NOTHING_DONE, BehaviourKind
from services.leads.domain.likeness import Likeness, Trait, Traits, likeness, traits_of
from tests.unit.leads.builders import EAST, WEST, a_budget, a_lead
from trade.budget import Budget

LEAD, WON, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
VISIT, DOWNLOAD = BehaviourKind.PAGE_VISIT, BehaviourKind.DOWNLOAD
WHOLE: dict[str, Any] = {
    "industry": "software",
    "region": EAST,
    "employees": 100,
    "budget": 100_000,
    "channel": "website",
    "behaviours": frozenset({VISIT}),
}


def found(told: dict[str, Any], *won: dict[str, Any]) -> Likeness | None:
    others = [Traits(lead=UUID(int=number), **each) for number, each in enumerate(won, start=2)]
    return likeness(Traits(lead=LEAD, **told), others)


def points(told: dict[str, Any], won: dict[str, Any]) -> dict[Trait, int]:
    alike = found(told, won)
    return {part.trait: part.points for part in alike.parts} if alike else {}


customers = st.fixed_dictionaries(
    {
        "industry": st.sampled_from(["", "software", "retail"]),
        "region": st.sampled_from([None, EAST, WEST]),
        "employees": st.integers(0, 5000),
        "budget": st.none() | st.integers(0, 10_000_000),
        "channel": st.sampled_from(["", "website", "phone"]),
        "behaviours": st.frozensets(st.sampled_from(BehaviourKind)),
    }
)


def test_all_points_together_are_a_hundred_and_a_twin_has_them() -> None:
    assert sum(trait.points for trait in Trait) == 100
    alike = found(WHOLE, WHOLE)
    assert alike is not None
    assert (alike.score, alike.like, alike.alike) == (100, WON, 1)


@given(customers, st.lists(customers, max_size=5))
def test_the_parts_add_up_to_a_score_within_a_hundred(told: dict[str, Any], won: list[dict[str, Any]]) -> None:
    alike = found(told, *won)
    if alike is None:
        return
    assert alike.score == sum(int(part.to_reason().parameters["points"]) for part in alike.parts)
    assert all(0 < part.points <= part.trait.points for part in alike.parts)
    assert 0 < alike.score <= 100
    assert alike.score == max(sum(points(told, each).values()) for each in won)


@given(customers, customers)
def test_resembling_is_mutual(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert points(one, other) == points(other, one)


def test_what_one_does_not_tell_is_no_likeness() -> None:
    nothing: dict[str, Any] = {
        "industry": "",
        "region": None,
        "employees": 0,
        "budget": None,
        "channel": "",
        "behaviours": frozenset(),
    }
    assert found(nothing, nothing, WHOLE) is None
    assert points(WHOLE, nothing) == {}


def test_sizes_and_budgets_come_near_by_decades() -> None:
    assert points(WHOLE, WHOLE | {"employees": 200})[Trait.SIZE] == 14
    assert points(WHOLE, WHOLE | {"budget": 30_000})[Trait.BUDGET] == 10
    assert Trait.SIZE not in points(WHOLE, WHOLE | {"employees": 1000})


def test_behaviours_count_by_what_both_did_of_all_that_was_done() -> None:
    both = WHOLE | {"behaviours": frozenset({VISIT, DOWNLOAD})}
    assert points(WHOLE, both)[Trait.BEHAVIOUR] == 5


def test_the_customer_who_is_most_alike_is_named_and_of_equals_the_one_won_last() -> None:
    alike = found(WHOLE, WHOLE | {"industry": "retail"}, WHOLE, WHOLE)
    assert alike is not None
    assert (alike.like, alike.alike) == (OTHER, 3)


def test_a_lead_is_not_compared_with_itself() -> None:
    assert likeness(Traits(lead=LEAD, **WHOLE), [Traits(lead=LEAD, **WHOLE)]) is None


def test_a_lead_is_compared_by_its_facts_and_by_what_was_done_behind_it() -> None:
    lead = a_lead(industry="software", employee_count=5, budget=a_budget(100_000), region=EAST)
    traits = traits_of(lead, channel="phone", tally=replace(NOTHING_DONE, downloads=2))
    assert (traits.industry, traits.employees, traits.budget, traits.region) == ("software", 5, 1000, EAST)
    assert traits.behaviours == {DOWNLOAD}
    dollars = Budget(least=Money(minor=5, currency="USD"), most=None)
    assert traits_of(a_lead(budget=dollars), channel="", tally=NOTHING_DONE).budget is None


def test_every_part_has_a_text_in_both_languages() -> None:
    texts = Texts(Path("services/leads/messages"))
    alike = found(WHOLE, WHOLE)
    assert alike is not None
    for locale in ("zh", "en"):
        told = [texts.render(part.to_reason().code, part.to_reason().parameters, locale) for part in alike.parts]
        assert all(f"+{part.points}" in text for part, text in zip(alike.parts, told, strict=True))
        assert not any("LIKENESS" in text or "page_visit" in text or text == "software" for text in told)
