"""Accounts in the browser: signing in, looking after them, tokens, the audit, signing out."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import ITEMS, RULES, serve
from web.accounts.passwords import hash_password

PASSWORD = "une phrase tranquille"
PAGES = ("/sign-in", "/account", "/admin/users", "/admin/audit")


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("home"), ITEMS) as (address, services):
        services.accounts.create("claire", "admin", hash_password(PASSWORD))
        yield address


def sign_in(page: Page, name: str = "claire", password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Sign in").click()


def test_a_day_with_accounts(browser: Browser, staffed: str) -> None:
    context = browser.new_context(base_url=staffed, locale="en")
    page = context.new_page()
    page.goto("/search?q=missiles")
    expect(page).to_have_url(f"{staffed}/sign-in?next=/search?q%3Dmissiles")
    expect(page.get_by_role("link", name="Add articles")).to_have_count(0)
    sign_in(page, password="wrong words entirely")
    expect(page.get_by_role("alert")).to_have_text("name or password is wrong")
    sign_in(page)
    expect(page.locator(".results article")).not_to_have_count(0)

    page.goto("/admin/users")
    page.get_by_label("Name").fill("karim")
    page.locator("form", has_text="Create the account").get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="karim")).to_be_visible()

    page.goto("/account")
    page.get_by_label("What it is for").fill("import")
    page.get_by_role("button", name="Create a token").click()
    expect(page.locator(".secret")).to_contain_text("hemero_")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No token yet.")).to_be_visible()

    page.goto("/admin/audit")
    expect(page.get_by_text("POST /admin/users").first).to_be_visible()
    page.goto("/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{staffed}/sign-in?next=/")
    context.close()


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_no_page_breaks_a_rule(browser: Browser, staffed: str, theme: str, language: str) -> None:
    context = browser.new_context(base_url=staffed, color_scheme=theme, locale=language)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("/sign-in", *PAGES):
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("each => { each.open = true }")
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert not found, (path, [(each["id"], each["nodes"][0]["html"]) for each in found])
        page.set_viewport_size({"width": 320, "height": 512})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        page.set_viewport_size({"width": 1280, "height": 800})
        if page.locator("#password[autocomplete=current-password]").count():
            page.fill("#name", "claire")
            page.fill("#password", PASSWORD)
            page.locator("main button").click()
            page.wait_for_load_state("networkidle")
    context.close()
