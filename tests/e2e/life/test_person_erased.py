"""Afterwards the customer's buyer asks to be erased: nothing tells of him, and the business stands (G30, D-09)."""

import asyncio
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from chassis.audit.verifying import verify
from deploy.local.stack import SERVICES
from tests.e2e.actors import JSON, accepted, day
from tests.e2e.life.conftest import PERSON, TODAY, WINTER, Cast, instalments_of
from tests.faults.invariants import MONEY
from tests.support.leftovers import leftovers
from tests.support.records import read, rows, settings_of


def figures(cast: Cast) -> JSON:
    """The figures of the story."""
    questions = {"querySales": {"selection": WINTER["selection"]}, "queryFunnel": WINTER}
    return {
        question: accepted(cast.director.http.post(f"/v1/figures:{question}", json=body))
        for question, body in questions.items()
    }


@pytest.fixture(scope="module")
def cared_for(cast: Cast, converted: JSON) -> JSON:
    """The seller thinks of the buyer's day, and writes down what he gave him."""
    account, contact = (cast.seller.see(converted["contact"])[part] for part in ("account", "name"))
    anniversary = {"account": account, "contact": contact, "title": "王小明入职周年", "day": day(TODAY), "yearly": True}
    occasion = cast.seller.do("occasions", anniversary)
    gift = {
        "contact": contact,
        "kind": "CARE_KIND_GIFT",
        "day": day(TODAY - timedelta(days=1)),
        "note": "王小明爱喝龙井",
    }
    return cast.seller.do(
        "careRecords", {**gift, "occasion": occasion["name"], "worth": {"currencyCode": "CNY", "units": "120"}}
    )


@pytest.fixture(scope="module")
def before(cast: Cast, paid: JSON, cared_for: JSON) -> JSON:
    """The figures, and the sight of a person who stands in many places: else there were nothing to erase."""
    places = {place for place, _ in asyncio.run(leftovers(cast.product, PERSON))}
    assert {f"database of {name}" for name in ("leads", "pipeline", "contracts")} <= places
    return figures(cast)


@pytest.fixture(scope="module")
def erased(cast: Cast, lead: JSON, before: JSON) -> None:
    """He asks once, where his lead is; pipeline hears of it from leads, and contracts from pipeline."""
    cast.administrator.do(f"{lead['name']}:erasePerson", {"reason": "本人书面申请"})


@pytest.mark.usefixtures("erased")
def test_soon_the_person_stands_nowhere_any_more(cast: Cast) -> None:
    limit = time.monotonic() + 10
    while left := asyncio.run(leftovers(cast.product, PERSON)):
        assert time.monotonic() < limit, left


@pytest.mark.usefixtures("erased")
def test_the_business_stands_as_it_was(cast: Cast, converted: JSON, cared_for: JSON, paid: JSON, won: JSON) -> None:
    assert cast.seller.see(converted["contact"])["displayName"] == "***"
    given = cast.seller.see(cared_for["name"])
    assert (given["worth"], given.get("note", "")) == (cared_for["worth"], "")
    contract, opportunity = cast.finance.see(paid["name"]), cast.seller.see(won["name"])
    for part in ("buyer", "amount", "paid", "signTime"):
        assert contract[part] == paid[part]
    assert contract["state"] in {paid["state"], "CONTRACT_STATE_ACTIVE"}  # the calendar may have put it in force
    assert (opportunity["state"], opportunity["amount"]) == ("OPPORTUNITY_STATE_WON", won["amount"])
    assert len(instalments_of(cast, paid)) == 3


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("service", SERVICES)
def test_the_log_of_changes_is_whole(cast: Cast, service: str) -> None:
    assert read(cast.product, service, verify).flaws == ()


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("rule", MONEY)
def test_the_books_are_balanced(cast: Cast, rule: str) -> None:
    assert rows(cast.product, "contracts", MONEY[rule]) == []


@pytest.mark.usefixtures("erased")
def test_a_rebuild_gives_the_same_figures_and_brings_nobody_back(cast: Cast, before: JSON) -> None:
    settings = dict(settings_of(cast.product, "analytics"))
    subprocess.run([sys.executable, "-m", "services.analytics", "rebuild"], env=settings, check=True, timeout=60)
    assert cast.director.until(lambda: figures(cast), lambda seen: seen == before)
    assert asyncio.run(leftovers(cast.product, PERSON)) == []
