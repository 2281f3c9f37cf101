"""`make run`: ready in one command, stopped by Ctrl-C, and never in its own way."""

import signal
import socket
import stat
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from deploy.local.stack import SERVICES
from tests.support.homes import Homes
from tests.support.product import READY, Product, every

LEADS = 150
FORGOTTEN_AFTER = 9  # weeks: longer than answers to repeated requests are kept
KPIS = ("KPI_LEADS", "KPI_ORDERS", "KPI_ORDER_RATE", "KPI_RETENTION", "KPI_SIGNED", "KPI_RECEIVED")


@pytest.fixture(scope="module")
def product(homes: Homes) -> Iterator[Product]:
    with homes.started_once(leads=LEADS) as home:
        made = Product(home).start()
        yield made
        made.stop()


def test_it_says_where_it_is_and_whom_to_sign_in_as(product: Product) -> None:
    assert [line for line in product.said if line.startswith(READY)] == [product.said[-1]]
    assert f"http://127.0.0.1:{product.port}" in product.said[-1]
    assert {"administrator", "sales", "senior_sales", "sales_manager"} <= {
        account["role"] for account in product.accounts()
    }


def test_secrets_are_for_the_owner_only(product: Product) -> None:
    files = [product.home / "demo-accounts.json", *(product.home / "secrets").iterdir()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_heads_of_the_audit_logs_are_kept_outside_the_databases(product: Product) -> None:
    assert {file.stem for file in (product.home / "heads").iterdir()} == set(SERVICES)


def test_the_demo_company_is_there(product: Product) -> None:
    with product.client() as client:
        assert client.get("/v1/members").json()["totalSize"] == 60
        assert client.get("/v1/teams").json()["totalSize"] == 12
        assert client.get("/v1/regions").json()["totalSize"] == 4
        leads = client.get("/v1/leads", params={"pageSize": 200, "view": "LEAD_VIEW_FULL"}).json()
    assert LEADS * 0.8 <= leads["totalSize"] <= LEADS
    assert all(lead["grade"] != "GRADE_UNSPECIFIED" and lead["gradeReasons"] for lead in leads["leads"])


def test_every_figure_of_the_demo_company_has_something_to_show(product: Product) -> None:
    today = date.today()  # noqa: DTZ011 - any day of this year will do
    first, last = {"year": today.year - 1, "month": 1, "day": 1}, {"year": today.year, "month": 12, "day": 31}
    everything = {"selection": {"period": {"startDate": first, "endDate": last}}}
    with product.client() as client:
        asked = client.post("/v1/figures:queryRatios", json=everything).json()
        funnel = client.post("/v1/figures:queryFunnel", json=everything).json()
        practices = client.post("/v1/figures:queryPractices", json=everything).json()["practices"]
        progress = [
            client.post("/v1/targets:queryProgress", json={"year": today.year, "kpi": kpi}).json() for kpi in KPIS
        ]
        money = client.get("/v1/instalments", params={"pageSize": 200}).json()["instalments"]
        waiting = client.get("/v1/contractApprovals", params={"filter": "state = APPROVAL_STATE_PENDING"}).json()
        unclaimed = client.get("/v1/unclaimedReceipts").json()
    empty = [each["kind"] for each in asked["metrics"] if int(each["ratio"]["denominator"]) == 0]
    assert empty == ["METRIC_KIND_WIN_BACK_TIME"], "only in a second year can a customer have lapsed and come back"
    assert [each["stage"] for each in funnel["total"]["steps"] if int(each["count"]) == 0] == []
    assert funnel["total"]["winReasons"]
    assert funnel["total"]["lossReasons"]
    assert len({each["practice"] for each in practices if not each.get("group", {}).get("values")}) == 12
    assert any(int(each["wonWith"]) and int(each["lostWith"]) for each in practices)
    assert [len(each["progress"]) for each in progress] == [5] * len(KPIS)
    assert {"INSTALMENT_STATE_PAID", "INSTALMENT_STATE_PLANNED"} <= {each["state"] for each in money}
    assert waiting["totalSize"] > 0
    assert unclaimed["totalSize"] > 0


def test_some_customers_of_the_demo_company_have_gone_on(product: Product) -> None:
    with product.client() as client:
        contracts = every(client, "/v1/contracts", "contracts")
    followed = {contract["renews"] for contract in contracts if contract["renews"]}
    renewed = {contract["name"] for contract in contracts if contract["state"] == "CONTRACT_STATE_RENEWED"}
    assert renewed
    assert renewed <= followed


def test_a_salesperson_sees_only_what_is_hers(product: Product) -> None:
    with product.client() as everything, product.client("sales") as own:
        all_of_them = everything.get("/v1/leads").json()["totalSize"]
        hers = own.get("/v1/leads", params={"pageSize": 200}).json()
    assert hers["totalSize"] < all_of_them
    assert len({lead["owner"] for lead in hers["leads"]}) <= 1


def done_once(product: Product) -> dict[str, int]:
    """When the steps of a first start wrote last: migrating each database, making the first administrator."""
    logs = [*(product.home / "logs").glob("migrate-*"), *(product.home / "logs").glob("bootstrap*")]
    return {file.name: file.stat().st_mtime_ns for file in logs}


def test_a_second_runner_is_refused_the_folder(product: Product) -> None:
    other = Product(product.home)
    with pytest.raises(AssertionError, match="already runs"):
        other.start()


def test_a_process_that_crashes_is_started_again(product: Product) -> None:
    before = product.pid("leads")
    psutil.Process(before).kill()
    limit = time.monotonic() + 20
    with product.client() as client:
        while client.get("/v1/leads").status_code != 200:
            assert time.monotonic() < limit
            time.sleep(0.1)
    assert product.pid("leads") != before


def test_a_killed_runner_leaves_nothing_and_the_next_start_does_nothing_twice(product: Product) -> None:
    """How long it takes is a line of the bench (second-start)."""
    children, steps = product.processes(), done_once(product)
    product.stop(signal.SIGKILL)
    product.start()
    assert done_once(product) == steps
    assert len(steps) == len(SERVICES) + 1
    assert not [line for line in product.said if "(once)" in line]
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    with product.client() as client:
        assert client.get("/v1/leads").json()["totalSize"] >= LEADS * 0.8


def test_ctrl_c_stops_everything(product: Product) -> None:
    children = product.processes()
    assert product.stop(signal.SIGINT) == 0
    assert [child for child in children if child.is_running()] == []


def test_ctrl_c_breaks_into_a_first_start_and_the_next_one_goes_on_where_it_was(homes: Homes) -> None:
    with homes.empty() as home:
        product = Product(home, {"MILLRACE_DEMO_LEADS": "12"}).start(until="Loading the demo company")
        week = home / "demo-week"
        limit = time.monotonic() + 60
        while not week.exists() or int(week.read_text() or 0) < FORGOTTEN_AFTER:
            assert time.monotonic() < limit
            time.sleep(0.05)
        children, asked = product.processes(), time.monotonic()
        assert product.stop(signal.SIGINT) == 0
        assert time.monotonic() - asked < 30, "it went on to the end of the year"
        assert [child for child in children if child.is_running()] == []
        product.start()
        with product.client() as client:
            assert client.get("/v1/regions").json()["totalSize"] == 4
        product.stop()


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(AssertionError, match=f"Port {port} is taken"):
            Product(tmp_path, port=port).start()
