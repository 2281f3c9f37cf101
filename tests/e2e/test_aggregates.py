"""A customer and a dashboard in one call, whole where a service is away, fresh after one's own write (G-02, G12)."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import psutil
import pytest

from tests.support.product import Product

ACCOUNT = {"displayName": "杭州云帆精密制造有限公司", "industry": "machinery"}
CAME_FIRST = {"companyName": "绍兴早来纺织有限公司", "contactName": "冯", "phone": "13905757001"}

NOVEMBER = {
    "period": {"startDate": {"year": 2026, "month": 11, "day": 1}, "endDate": {"year": 2026, "month": 11, "day": 30}}
}


@pytest.fixture(scope="module")
def client(product: Product) -> Iterator[httpx.Client]:
    with product.client() as client:
        yield client


@pytest.fixture(scope="module")
def account(client: httpx.Client) -> str:
    made = client.post("/v1/accounts", json=ACCOUNT)
    assert made.status_code == 200, made.text
    name = made.json().get("name") or made.json()["account"]["name"]
    people = {"account": name, "displayName": "陈思远", "decisionRole": "DECISION_ROLE_DECISION_MAKER"}
    assert client.post("/v1/contacts", json=people).status_code == 200
    return str(name)


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """The process stands still, as one does whose machine is overloaded."""
    process = psutil.Process(pid)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def view(client: httpx.Client, account: str) -> dict[str, Any]:
    answer = client.get(f"/v1/customerViews/{account.partition('/')[2]}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_customer_is_seen_whole_in_one_call(client: httpx.Client, account: str) -> None:
    seen = view(client, account)
    assert seen["account"]["displayName"] == ACCOUNT["displayName"]
    assert [contact["displayName"] for contact in seen["contacts"]] == ["陈思远"]
    assert (seen["contracts"], seen["missing"]) == ([], [])


def test_a_view_says_which_of_its_lists_go_on(client: httpx.Client) -> None:
    """A customer of fifty-one people: fifty stand in the view, which says so."""
    made = client.post("/v1/accounts", json={"displayName": "温州众人紧固件有限公司"}).json()
    account = made.get("name") or made["account"]["name"]
    assert view(client, account)["longerLists"] == []
    for number in range(51):
        person = {"account": account, "displayName": f"第{number}位联系人"}
        assert client.post("/v1/contacts", json=person).status_code == 200
    seen = view(client, account)
    assert len(seen["contacts"]) == 50
    assert seen["longerLists"] == [{"part": "contacts", "totalSize": 51, "totalSizeCapped": False}]


def test_a_service_that_is_away_leaves_a_marked_gap_and_no_more(
    product: Product, client: httpx.Client, account: str
) -> None:
    with paused(product.pid("contracts")):
        began = time.monotonic()
        seen = view(client, account)
        assert time.monotonic() - began < 5
    assert seen["account"]["displayName"] == ACCOUNT["displayName"]
    assert {(gap["part"], gap["service"], gap["reason"]) for gap in seen["missing"]} == {
        ("contracts", "contracts", "DEADLINE_PASSED"),
        ("instalments", "contracts", "DEADLINE_PASSED"),
        ("receipts", "contracts", "DEADLINE_PASSED"),
        ("quotes", "contracts", "DEADLINE_PASSED"),
    }
    assert all(gap["text"] for gap in seen["missing"])


def test_a_customer_nobody_knows_has_no_view(client: httpx.Client) -> None:
    answer = client.get("/v1/customerViews/01890000-0000-7000-8000-000000000001")
    assert (answer.status_code, answer.json()["reason"]) == (404, "ACCOUNT_NOT_FOUND")


def test_a_customer_of_another_is_no_customer_at_all(product: Product, account: str) -> None:
    with product.client("sales") as stranger:
        assert stranger.get(f"/v1/customerViews/{account.partition('/')[2]}").status_code == 404


def test_nobody_reads_an_aggregate_without_being_signed_in(product: Product, account: str) -> None:
    assert httpx.get(f"{product.url}/v1/customerViews/{account.partition('/')[2]}").status_code == 401
    assert httpx.post(f"{product.url}/v1/dashboards:query", json=NOVEMBER).status_code == 401


def test_the_dashboard_answers_everything_in_one_call(client: httpx.Client) -> None:
    board = client.post("/v1/dashboards:query", json=NOVEMBER)
    assert board.status_code == 200, board.text
    assert board.json()["missing"] == []
    assert board.json()["funnel"]["total"]["steps"]


def test_who_has_just_written_reads_his_own_write_or_is_told_that_it_is_on_its_way(
    product: Product, client: httpx.Client
) -> None:
    """The organization reaches leads by events: with NATS paused it cannot, and afterwards it does."""
    assert product.runner is not None
    nats = next(child for child in product.processes() if "nats-server" in child.name())
    with paused(nats.pid):
        made = client.post("/v1/teams", json={"displayName": "华北一队"})
        after = {"millrace-after": made.headers["millrace-written"]}
        early = client.get("/v1/leads", headers=after)
        assert (early.status_code, early.headers.get("millrace-stale")) == (200, "true")
        refused = client.post("/v1/leads", json=CAME_FIRST, headers=after)
        assert (refused.status_code, refused.json()["reason"]) == (503, "NOT_HERE_YET")
        assert refused.headers["retry-after"] == "1"
    limit = time.monotonic() + 20
    while client.get("/v1/leads", headers=after).headers.get("millrace-stale"):
        assert time.monotonic() < limit
    built_upon = client.post("/v1/leads", json=CAME_FIRST, headers=after)
    assert (built_upon.status_code, built_upon.json()["touchCount"]) == (200, 1), "the refused one had no effect"


def test_figures_hold_what_was_just_written_wherever_they_do_not_say_that_they_are_stale(
    product: Product, client: httpx.Client
) -> None:
    """Through a service and an aggregate: right at once, or marked; and marked while nothing comes."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    day = {"year": today.year, "month": today.month, "day": today.day}
    asked = {"selection": {"period": {"startDate": {"year": today.year, "month": 1, "day": 1}, "endDate": day}}}

    def leads(after: dict[str, str]) -> tuple[int, str | None]:
        answer = client.post("/v1/figures:queryFunnel", json=asked, headers=after)
        return int(answer.json()["total"]["steps"][0]["count"]), answer.headers.get("millrace-stale")

    def lead(number: int) -> dict[str, str]:
        body = {"companyName": f"宁波第{number}紧固件有限公司", "contactName": "周", "phone": f"1390574{number:04}"}
        made = client.post("/v1/leads", json=body)
        assert made.status_code == 200, made.text
        return {"millrace-after": made.headers["millrace-written"]}

    after = lead(1)
    limit = time.monotonic() + 20
    while (found := leads(after))[1]:
        assert time.monotonic() < limit
    before = found[0]
    for number in range(2, 6):
        after = lead(number)
        count, stale = leads(after)
        assert stale == "true" or count == before + number - 1
    assert product.runner is not None
    nats = next(child for child in product.processes() if "nats-server" in child.name())
    with paused(nats.pid):
        after = lead(6)
        assert leads(after)[1] == "true"
        assert client.post("/v1/dashboards:query", json=NOVEMBER, headers=after).headers["millrace-stale"] == "true"
