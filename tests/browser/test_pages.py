"""The pages in Chromium: a journey, without scripts too, narrow and wide."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import open_page, watch
from tests.support.feed_site import article_page, item, rss, running_site

RSS = "application/rss+xml"
PAGES = ("/", "/search?q=missiles", "/search?q=zeppelin&mode=keyword", "/articles/1?q=missiles",
         "/articles/2", "/similar?article=1", "/similar", "/add", "/nowhere", "/feeds", "/jobs",
         "/articles/1/versions", "/timeline?q=missiles&with=drones", "/admin", "/collections",
         "/saved", "/help")  # fmt: skip
PAGE = """<!doctype html><html lang="fr"><head><title>La source</title></head><body><main><h1>La
source retrouvée</h1><p>Une source oubliée a été retrouvée jeudi sous la halle, dit la mairie.</p>
<p>Elle alimentait autrefois le lavoir et trois fontaines, selon les plans des archives.</p></main>
</body></html>"""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_search_to_similar_to_add(browser: Browser, site: str, scripts: bool) -> None:
    page = open_page(browser, site, scripts=scripts)
    troubles = watch(page, site)
    page.goto("/")
    page.fill("#q", "missiles portée")
    page.press("#q", "Enter")
    expect(page.locator("ol.results mark").first).to_have_text("missiles")
    if scripts:
        assert page.url == f"{site}/search?q=missiles+port%C3%A9e"
    page.locator("ol.results h2 a").filter(has_text="Genève").click()
    assert "#char=" in page.url
    expect(page.locator(".piece.current").last).to_contain_text("missiles")
    expect(page.locator(".piece.current").last).to_be_in_viewport()
    page.locator(".signs a").first.click()
    expect(page.locator("ol.results article h2").first).to_be_visible()
    page.goto("/add")
    page.fill("#title", f"Zeppelin {scripts}")
    page.fill("#article-text", f"A zeppelin was seen, {scripts}.")
    page.click("button[value=paste]")
    page.locator(".outcomes li.added a").click()
    expect(page.locator("h1")).to_have_text(f"Zeppelin {scripts}")
    assert troubles == []
    page.context.close()


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_fits_and_stays_at_home(browser: Browser, site: str, path: str, width: int) -> None:
    page = open_page(browser, site, width)
    troubles = watch(page, site)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expected = ["404"] if path == "/nowhere" else []
    assert [t for t in troubles if not any(code in t for code in expected)] == []
    page.context.close()


def test_the_slash_key_goes_to_the_search(browser: Browser, site: str) -> None:
    page = open_page(browser, site)
    page.goto("/articles/1")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_adding_files(browser: Browser, site: str, tmp_path: Path, scripts: bool) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(f"Montgolfière {scripts}\nUne montgolfière s'est posée, {scripts}.")
    bad.write_bytes(b"\x00\x01")
    page = open_page(browser, site, scripts=scripts)
    troubles = watch(page, site)
    page.goto("/add")
    page.set_input_files("#file", [good, bad])
    page.click("button[value=file]")
    expect(page.locator(".outcomes li.added a")).to_have_text("good.txt")
    expect(page.locator(".outcomes li.rejected")).to_contain_text("binary data, not text")
    page.goto("/search?q=montgolfi%C3%A8re")
    expect(page.locator("ol.results article h2").first).to_contain_text("Montgolfière")
    assert troubles == []
    page.context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_saved_page_a_feed_and_a_list(
    browser: Browser, site: str, tmp_path: Path, scripts: bool
) -> None:
    page = open_page(browser, site, scripts=scripts)
    troubles = watch(page, site)
    saved = tmp_path / f"saved {scripts}.html"
    saved.write_text(PAGE.replace("oubliée", f"oubliée ({scripts})"), "utf-8")
    page.goto("/add")
    page.set_input_files("#file", saved)
    page.click("button[value=file]")
    expect(page.locator(".outcomes li.added a")).to_have_text(saved.name)
    with running_site() as press:
        feeds = []
        for name in ("un", "deux"):
            title = f"Halle {name} {scripts}"
            link = press.serve(f"/{name}-{scripts}", article_page(title))
            feeds.append(press.serve(f"/{name}.rss", rss(item(link), title=title), RSS))
        page.goto("/feeds")
        page.fill("#address", feeds[0])
        page.click("form:has(#address) button")
        expect(page.locator(".outcomes li.added")).to_have_count(1)
        listed = tmp_path / "list.opml"
        outlines = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in feeds)
        listed.write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
        page.goto("/feeds")
        page.set_input_files("#opml", listed)
        page.click("form:has(#opml) button")
        expect(page.locator(".outcomes li.added")).to_have_count(1)
        page.goto("/feeds")
        expect(page.locator(f"h2:has-text('Halle deux {scripts}')")).to_be_visible()
    page.goto(f"/search?q=halle+deux+{scripts}")
    expect(page.locator("ol.results article h2").first).to_contain_text(f"Halle deux {scripts}")
    assert troubles == []
    page.context.close()


def test_files_dropped_on_the_form_are_chosen(browser: Browser, site: str) -> None:
    page = open_page(browser, site)
    page.goto("/add")
    dropped = page.evaluate_handle(
        """() => { const files = new DataTransfer();
        for (const name of ["a", "b"])
          files.items.add(new File([`${name}\nTombé.`], `${name}.txt`));
        return files; }"""
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    page.click("button[value=file]")
    expect(page.locator(".outcomes li")).to_have_count(2)
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_switches_stay_on_the_page_and_are_remembered(
    browser: Browser, site: str, scripts: bool
) -> None:
    page = open_page(browser, site, scripts=scripts)
    troubles = watch(page, site)
    page.goto("/search?q=missiles&language=fr")
    page.click("a[hreflang=fr]")
    page.click("a.theme")
    page.click("a.theme")
    assert page.url == f"{site}/search?q=missiles&language=fr"
    expect(page.locator("html[lang=fr][data-theme=dark]")).to_have_count(1)
    page.goto("/add")
    expect(page.locator("h1")).to_have_text("Ajouter des articles")
    expect(page.locator("body")).to_have_css("background-color", "rgb(19, 23, 24)")
    assert troubles == []
    page.context.close()
