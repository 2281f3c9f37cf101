"""The manual at /docs shows every call of the contracts, with what to send and what comes back."""

import json
import os
import subprocess
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.product import Product

SCHEMAS = {"en-GB": "Schemas", "zh-CN": "数据结构"}
COPY = {"en-GB": "Copy", "zh-CN": "复制"}
COPIED = {"en-GB": "Copied", "zh-CN": "已复制"}
TITLES = {"en-GB": {"curl": "Command line", "body": "Body"}, "zh-CN": {"curl": "命令行", "body": "请求体"}}
OTHER = {"en-GB": "zh-CN", "zh-CN": "en-GB"}
ENGLISH = pytest.mark.parametrize("locale", ["en-GB"])


def contract(product: Product) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{product.url}/openapi.json", timeout=10).json()
    return document


def opened(page: Page, call: str) -> Locator:
    """A call of the manual, unfolded by the keyboard."""
    page.goto("/docs")
    found = page.locator(f"[id={call}]")
    found.locator("summary").first.focus()
    page.keyboard.press("Enter")
    return found


def example(call: Locator, title: str) -> Locator:
    return call.locator("figure", has=call.page.locator("figcaption", has_text=title))


def pasted(line: str, **variables: str) -> str:
    """What a shell says to a line."""
    run = subprocess.run(
        ["/bin/bash", "-c", line],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return run.stdout


def test_every_call_stands_in_the_manual(page: Page, product: Product, locale: str) -> None:
    calls = sum(len(verbs) for verbs in contract(product)["paths"].values())
    assert calls > 50
    page.goto("/docs")
    expect(page.locator("summary .verb")).to_have_count(calls)
    expect(page.locator("h2").last).to_have_text(SCHEMAS[locale])


@ENGLISH
def test_a_message_is_one_click_away(page: Page) -> None:
    opened(page, "CreateLead").get_by_role("link", name="leads.Lead", exact=True).first.click()
    lead = page.locator('[id="leads.Lead"]')
    expect(lead).to_have_attribute("open", "")
    expect(lead.locator("td", has_text="companyName").first).to_be_visible()
    assert page.url.endswith("#leads.Lead")


@ENGLISH
def test_a_call_can_be_linked_to(page: Page) -> None:
    page.goto("/docs#SignIn")
    expect(page.locator("#SignIn figure").first).to_be_in_viewport()
    assert page.locator("#SignIn").get_attribute("open") == ""


@ENGLISH
def test_a_call_shows_what_to_send_what_comes_back_and_how_it_is_refused(page: Page, product: Product) -> None:
    call = opened(page, "CreateLead")
    told = contract(product)["paths"]["/v1/leads"]["post"]
    sent = told["requestBody"]["content"]["application/json"]["example"]
    assert json.loads(example(call, "Body").locator("code").inner_text()) == sent
    answered = json.loads(example(call, "Answer").locator("code").inner_text())
    assert answered == told["responses"]["200"]["content"]["application/json"]["example"]
    refused = json.loads(example(call, "Refused").locator("code").inner_text())
    assert (refused["status"], refused["reason"]) == (400, "REQUEST_INVALID")
    call.get_by_text("Fields", exact=True).click()
    for field in refused:
        expect(call.get_by_role("cell", name=field, exact=True)).to_be_visible()


@ENGLISH
@pytest.mark.parametrize(("call", "told"), [("ListLeads", "leads"), ("SuggestSalesProcess", "salesProcess")])
def test_the_command_line_works_as_it_is_pasted(page: Page, product: Product, call: str, told: str) -> None:
    line = example(opened(page, call), "Command line").locator("code").inner_text()
    with product.client() as client:
        token = client.headers["authorization"].removeprefix("Bearer ")
    assert told in json.loads(pasted(line, TOKEN=token))
    assert json.loads(pasted(line, TOKEN=""))["reason"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("title", ["curl", "body"])
def test_an_example_is_copied_by_the_keyboard(page: Page, visit: BrowserContext, locale: str, title: str) -> None:
    visit.grant_permissions(["clipboard-read", "clipboard-write"])
    call = opened(page, "CreateLead")
    button = call.locator(f"button[data-of={title}]")
    expect(button).to_have_accessible_name(f"{COPY[locale]}: {TITLES[locale][title]}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(COPIED[locale])
    shown = example(call, TITLES[locale][title]).locator("code").text_content()
    assert page.evaluate("navigator.clipboard.readText()") == shown
    expect(button).to_have_text(COPY[locale])


@ENGLISH
def test_without_a_clipboard_the_example_is_selected(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    call = opened(page, "CreateLead")
    call.locator("button[data-of=body]").click()
    expect(page.get_by_role("status")).to_contain_text("Ctrl-C")
    assert page.evaluate("getSelection().toString()") == example(call, "Body").locator("code").inner_text()


def test_the_pages_words_follow_the_reader_and_those_of_the_contracts_stay(page: Page, locale: str) -> None:
    call = opened(page, "CreateLead")
    text = call.locator("pre").first.inner_text()
    page.click("#language")
    expect(page.locator("h2").last).to_have_text(SCHEMAS[OTHER[locale]])
    expect(call.locator("button[data-of=body]")).to_have_text(COPY[OTHER[locale]])
    expect(call).to_have_attribute("open", "")
    assert call.locator("pre").first.inner_text() == text
    assert page.locator("html").get_attribute("lang") == {"en-GB": "zh-CN", "zh-CN": "en"}[locale]
    page.reload()
    expect(page.locator("h2").last).to_have_text(SCHEMAS[OTHER[locale]])


def test_a_manual_that_cannot_be_read_says_so(page: Page, locale: str) -> None:
    page.route("**/openapi.json", lambda route: route.fulfill(status=503, body="{}"))
    page.goto("/docs")
    notice = page.get_by_role("status")
    expect(notice).to_contain_text({"en-GB": "could not be read", "zh-CN": "读取失败"}[locale])
    assert page.locator("summary .verb").count() == 0


@ENGLISH
def test_what_a_contract_says_is_text_and_never_markup(page: Page, product: Product) -> None:
    told = contract(product)
    evil = "<img src=x onerror=\"document.title='taken'\">"
    told["tags"][0]["description"] = evil
    create = told["paths"]["/v1/leads"]["post"]
    create["summary"] = create["description"] = evil
    create["requestBody"]["content"]["application/json"]["example"] = {"companyName": f"O'Hara {evil}"}
    page.route("**/openapi.json", lambda route: route.fulfill(json=told))
    call = opened(page, "CreateLead")
    expect(call.locator("summary").first).to_contain_text(evil)
    expect(page.locator("img")).to_have_count(0)
    line = example(call, "Command line").locator("code").inner_text()
    heard = pasted(line.replace("curl", r"printf '%s\n'", 1))
    assert json.dumps({"companyName": f"O'Hara {evil}"}, separators=(",", ":")) in heard.splitlines()
