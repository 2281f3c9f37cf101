"""The first page: sign in, see one's leads with their reasons, change the language, sign out."""

from playwright.sync_api import Page, expect

from tests.support.product import Product

SIGN_IN = {"en-GB": "Sign in", "zh-CN": "登录"}
LEADS = {"en-GB": "Leads", "zh-CN": "线索"}
OTHER = {"en-GB": "zh-CN", "zh-CN": "en-GB"}


def sign_in(page: Page, product: Product, *, password: str = "") -> None:
    account = next(account for account in product.accounts() if account["role"] == "administrator")
    page.goto("/")
    page.fill("input[name=email]", account["email"])
    page.fill("input[name=password]", password or account["password"])
    page.press("input[name=password]", "Enter")


def test_whoever_signs_in_sees_the_leads_with_owner_and_reasons(page: Page, product: Product, locale: str) -> None:
    sign_in(page, product)
    expect(page.locator("#leads h2")).to_contain_text(LEADS[locale])
    expect(page.locator("#rows tr")).to_have_count(50)
    expect(page.locator("#sign-in")).to_be_hidden()
    company, contact, grade, owner, reasons = page.locator("#rows tr").first.locator("td").all_inner_texts()
    assert company or contact
    assert grade in {"A", "B", "C", "D"}
    assert owner
    assert not owner.startswith("members/")
    assert reasons
    assert "_" not in reasons


def test_more_shows_the_next_leads_below(page: Page, product: Product) -> None:
    sign_in(page, product)
    expect(page.locator("#rows tr")).to_have_count(50)
    first = page.locator("#rows tr").first.inner_text()
    page.click("#more")
    expect(page.locator("#rows tr")).to_have_count(100)
    assert page.locator("#rows tr").first.inner_text() == first


def test_whoever_is_not_signed_in_is_offered_what_is_set_up(page: Page) -> None:
    with page.expect_response("**/v1/signInOptions") as told:
        page.goto("/")
    expect(page.locator("#sign-in button")).to_be_visible()
    assert told.value.json() == {"openid": False}
    assert page.locator("#openid").is_hidden()


def test_a_wrong_password_is_told_in_the_readers_language(page: Page, product: Product, locale: str) -> None:
    sign_in(page, product, password="certainly not this one")
    notice = page.locator("#notice")
    expect(notice).not_to_be_empty()
    assert notice.inner_text().isascii() == (locale == "en-GB")
    expect(page.locator("#sign-in")).to_be_visible()


def test_the_language_can_be_changed_and_is_remembered(page: Page, product: Product, locale: str) -> None:
    sign_in(page, product)
    expect(page.locator("#rows tr")).to_have_count(50)
    page.click("#language")
    expect(page.locator("#leads h2")).to_contain_text(LEADS[OTHER[locale]])
    page.reload()
    expect(page.locator("#leads h2")).to_contain_text(LEADS[OTHER[locale]])
    assert OTHER[locale].startswith(page.locator("html").get_attribute("lang") or "nothing")


def test_signing_out_hides_the_leads_for_good(page: Page, product: Product, locale: str) -> None:
    sign_in(page, product)
    expect(page.locator("#rows tr")).to_have_count(50)
    page.click("#sign-out")
    expect(page.locator("#sign-in h2")).to_have_text(SIGN_IN[locale])
    expect(page.locator("#leads")).to_be_hidden()
    page.reload()
    expect(page.locator("#sign-in")).to_be_visible()
    assert page.locator("#rows tr").count() == 0
