"""The manual at /docs shows every call of the contracts."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.product import Product

# The manual speaks English, whatever the browser prefers.
pytestmark = pytest.mark.parametrize("locale", ["en-GB"])


def test_every_call_stands_in_the_manual(page: Page, product: Product) -> None:
    openapi = httpx.get(f"http://127.0.0.1:{product.port}/openapi.json", timeout=10).json()
    calls = sum(len(verbs) for verbs in openapi["paths"].values())
    assert calls > 50
    page.goto("/docs")
    expect(page.locator("summary .verb")).to_have_count(calls)
    expect(page.locator("h2").last).to_have_text("Schemas")


def test_a_message_is_one_click_away(page: Page) -> None:
    page.goto("/docs")
    # The whole of a method's address, so that its custom verbs do not answer to it.
    create = page.locator(
        "details", has=page.locator('summary:has(.verb:text-is("POST")):has(code:text-is("/v1/leads"))')
    )
    create.locator("summary").click()
    create.get_by_role("link", name="leads.Lead", exact=True).first.click()
    lead = page.locator('[id="leads.Lead"]')
    expect(lead).to_have_attribute("open", "")
    expect(lead.locator("td", has_text="companyName")).to_be_visible()
