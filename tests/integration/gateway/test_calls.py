"""Unary calls over HTTP: from the JSON a person writes to the JSON a person reads."""

import time
from typing import Any

import grpc
import httpx
import pytest

from chassis.imports.refusals import ImportFieldTwice
from chassis.listing.refusals import FilterInvalid
from chassis.rpc.refusals import InvalidRequest, Violation
from kernel.errors import InvalidField, NotAllowed, NotFound, Overloaded, Refusal, RequestInProgress, StaleVersion
from tests.integration.gateway.neighbour import Neighbour

LEAD = "/v1/leads/018f0000-0000-7000-8000-000000000001"


async def test_a_lead_is_read_as_json_with_its_etag(client: httpx.AsyncClient) -> None:
    answer = await client.get(LEAD)
    assert answer.status_code == 200
    assert answer.headers["etag"].startswith('"7.')
    assert answer.json()["companyName"] == "云帆科技"
    assert answer.json()["grade"] == "GRADE_UNSPECIFIED"


async def test_a_lead_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient) -> None:
    etag = (await client.get(LEAD)).headers["etag"]
    answer = await client.get(LEAD, headers={"If-None-Match": f'"1.000000000000", {etag}'})
    assert (answer.status_code, answer.content) == (304, b"")


async def test_what_changed_beside_the_version_is_sent_again(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    """A purchase intent is learnt anew, and the lead is still of the same version."""
    etag = (await client.get(LEAD)).headers["etag"]
    neighbour.intent = 0.75
    answer = await client.get(LEAD, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.json()["intent"]["probability"]) == (200, 0.75)
    assert answer.headers["etag"] != etag


async def test_token_language_and_trace_go_along(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = {"Authorization": "Bearer abc", "Accept-Language": "en-GB,zh;q=0.5", "traceparent": trace}
    await client.get(LEAD, headers=headers)
    told = neighbour.metadata[0]
    assert (told["authorization"], told["accept-language"], told["traceparent"]) == ("Bearer abc", "en", trace)


async def test_what_a_write_changed_is_told_and_goes_along_with_what_is_asked_afterwards(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.closing = (("millrace-written", "millrace.leads.v1.lead/1@1"), ("x-inside", "nobody's concern"))
    made = await client.post("/v1/leads", json={})
    assert made.headers["millrace-written"] == "millrace.leads.v1.lead/1@1"
    assert "x-inside" not in made.headers
    neighbour.closing = (("millrace-stale", "true"),)
    read = await client.get("/v1/leads/1", headers={"millrace-after": made.headers["millrace-written"]})
    assert neighbour.metadata[-1]["millrace-after"] == "millrace.leads.v1.lead/1@1"
    assert read.headers["millrace-stale"] == "true"


async def test_the_query_fills_the_request(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    answer = await client.get("/v1/leads", params={"pageSize": "20", "filter": "grade = GRADE_A", "order_by": "grade"})
    asked = neighbour.asked[0]
    assert (asked.page_size, asked.filter, asked.order_by) == (20, "grade = GRADE_A", "grade")
    assert answer.json()["totalSize"] == 1


async def test_the_idempotency_key_becomes_the_request_id(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    await client.post("/v1/leads", json={"companyName": "云帆"}, headers={"Idempotency-Key": "import-7"})
    assert neighbour.asked[0].request_id == "import-7"
    assert neighbour.asked[0].lead.company_name == "云帆"


async def test_a_write_without_a_key_gets_one(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    await client.post("/v1/leads", json={"companyName": "云帆"})
    assert len(neighbour.asked[0].request_id) == 36


async def test_an_update_needs_the_version_it_changes(client: httpx.AsyncClient) -> None:
    answer = await client.patch(LEAD, json={"companyName": "云帆"})
    assert answer.status_code == 428
    assert answer.json()["reason"] == "ETAG_REQUIRED"
    anything = await client.patch(LEAD, json={"companyName": "云帆"}, headers={"if-match": "*"})
    assert (anything.status_code, anything.json()["reason"]) == (428, "ETAG_REQUIRED")
    assert "*" in anything.json()["detail"]


async def test_if_match_names_the_version_and_the_body_the_mask(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    body = {"companyName": "云帆", "grade": "GRADE_A", "name": "leads/other"}
    answer = await client.patch(LEAD, json=body, headers={"If-Match": '"7"'})
    asked = neighbour.asked[0]
    assert answer.status_code == 200
    assert asked.lead.etag == "7"
    assert asked.lead.name == LEAD.removeprefix("/v1/")
    assert list(asked.update_mask.paths) == ["company_name"]


async def test_a_mask_of_the_query_goes_before_that_of_the_body(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    body = {"companyName": "云帆", "phone": "1", "etag": "7"}
    await client.patch(LEAD, json=body, params={"updateMask": "phone,jobTitle"})
    assert list(neighbour.asked[0].update_mask.paths) == ["phone", "job_title"]


@pytest.mark.parametrize(
    ("refusal", "headers", "status"),
    [
        (StaleVersion(resource="leads/1"), {"If-Match": '"1"'}, 412),
        (StaleVersion(resource="leads/1"), {}, 409),
        (RequestInProgress(request_id="x"), {}, 409),
        (NotFound(resource="leads/1"), {}, 404),
        (NotAllowed(permission="leads.write"), {}, 403),
        (Overloaded(), {}, 503),
    ],
)
async def test_a_refusal_of_the_service_becomes_a_problem(
    client: httpx.AsyncClient, neighbour: Neighbour, refusal: Refusal, headers: dict[str, str], status: int
) -> None:
    neighbour.refusals = [refusal, refusal]
    answer = await client.patch(LEAD, json={"companyName": "云帆", "etag": "1"}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == refusal.reason


async def test_fields_of_a_problem_are_named_as_in_the_body(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.refusals = [InvalidRequest(violations=(Violation("lead.company_name", "string.max_len", "long"),))]
    answer = await client.post("/v1/leads", json={"companyName": "云帆"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"field": "companyName", "reason": "string.max_len", "message": "is too long"}]


async def test_the_text_of_a_problem_names_its_field_as_in_the_body(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.refusals = [InvalidField(field="lead.budget_min")]
    answer = await client.post("/v1/leads", json={"companyName": "云帆"}, headers={"Accept-Language": "en"})
    problem = answer.json()
    assert (problem["errors"][0]["field"], problem["metadata"]["field"]) == ("budgetMin", "budgetMin")
    for told in (problem["detail"], problem["errors"][0]["message"]):
        assert "budgetMin" in told
        assert "budget_min" not in told


async def test_a_field_that_does_not_exist_is_named_as_the_caller_wrote_it(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    problem = (await client.get("/v1/leads?access_token=x", headers={"Accept-Language": "zh"})).json()
    assert problem["detail"].startswith("没有字段 access_token，可用的有：filter, orderBy, pageSize, pageToken")
    assert problem["metadata"]["field"] == "access_token"
    assert [each["field"] for each in problem["errors"]] == ["access_token"]
    assert neighbour.asked == []


async def test_a_value_that_looks_like_a_path_stays_as_it_was_sent(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.refusals = [ImportFieldTwice(field="columns[1].field", value="company_name", column=2)]
    problem = (await client.post("/v1/leads", json={"companyName": "云帆"})).json()
    assert problem["detail"] == "Two columns are to fill company_name (column 2)"
    assert [each["field"] for each in problem["errors"]] == ["columns[1].field"]


async def test_an_empty_object_is_an_object(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    await client.post("/v1/leads", json={})
    assert neighbour.asked[0].HasField("lead")


async def test_a_refusal_of_a_long_text_arrives_as_the_refusal_it_is(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.refusals = [FilterInvalid(near="线" * 2000)]
    answer = await client.get("/v1/leads")
    assert (answer.status_code, answer.json()["reason"]) == (400, "FILTER_INVALID")


async def test_words_that_the_service_did_not_mean_for_people_stay_inside(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.refusals = [grpc.StatusCode.INTERNAL]
    answer = await client.get(LEAD)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["metadata"]["error_id"]


async def test_a_method_the_service_does_not_know_yet_is_not_served(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/members")
    assert (answer.status_code, answer.json()["reason"]) == (501, "NOT_SERVED")


async def test_a_write_is_repeated_once_with_the_same_request_id(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    neighbour.refusals = [grpc.StatusCode.UNAVAILABLE]
    answer = await client.post("/v1/leads", json={"companyName": "云帆"})
    assert answer.status_code == 200
    first, second = neighbour.asked
    assert first.request_id == second.request_id


async def test_a_sign_in_is_not_repeated(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    neighbour.refusals = [grpc.StatusCode.UNAVAILABLE]
    answer = await client.post("/v1/sessions:signIn", json={"email": "a@b.example", "password": "x"})
    assert answer.status_code == 503
    assert len(neighbour.asked) == 1


async def test_a_service_that_is_away_is_left_alone_for_a_while(
    client: httpx.AsyncClient, neighbour: Neighbour
) -> None:
    await neighbour.stop()
    for _ in range(3):
        answer = await client.get(LEAD)
        assert answer.status_code == 503
        assert answer.json()["reason"] == "SERVICE_AWAY"
    assert answer.headers["retry-after"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"company": "x"}, "没有字段 company，可用的有：companyName"),
        ({"address": {"town": "x"}}, "没有字段 address.town，可用的有：city, country, district"),
        ({"employeeCount": "many"}, "employeeCount 应为：整数"),
        ({"urgency": "SOON"}, "urgency 应为：URGENCY_"),
    ],
)
async def test_a_wrong_field_is_answered_with_what_would_be_right(
    client: httpx.AsyncClient, body: dict[str, Any], told: str
) -> None:
    answer = await client.post("/v1/leads", json=body, headers={"Accept-Language": "zh"})
    assert answer.json()["detail"].startswith(told)


@pytest.mark.parametrize(
    ("body", "reason", "field"),
    [
        (b'{"company": "x"}', "FIELD_UNKNOWN", "company"),
        (b'{"address": {"town": "x"}}', "FIELD_UNKNOWN", "address.town"),
        (b'{"employeeCount": "many"}', "FIELD_OF_OTHER_KIND", "employeeCount"),
        (b'{"employeeCount": "12.5"}', "FIELD_OF_OTHER_KIND", "employeeCount"),
        (b'{"companyName": 5}', "FIELD_OF_OTHER_KIND", "companyName"),
        (b'{"urgency": "SOON"}', "FIELD_OF_OTHER_KIND", "urgency"),
        (b'{"budgetMin": {"units": "x"}}', "FIELD_OF_OTHER_KIND", "budgetMin.units"),
        (b'{"demoRequestTime": "soon"}', "FIELD_NOT_INSTANT", "demoRequestTime"),
        ('{"address": "上海"}'.encode(), "FIELD_NOT_OBJECT", "address"),
        (b'{"address": []}', "FIELD_NOT_OBJECT", "address"),
        (b'{"budgetMin": "500000"}', "FIELD_NOT_OBJECT", "budgetMin"),
        (b'{"custom": "x"}', "FIELD_NOT_OBJECT", "custom"),
        ('{"tags": "专精特新"}'.encode(), "FIELD_NOT_LIST", "tags"),
        (b"{", "BODY_NOT_JSON", None),
        (b"[]", "BODY_NOT_JSON", None),
        (b"\xff", "BODY_NOT_JSON", None),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "BODY_TOO_DEEP", None),
    ],
)
async def test_a_flawed_body_never_reaches_the_service(
    client: httpx.AsyncClient, neighbour: Neighbour, body: bytes, reason: str, field: str | None
) -> None:
    answer = await client.post("/v1/leads", content=body, headers={"Content-Type": "application/json"})
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["reason"]) == (400, reason)
    assert [each["field"] for each in problem.get("errors", [])] == ([] if field is None else [field])
    assert neighbour.asked == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/v1/leads/", 404),
        ("GET", "/v1/leads/a/b", 404),
        ("DELETE", "/v1/leads", 405),
        ("POST", "/docs", 405),
        ("POST", "/openapi.json", 405),
        ("GET", "/sign-in/password", 405),
        ("POST", "/assets/style.css", 405),
        ("POST", "/v1/leads:batchCreate", 404),
        ("GET", "/v1/leads?pageSize=many", 400),
        ("GET", "/v1/leads?page=1", 400),
        ("GET", "/v1/leads?pageSize=1&pageSize=2", 400),
    ],
)
async def test_what_the_contracts_do_not_know_is_refused(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_body_over_one_mebibyte_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/leads", json={"need": "x" * 1024 * 1024})
    assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    "text",
    [b'"' + b'\\"' * 500_000, b'""' * 500_000, b'"' + b"\\" * 1_000_000, b"[" * 1_000_000, b"[]," * 300_000],
    ids=["a string without end", "many strings", "backslashes", "only depth", "many lists"],
)
async def test_a_hostile_body_of_a_stranger_is_refused_at_once(client: httpx.AsyncClient, text: bytes) -> None:
    begun = time.perf_counter()
    answer = await client.post("/v1/leads", content=b"[" * 33 + text, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (400, "BODY_TOO_DEEP")
    assert time.perf_counter() - begun < 2


async def test_brackets_inside_a_text_are_no_depth(client: httpx.AsyncClient, neighbour: Neighbour) -> None:
    need = '\\"[{' * 40
    answer = await client.post("/v1/leads", json={"need": need})
    assert answer.status_code == 200
    assert neighbour.asked[0].lead.need == need


async def test_a_form_of_a_foreign_page_is_not_json(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/leads", content=b"{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_problems_are_told_in_chinese_by_default(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nothing")
    assert answer.json()["detail"] == "/v1/nothing 处没有任何内容"
