"""The doors by which leads come in without a program of ours: a form on a page, and a workbook somebody kept."""

import base64
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import xlsxwriter

from gateway.openapi.parameters import path_of
from tests.support.homes import Homes
from tests.support.manual import BINDINGS, body_of
from tests.support.product import Product, import_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def product(homes: Homes) -> Iterator[Product]:
    with homes.started_once() as home:
        made = Product(home).start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def client(product: Product) -> Iterator[httpx.Client]:
    with product.client() as client:
        yield client


@pytest.fixture(scope="module")
def channel(client: httpx.Client) -> dict[str, Any]:
    told = {"displayName": f"官网 {uuid4().hex[:6]}", "kind": "CHANNEL_KIND_WEBSITE", "formEnabled": True}
    made = client.post("/v1/channels", json=told)
    assert made.status_code == 200, made.text
    answer: dict[str, Any] = made.json()
    return answer


def submit(product: Product, token: str, **told: Any) -> httpx.Response:
    """What a page sends, signed in as nobody."""
    filled = {"companyName": "宁波海蓝物流有限公司", "contactName": "王小明", "phone": "13905713333", "consent": True}
    return httpx.post(f"{product.url}/v1/forms/{token}:submit", json=filled | told, timeout=10)


def of_channel(client: httpx.Client, channel: str) -> list[dict[str, Any]]:
    found = client.get("/v1/leads", params={"filter": f'channel = "{channel}"', "pageSize": 200})
    assert found.status_code == 200, found.text
    leads: list[dict[str, Any]] = found.json()["leads"]
    return leads


def test_a_form_is_taken_in_and_answers_a_known_customer_as_a_new_one(
    product: Product, client: httpx.Client, channel: dict[str, Any]
) -> None:
    first = submit(product, channel["formToken"], demoRequested=True)
    again = submit(product, channel["formToken"], need="想再了解一下")
    assert (first.status_code, first.json()) == (200, {})
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    # Nor does what travels beside the answer tell: the lead's name and version would.
    assert not {"set-cookie", "etag", "millrace-written"} & {*first.headers, *again.headers}
    (lead,) = of_channel(client, channel["name"])
    assert (lead["companyName"], lead["touchCount"]) == ("宁波海蓝物流有限公司", 2)
    assert lead["custom"]["consent_time"]
    assert lead["grade"] != "GRADE_UNSPECIFIED"
    assert lead["owner"]


def test_a_form_without_consent_or_of_no_channel_is_refused(product: Product, channel: dict[str, Any]) -> None:
    refused = submit(product, channel["formToken"], consent=False)
    assert (refused.status_code, refused.json()["reason"]) == (422, "CONSENT_MISSING")
    assert submit(product, "0" * 32).json()["reason"] == "CHANNEL_UNKNOWN"


def test_a_webhook_and_a_picture_tell_what_people_did(
    client: httpx.Client, product: Product, channel: dict[str, Any]
) -> None:
    lead = client.post("/v1/leads", json={"companyName": f"青山{uuid4().hex[:6]}科技有限公司"}).json()
    webhook = client.get(f"/v1/{channel['name']}/behaviourWebhook").json()
    now = datetime.now(UTC)
    click = {"lead": lead["name"], "kind": "LEAD_BEHAVIOUR_KIND_CLICK", "time": now.isoformat(), "eventId": "1"}
    body, stamp = json.dumps({"behaviours": [click]}).encode(), str(int(now.timestamp()))
    key = base64.b64decode(webhook["secret"].removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, b"m." + stamp.encode() + b"." + body, "sha256")).decode()
    headers = {"webhook-id": "m", "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    pixel = client.get(f"/v1/{lead['name']}/visitor").json()["pixelPath"]
    with httpx.Client(base_url=product.url) as stranger:
        told = stranger.post(webhook["path"], content=body, headers={"content-type": "application/json"} | headers)
        forged = stranger.post(webhook["path"], content=body + b" ", headers=headers)
        picture = stranger.get(pixel, params={"asset": "/prices"})
    assert (told.status_code, told.json()["created"]) == (200, 1)
    assert (forged.status_code, forged.json()["reason"]) == (401, "WEBHOOK_UNSIGNED")
    assert (picture.headers["content-type"], picture.content[:6]) == ("image/gif", b"GIF89a")
    shown = client.get(f"/v1/{lead['name']}/behaviours").json()["leadBehaviours"]
    assert {each["sender"] for each in shown} == {channel["name"], "pixel"}
    assert client.get("/v1/leadIntentModel").json()["name"] == "leadIntentModel"


def test_a_flood_of_forms_is_held_back_and_leaves_what_was_answered(
    product: Product, client: httpx.Client, channel: dict[str, Any]
) -> None:
    def visit(number: int) -> httpx.Response:
        who = {"companyName": "", "contactName": "", "phone": "", "email": f"visitor@house{number}.example"}
        return submit(product, channel["formToken"], **who)

    with ThreadPoolExecutor(16) as visitors:
        answers = list(visitors.map(visit, range(60)))
    assert {answer.status_code for answer in answers} == {200, 429}
    held_back = next(answer for answer in answers if answer.status_code == 429)
    assert held_back.json()["reason"] == "RATE_LIMITED"
    assert int(held_back.headers["retry-after"]) >= 1
    came = {each["email"] for each in of_channel(client, channel["name"])}
    for number, answer in enumerate(answers):
        assert (f"visitor@house{number}.example" in came) == (answer.status_code == 200)


def test_a_workbook_with_a_formula_a_date_and_a_wrong_cell(client: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "线索.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as workbook:
        sheet, day = workbook.add_worksheet(), workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["公司名称", "手机", "统一社会信用代码", "登记日期", "需求", "预算"])
        sheet.write_row(1, 0, ["无锡渠边机械有限公司", 13905715551, "91330100MA27XF6R2R"])
        sheet.write_datetime(1, 3, date(2025, 3, 5), day)
        sheet.write_string(1, 4, "=HYPERLINK(1)")
        sheet.write_formula(1, 5, "=5*20000", value=100000)
        sheet.write_row(2, 0, ["常州渠边机械有限公司", "13905715552", "91330100MA27XF6R2X", "上个月"])

    done = import_file(client, path, kind=XLSX)

    assert (done["format"], done["progress"]["created"], done["progress"]["refused"]) == (
        "LEAD_IMPORT_FORMAT_XLSX",
        1,
        1,
    ), done
    rows = client.get(f"/v1/{done['name']}/rows").json()["rows"]
    refused = next(row for row in rows if row["outcome"] == "LEAD_IMPORT_ROW_OUTCOME_REFUSED")
    assert refused["line"] == 3
    assert [(each["header"], each["reason"]["code"]) for each in refused["problems"]] == [
        ("统一社会信用代码", "CREDIT_CODE_INVALID"),
        ("登记日期", "CELL_UNREADABLE"),
    ]
    lead = client.get(f"/v1/{next(row['lead'] for row in rows if row['lead'])}").json()
    assert (lead["phone"], lead["creditCode"], lead["need"]) == ("13905715551", "91330100MA27XF6R2R", "=HYPERLINK(1)")
    assert (lead["receivedTime"], lead["budgetMin"]["units"]) == ("2025-03-04T16:00:00Z", "100000")


@pytest.mark.parametrize("method", ["CreateLead", "CheckLeadDuplicates"])
def test_the_manuals_example_of_a_lead_can_be_sent_as_it_stands(client: httpx.Client, method: str) -> None:
    (binding,) = (each for each in BINDINGS if each.method.descriptor.name == method)
    answer = client.post(path_of(binding.template), json=body_of(binding))
    assert answer.status_code == 200, answer.text
