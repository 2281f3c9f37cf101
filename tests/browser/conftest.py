"""The product in Chromium, as a person has it before her."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.homes import Homes
from tests.support.product import Product

AS_ROOT = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 10_000


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Playwright's loop runs in this thread until it stops: no asynchronous test may come before that."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is absent: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=AS_ROOT if os.geteuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def product(chromium: Browser, homes: Homes) -> Iterator[Product]:
    with homes.started_once(leads=150) as home:
        made = Product(home).start()
        yield made
        made.stop()


@pytest.fixture(params=["en-GB", "zh-CN"])
def locale(request: pytest.FixtureRequest) -> str:
    """Each test reads the pages in both languages."""
    return str(request.param)


@pytest.fixture
def visit(chromium: Browser, product: Product, locale: str) -> Iterator[BrowserContext]:
    """A visit of somebody whom the browser does not know yet."""
    context = chromium.new_context(base_url=f"http://127.0.0.1:{product.port}", locale=locale)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(visit: BrowserContext) -> Iterator[Page]:
    """A page; a script that fails or breaks the content security policy fails the test."""
    faults: list[str] = []
    page = visit.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert faults == []
