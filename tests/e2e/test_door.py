"""What REST promises on a running product: versions, repeats, refusals that name the field, sign-in by a provider."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.programs import free_address
from tests.support.homes import Homes
from tests.support.product import Product

ADDRESS = "city, country, district, line1, line2, postalCode, province, streetNumber"
LEAD = {"companyName": "杭州云帆精密制造有限公司", "contactName": "陈思远", "phone": "13800138000"}
PROVIDER_SECRET = "provider-secret: with/signs & more"


@pytest.fixture(scope="module")
def port() -> int:
    return int(free_address().rsplit(":", 1)[1])


@pytest.fixture(scope="module")
def provider(port: int) -> Iterator[str]:
    """The address of a running OpenID provider that sends browsers back to the product."""
    back = f"http://127.0.0.1:{port}/sign-in/openid/callback"
    arguments = [sys.executable, "-m", "tests.support.openid_provider", back]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


@pytest.fixture(scope="module")
def product(provider: str, port: int, homes: Homes) -> Iterator[Product]:
    told = {
        "MILLRACE_OPENID_ISSUER": provider,
        "MILLRACE_OPENID_CLIENT_ID": "millrace",
        "MILLRACE_OPENID_CLIENT_SECRET": PROVIDER_SECRET,
    }
    with homes.started_once() as home:
        made = Product(home, told, port=port).start()
        yield made
        made.stop()


@pytest.fixture
def client(product: Product) -> Iterator[httpx.Client]:
    with product.client() as signed_in:
        yield signed_in


@pytest.fixture
def lead(client: httpx.Client) -> httpx.Response:
    """A lead as it is read after it was made."""
    made = client.post("/v1/leads", json=LEAD)
    assert made.status_code == 200, made.text
    return client.get(f"/v1/{made.json()['name']}")


def path(lead: httpx.Response) -> str:
    return f"/v1/{lead.json()['name']}"


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client, lead: httpx.Response) -> None:
    again = client.get(path(lead), headers={"If-None-Match": lead.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_second_of_two_who_change_the_same_version_is_told(client: httpx.Client, lead: httpx.Response) -> None:
    seen = {"If-Match": lead.headers["etag"]}
    first = client.patch(path(lead), json={"need": "报价系统"}, headers=seen)
    second = client.patch(path(lead), json={"need": "演示"}, headers=seen)
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["reason"] == "STALE_VERSION"
    assert client.get(path(lead)).json()["need"] == "报价系统"


def test_a_change_that_names_no_version_is_refused(client: httpx.Client, lead: httpx.Response) -> None:
    assert client.patch(path(lead), json={"need": "演示"}).status_code == 428


def test_a_repeat_gets_the_first_answer_and_makes_nothing(client: httpx.Client) -> None:
    key = {"Idempotency-Key": "door-7"}
    first, again = (client.post("/v1/leads", json=LEAD, headers=key) for _ in range(2))
    assert first.json() == again.json()
    other = client.post("/v1/leads", json={**LEAD, "need": "演示"}, headers=key)
    assert (other.status_code, other.json()["reason"]) == (422, "REQUEST_ID_REUSED")


@pytest.mark.parametrize(
    ("body", "language", "field", "message"),
    [
        ({"company": "x"}, "en", "company", "There is no field company; there is: companyName, campaign"),
        ({"company": "x"}, "zh", "company", "没有字段 company，可用的有：companyName, campaign"),
        ({"address": {"town": "x"}}, "zh", "address.town", f"没有字段 address.town，可用的有：{ADDRESS}"),
        ({**LEAD, "employeeCount": "many"}, "en", "employeeCount", "employeeCount must be: a whole number"),
        ({**LEAD, "employeeCount": "many"}, "zh", "employeeCount", "employeeCount 应为：整数"),
    ],
)
def test_a_wrong_field_is_named_in_the_readers_language(
    client: httpx.Client, body: dict[str, Any], language: str, field: str, message: str
) -> None:
    problem = client.post("/v1/leads", json=body, headers={"accept-language": language}).json()
    assert [(each["field"], each["message"]) for each in problem["errors"]] == [(field, message)]


def test_who_has_signed_out_is_out_of_every_service(product: Product) -> None:
    with product.client("sales") as client:
        everywhere = ("/v1/leads", "/v1/pipelineRuleSets", "/v1/contractRuleSets")
        assert [client.get(path).status_code for path in everywhere] == [200, 200, 200]
        assert client.post("/v1/sessions:signOut", json={}).status_code == 200
        limit = time.monotonic() + 20
        while [client.get(path).status_code for path in everywhere] != [401, 401, 401]:
            assert time.monotonic() < limit
            time.sleep(0.1)


def test_whom_the_provider_vouches_for_is_signed_in_and_out_again(product: Product) -> None:
    administrator = next(account for account in product.accounts() if account["role"] == "administrator")
    with httpx.Client(base_url=product.url, timeout=10) as browser:
        sent = browser.get("/sign-in/openid")
        assert sent.status_code == 303
        login = administrator["email"].partition("@")[0]
        there = httpx.get(f"{sent.headers['location']}&login={login}", timeout=10)
        assert there.status_code == 302, there.text
        back = there.headers["location"]
        assert back.startswith(f"{product.url}/sign-in/openid/callback")
        home = browser.get(back)
        assert (home.status_code, home.headers["location"]) == (303, "/")
        assert browser.get("/v1/myAccess").status_code == 200

        assert browser.post("/sign-out", headers={"origin": product.url}).status_code == 200
        assert browser.get("/v1/myAccess").status_code == 401


def test_a_return_nobody_began_signs_nobody_in(product: Product) -> None:
    answer = httpx.get(f"{product.url}/sign-in/openid/callback?state=x&code=y", timeout=10)
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGN_IN_EXPIRED")
