"""Articles chosen on one page of results stay chosen on the others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import open_page, serve, watch
from tests.support.fakes import make_item

ARTICLES = 13


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    items = [
        make_item(f"Grève {n}", f"La grève numéro {n} continue.", published=f"2021-12-{n + 1:02}")
        for n in range(ARTICLES)
    ]
    home: Path = tmp_path_factory.mktemp("long")
    with serve(home, items) as (address, _):
        yield address


def test_choices_survive_paging(browser: Browser, long_list: str) -> None:
    page = open_page(browser, long_list)
    troubles = watch(page, long_list)
    page.goto("/search?q=grève&mode=keyword&sort=oldest")
    page.locator(".choose input").nth(0).check()
    page.locator(".choose input").nth(4).check()
    page.locator("nav.pages a[rel=next]").click()
    expect(page.locator("ol.results article h2").first).to_have_text("Grève 10")
    page.locator(".choose input").nth(1).check()
    page.locator(".collecting summary").click()
    expect(page.locator(".chosen-elsewhere")).to_contain_text("2")
    page.goto("/search?q=grève&mode=keyword&sort=oldest")
    expect(page.locator(".choose input:checked")).to_have_count(2)
    page.locator(".collecting summary").click()
    page.fill("#new-list", "Grèves")
    page.click("#collecting button[type=submit]")
    expect(page.locator("h1")).to_have_text("Grèves")
    titles = page.locator("ol.results article h2")
    expect(titles).to_have_count(3)
    assert set(titles.all_inner_texts()) == {"Grève 0", "Grève 4", "Grève 11"}
    page.goto("/search?q=grève&mode=keyword&sort=oldest")
    expect(page.locator(".choose input:checked")).to_have_count(0)
    assert troubles == []
    page.context.close()


def test_choices_elsewhere_can_be_forgotten(browser: Browser, long_list: str) -> None:
    page = open_page(browser, long_list)
    page.goto("/search?q=grève&mode=keyword")
    page.locator(".choose input").first.check()
    page.goto("/search?q=grève&mode=keyword&page=2")
    page.locator(".choose input").first.check()
    page.locator(".collecting summary").click()
    page.click(".chosen-elsewhere button")
    expect(page.locator(".chosen-elsewhere")).to_be_hidden()
    expect(page.locator(".choose input:checked")).to_have_count(1)
    page.goto("/search?q=grève&mode=keyword")
    expect(page.locator(".choose input:checked")).to_have_count(0)
    page.context.close()
