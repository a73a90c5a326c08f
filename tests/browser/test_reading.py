"""What scripts add: answers without a reload, the keyboard, matches in a text, quotations."""

import pytest
from playwright.sync_api import Browser, Page, Position, expect

from indexer.ranking.merged_ranking import Ranking
from tests.support.browsing import YEARS, open_page, watch


@pytest.fixture
def page(browser: Browser, site: str) -> Page:
    return open_page(browser, site)


def loads(page: Page) -> int:
    """How often a document was loaded since this was asked first."""
    return int(page.evaluate("(window.kept = (window.kept ?? 0) + 1)"))


def test_a_filter_applies_without_a_reload(page: Page, site: str) -> None:
    troubles = watch(page, site)
    page.goto("/search?q=missiles")
    assert loads(page) == 1
    before = page.locator(".results article h2").count()
    page.check("input[name=language][value=ar]")
    expect(page.locator(".results article h2")).to_have_count(1)
    assert page.url == f"{site}/search?q=missiles&language=ar"
    expect(page.locator("input[name=language][value=ar]")).to_be_focused()
    page.go_back()
    expect(page.locator(".results article h2")).to_have_count(before)
    expect(page.locator("input[name=language][value=ar]")).not_to_be_checked()
    page.fill("#q", "drones")
    page.press("#q", "Enter")
    expect(page).to_have_title("drones – Hemero")
    expect(page.locator("#main")).to_be_focused()
    assert loads(page) == 2, "the same document all the way"
    assert troubles == []


def test_a_search_that_cannot_be_answered_in_place_is_loaded(page: Page, site: str) -> None:
    page.goto("/search?q=missiles")
    page.route("**/search?q=drones*", lambda route: route.fulfill(status=200, body="<p>proxy</p>"))
    loads(page)
    page.fill("#q", "drones")
    page.press("#q", "Enter")
    expect(page.locator("body")).to_contain_text("proxy")
    assert loads(page) == 1, "another document"


def test_arrows_lead_from_result_to_result(page: Page) -> None:
    page.goto("/search?q=missiles")
    links = page.locator(".results h2 a")
    page.keyboard.press("ArrowDown")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article.story h1")).to_be_visible()


def test_the_question_mark_shows_the_help(page: Page, site: str) -> None:
    page.goto("/")
    page.fill("#q", "")
    page.keyboard.press("?")
    expect(page.locator("#q")).to_have_value("?")
    page.goto("/articles/1")
    page.keyboard.press("?")
    page.wait_for_url(f"{site}/help")


def test_matches_of_a_text_are_walked_in_a_circle(page: Page) -> None:
    page.goto("/articles/1?q=missiles+genève+inspecteurs")
    status = page.locator(".matches [role=status]")
    expect(status).to_have_text("2 matches")
    page.click(".matches a:last-child")
    expect(status).to_have_text("1 / 2 matches")
    expect(page.locator("mark.current")).to_have_text("inspecteurs")
    page.click(".matches a:last-child")
    page.click(".matches a:last-child")
    expect(page.locator("mark.current")).to_have_text("inspecteurs")
    page.click(".matches a:first-child")
    expect(page.locator("mark.current")).to_have_text("missiles")


def test_similar_articles_come_beside_the_text(page: Page) -> None:
    page.goto("/articles/1")
    expect(page.locator(".beside li a").first).to_be_visible()


def test_a_selection_is_quoted_with_its_characters(page: Page, site: str) -> None:
    page.goto("/articles/1")
    text = "Des inspecteurs iront sur place.\n\nLes missiles à moyenne portée seront détruits."
    page.evaluate(
        """() => {
          const pieces = [...document.querySelectorAll("#text .piece")];
          const piece = pieces.find((each) => each.textContent.includes("moyenne"));
          const node = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT).nextNode();
          const start = node.data.indexOf("moyenne");
          const range = document.createRange();
          range.setStart(node, start);
          range.setEnd(node, start + "moyenne portée".length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    start = text.index("moyenne portée")
    quoted = f"v=1&char={start}%2C{start + len('moyenne portée')}"
    link = page.locator("#cite a[data-kind=md]")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", f"{site}/articles/1.md?{quoted}")


def test_recent_searches_are_offered_and_forgotten(page: Page) -> None:
    page.goto("/search?q=missiles")
    page.goto("/search?q=drones")
    page.goto("/")
    expect(page.locator("#recent li a")).to_have_text(["drones", "missiles"])
    page.click("#recent button")
    expect(page.locator("#recent")).to_be_hidden()
    page.reload()
    expect(page.locator("#recent")).to_be_hidden()


def test_a_passage_near_in_meaning_gets_its_sentence(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.goto("/search?q=zeppelins&mode=semantic")
    expect(page.locator(".results .apart")).to_have_count(1)
    assert page.locator(".results :is(.near, .meant)").count() == 0
    # Among so few passages of a model of ours nothing is sure.
    monkeypatch.setattr(Ranking, "is_sure", lambda *_: True)
    page.reload()
    expect(page.locator(".results .near").first).to_be_visible()
    assert page.locator(".results .meant").count() == 0


def test_dragging_over_the_picture_of_time_keeps_what_lies_between(
    page: Page,
) -> None:
    page.goto("/search?q=calendrier&mode=keyword")
    expect(page.locator(".results article h2")).to_have_count(len(YEARS))
    box = page.locator(".times svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 10, steps=4)
    expect(page.locator(".times .chosen")).to_be_visible()
    page.mouse.up()
    page.wait_for_url("**after=*")
    expect(page.locator(".results article h2")).to_have_text(["Calendrier de 2015"])
    assert page.locator(".chips li").count() >= 2


def test_pages_weigh_little_and_ask_nobody_else(browser: Browser, site: str) -> None:
    for path in ("/", "/search?q=missiles", "/articles/1?q=missiles", "/similar?article=1", "/add"):
        page = open_page(browser, site)
        sizes: dict[str, int] = {}
        page.on(
            "response", lambda answer, sizes=sizes: sizes.update({answer.url: len(answer.body())})
        )
        page.goto(path)
        page.wait_for_load_state("networkidle")
        own = sum(size for url, size in sizes.items() if "explain=1" not in url)
        assert 0 < own < 100_000, (path, sizes)
        assert all(url.startswith(site) for url in sizes)
        page.context.close()


def test_a_new_selection_replaces_the_old_and_none_means_the_article(page: Page, site: str) -> None:
    page.goto("/articles/1")
    link = page.locator("#cite a[data-kind=md]")
    paragraphs = page.locator("#text p")
    on_words = Position(x=20, y=10)  # in fonts of some widths a link stands in the middle
    text = "Des inspecteurs iront sur place.\n\nLes missiles à moyenne portée seront détruits."
    paragraphs.nth(1).click(click_count=3, position=on_words)
    second = f"char={text.index('Les')}%2C{len(text)}"
    expect(link).to_have_attribute("href", f"{site}/articles/1.md?v=1&{second}")
    paragraphs.nth(0).click(click_count=3, position=on_words)
    first = f"char=0%2C{text.index(chr(10))}"
    expect(link).to_have_attribute("href", f"{site}/articles/1.md?v=1&{first}")
    expect(page.locator("#cite blockquote")).to_have_text("Des inspecteurs iront sur place.")
    page.locator("h1").click()
    expect(link).to_have_attribute("href", f"{site}/articles/1.md")
    expect(page.locator("#cite blockquote")).to_be_hidden()


def test_the_box_says_what_the_page_shows(page: Page) -> None:
    page.goto("/search?q=missiles+drones")
    page.evaluate("document.querySelector('.results h2 a').href = '/search?q=drones'")
    page.locator(".results h2 a").first.click()
    expect(page).to_have_title("drones – Hemero")
    expect(page.locator("#q")).to_have_value("drones")
    page.go_back()
    expect(page.locator("#q")).to_have_value("missiles drones")
