"""The real lists FEBRL 1 to 3, imported through the gateway: duplicates found, and nothing lost to a kill.

The third is imported while everything is killed, and is held to the same figure as the others.
"""

import itertools
import os
import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import httpx
import psutil
import pytest

from tests.faults.invariants import EVERYWHERE, TOLD
from tests.support.febrl import febrl, write_csv
from tests.support.homes import Homes
from tests.support.product import Product, every, import_file
from tests.support.records import rows

BEST_KNOWN = 0.98
UNLIMITED = {"MILLRACE_GATEWAY_RATE_PER_ADDRESS": "0", "MILLRACE_GATEWAY_RATE_PER_SESSION": "0"}
SERVERS = {"postgres", "nats-server"}
BYSTANDERS = ("pipeline", "contracts", "analytics")
TAKES_ROWS = {"leads", "postgres"}
Pairs = set[frozenset[str]]


@pytest.fixture
def product(homes: Homes) -> Iterator[Product]:
    with homes.started_once() as home:
        made = Product(home, UNLIMITED).start()
        yield made
        made.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("number", [1, 2])
def test_a_list_with_duplicates_comes_out_with_the_duplicates_named(
    product: Product, tmp_path: Path, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = febrl(number)
    with product.client() as client:
        name_custom_fields(client)
        done = import_file(client, write_csv(number, tmp_path))
        assert done["progress"]["done"] == len(truth.rows)
        found = found_pairs(client, done["name"], [row["external_id"] for row in truth.rows])
    with capsys.disabled():
        assert f1(found, truth.pairs, of=f"FEBRL {number}") >= BEST_KNOWN


@pytest.mark.timeout(240)
def test_killing_any_process_during_an_import_loses_doubles_and_overlooks_nothing(
    product: Product, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = febrl(3)
    with product.client() as client:
        name_custom_fields(client)
        done = import_file(client, write_csv(3, tmp_path), then=lambda: kill_some(product, client), within=180)
        assert done["state"] == "LEAD_IMPORT_STATE_FINISHED"
        lines = [row["line"] for row in every(client, f"/v1/{done['name']}/rows", "rows")]
        leads = client.get("/v1/leads").json()["totalSize"]
        found = found_pairs(client, done["name"], [row["external_id"] for row in truth.rows])
    outcomes = done["progress"]
    assert sorted(lines) == list(range(2, len(truth.rows) + 2))
    assert outcomes["done"] == len(truth.rows)
    assert outcomes["refused"] == sum(not row["contact_name"] for row in truth.rows)
    assert outcomes["skipped"] == 0
    assert leads == outcomes["created"] + outcomes["inReview"]
    assert rows(product, "leads", "select sum(touch_count - 1) from leads") == [(outcomes["touched"],)]
    assert rows(product, "leads", f"{TOLD} {EVERYWHERE['versions with gaps']}") == []
    with capsys.disabled():
        assert f1(found, truth.pairs, of="FEBRL 3") >= BEST_KNOWN


def f1(found: Pairs, true: AbstractSet[frozenset[str]], *, of: str) -> float:
    """The harmonic mean of precision and recall, printed with both."""
    right = len(found & true)
    precision, recall = right / len(found), right / len(true)
    mean = 2 * precision * recall / (precision + recall)
    print(f"\n{of}: precision {precision:.4f} recall {recall:.4f} F1 {mean:.4f}")  # noqa: T201 - asked for
    return mean


def name_custom_fields(client: httpx.Client) -> None:
    """Tell the duplicate rules which custom fields speak of a person, as an administrator does."""
    fields = [{"name": "date_of_birth", "similar": True}, {"name": "soc_sec_id", "similar": True}]
    standing = client.get("/v1/leadRuleSets/duplicates")
    assert standing.status_code == 200, standing.text
    body = {"body": {**standing.json()["body"], "custom_fields": fields}, "etag": standing.json()["etag"]}
    headers = {"if-match": f'"{standing.json()["etag"]}"'}
    changed = client.patch("/v1/leadRuleSets/duplicates", json=body, headers=headers)
    assert changed.status_code == 200, changed.text
    time.sleep(1.1)  # processes look for changed rules once a second


def kill_some(product: Product, client: httpx.Client) -> None:
    """Kill every kind of process, in an order of chance; those that rows pass through only while rows move.

    Services that only listen go first and all at once: while each came back, the import would be over.
    """
    for bystander in BYSTANDERS:
        os.kill(product.pid(bystander), signal.SIGKILL)
    programs = ["leads", "gateway", "directory", "postgres", "nats-server", "leads"]
    random.Random(7).shuffle(programs)
    done = 0
    for program in programs:
        time.sleep(0.3)
        if program in TAKES_ROWS:
            done = rows_done(client, more_than=done)
        killed = pid_of(product, program)
        os.kill(killed, signal.SIGKILL)
        limit = time.monotonic() + 30
        while not serves_again(product, program, killed):
            assert time.monotonic() < limit, f"{program} did not come back"
            time.sleep(0.05)


def rows_done(client: httpx.Client, *, more_than: int) -> int:
    """How many rows the running import has done, once they are more."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        answer = client.get("/v1/leadImports")
        if answer.status_code == 200 and answer.json().get("leadImports"):
            (record,) = answer.json()["leadImports"]
            assert record["state"] == "LEAD_IMPORT_STATE_RUNNING", "the import was over before everything was killed"
            if record["progress"]["done"] > more_than:
                return int(record["progress"]["done"])
        time.sleep(0.05)
    raise AssertionError("the import stands still")


def serves_again(product: Product, program: str, killed: int) -> bool:
    """Whether another process has taken the place of the killed one."""
    try:
        return pid_of(product, program) != killed
    except (FileNotFoundError, ValueError, StopIteration, psutil.NoSuchProcess):
        return False


def pid_of(product: Product, program: str) -> int:
    """The process of one of our programs, or of a server that the runner started for them."""
    if program not in SERVERS:
        return product.pid(program)
    started = psutil.Process(product.runner.pid if product.runner else 0).children()
    return next(each.pid for each in started if each.name() == program and each.status() != psutil.STATUS_ZOMBIE)


def found_pairs(client: httpx.Client, name: str, ids: list[str]) -> Pairs:
    """The rows that became one lead, and those whose leads wait to be confirmed as one person."""
    rows_of: defaultdict[str, list[str]] = defaultdict(list)
    for row in every(client, f"/v1/{name}/rows", "rows"):
        if row["lead"]:  # a row without any name is refused: there is nobody to call
            rows_of[row["lead"]].append(ids[row["line"] - 2])
    pairs = {frozenset(pair) for rows in rows_of.values() for pair in itertools.combinations(rows, 2)}
    for alike in every(client, "/v1/duplicateCandidates", "duplicateCandidates"):
        both = itertools.product(rows_of[alike["lead"]], rows_of[alike["other"]])
        pairs |= {frozenset(pair) for pair in both}
    return pairs
