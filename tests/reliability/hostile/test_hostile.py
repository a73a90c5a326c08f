"""The short form of `hostile`: strings of our own through every route, into files and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.hostile.attacks import try_attacks
from tests.reliability.hostile.browser import list_pages, open_pages
from tests.reliability.hostile.files import follow_feeds, send_files
from tests.reliability.hostile.site import Site, Tally, find_active, open_site
from tests.reliability.hostile.strings import OWN, read_collections
from tests.reliability.hostile.walk import Walk


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_site(tmp_path) as opened:
        yield opened


@pytest.mark.slow
def test_every_route_withstands_hostile_strings(site: Site) -> None:
    walk = Walk(site, per_place=1)
    walked = walk.run(OWN[::4])
    assert walk.tally.faults == []
    assert site.errors.lines == []
    assert sum(walk.tally.tried.values()) > 500
    assert {"query", "form", "json", "header", "path", "body"} <= set(walk.tally.tried)
    assert {(target.rule.rule, target.method) for target in walked} == {
        (rule.rule, method)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    asked = {target.rule.rule: target.fields for target in walked}
    assert {"q", "mode", "source", "after", "tag"} <= asked["/search"]
    assert {"title", "text", "authors", "url"} <= asked["/api/v1/articles"]


@pytest.mark.slow
def test_who_has_signed_in_is_walked_too(site: Site) -> None:
    site.add_accounts()
    walk = Walk(site, per_place=1)
    walked = walk.run(OWN[:12], below=("/account", "/admin"))
    assert walk.tally.faults == []
    asked = {target.rule.rule: target.fields for target in walked}
    assert {"name", "role", "days"} <= asked["/account/tokens"]
    assert walk.tally.statuses[200] > 50


# Whoosh leaves a table of contents that it cannot read to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_attacks_do_not_get_through(site: Site, tmp_path: Path) -> None:
    tried = list(try_attacks(site, tmp_path / "attacks"))
    assert [attack for attack in tried if attack.got_through] == []
    assert len(tried) > 15
    assert "1 files poisoned, restored" in tried[-1].figures
    assert site.errors.lines == []


@pytest.mark.slow
def test_files_feeds_and_a_browser_withstand_hostile_strings(site: Site) -> None:
    tally, strings = Tally(), OWN[:26:6]
    send_files(site, strings, tally)
    follow_feeds(site, strings, tally)
    site.services.index()
    assert tally.faults == []
    assert site.services.store.count() > 30
    seen = open_pages(site, [*list_pages(site, OWN[:6:3], most_articles=12)][::6])
    assert seen.faults == []
    assert site.errors.lines == []
    assert sum(seen.opened.values()) > 30


def test_a_page_that_does_not_escape_is_told(site: Site) -> None:
    page = (
        "<!doctype html><script>hostile(1)</script><a href='javascript:x()'>x</a>"
        "<img src='http://foreign.example/x.png'>"
    )
    site.app.view_functions["pages.healthz"] = lambda: page
    seen = open_pages(site, ["/healthz"])
    assert seen.executed == ["/healthz: hostile(1)"]  # past the policy, which stops it once
    assert any("script-src" in what for what in seen.stopped)
    assert len(seen.armed) == 2
    assert any("foreign.example" in asked for asked in seen.foreign)


@pytest.mark.parametrize(
    "html",
    [
        "<script>x()</script>",
        "<script src=//foreign.example/x.js></script>",
        "<p onclick=x()>",
        "<a href=' javascript:x()'>",
        "<a href='//foreign.example'>",
        "<iframe>",
        "<hm-foreign>",
        "<img src='data:text/html,x'>",
        "<form action='vbscript:x'>",
    ],
)
def test_foreign_markup_is_found(html: str) -> None:
    assert find_active(html)


def test_our_own_markup_is_not_found() -> None:
    html = "<p><a href='/search?q=&lt;script&gt;'>&lt;script&gt;x()&lt;/script&gt;</a></p>"
    assert find_active(f"{html}<script src='/static/hemero.js' defer></script>") == []


def test_collections_are_read_from_a_folder(tmp_path: Path) -> None:
    assert read_collections(tmp_path / "none") == []
    assert read_collections(tmp_path)[: len(OWN) - 4] == list(OWN)[: len(OWN) - 4]
    (tmp_path / "blns.json").write_text('["undefined", "a \\ud83d", "b"]')
    (tmp_path / "xss").mkdir()
    (tmp_path / "xss" / "x.txt").write_text(">>> clean('''<b>c</b>''')\n")
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer" / "a.test").write_text('{"tests": [{"input": "<d>"}]}')
    found = read_collections(tmp_path)
    assert {"b", "<b>c</b>", "<d>"} <= set(found)
    assert len(found) == len(set(found))
