"""A feed given as a file, the feeds a page names, and results in a fixed order."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from archive.feeds.discover import discover_feeds
from archive.feeds.parallel import OrderedStream
from archive.intake.ingest import ingest
from archive.net.fetch import fetch_url, request_url
from archive.sources import read_file
from archive.store.articles import ArticleStore
from tests.support.feed_site import LOOPBACK, Answer, Site, item, rss


@pytest.mark.parametrize("name", ["flux.rss", "flux.xml", "flux", "flux.atom"])
def test_a_feed_s_file_gives_its_items(tmp_path: Path, store: ArticleStore, name: str) -> None:
    told = item("http://a.example/1", "Crue", "La rivière monte.")
    (tmp_path / name).write_text(rss(told, item("http://a.example/2", "Lien seul")))
    added, refused = ingest(read_file(tmp_path / name), store)
    article = store.get(added.id or 0)
    assert (article.title, article.source, article.url) == (
        "Crue",
        "Le Fanal",
        "http://a.example/1",
    )
    assert "hemero feeds add" in str(refused.reason)


def test_a_json_feed_is_told_from_other_json(tmp_path: Path) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1",
        "items": [{"id": "1", "title": "Crue", "content_text": "La rivière monte."}],
    }
    (tmp_path / "a.json").write_text(json.dumps(feed))
    (tmp_path / "b.json").write_text('{"title": "Crue", "text": "La rivière monte."}')
    for name in ("a.json", "b.json"):
        (read,) = read_file(tmp_path / name)
        draft = read.resolve().draft
        assert draft is not None
        assert (draft.title, draft.paragraphs) == ("Crue", ("La rivière monte.",))


def test_a_broken_feed_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text("rien")
    (read,) = read_file(tmp_path / "a.rss")
    assert "not a feed" in str(read.problem)


def test_feeds_a_page_names() -> None:
    rss_link = 'rel="Alternate" type="application/rss+xml"'
    page = f"""<base href="https://b.example/x/"><link {rss_link} href="f">
    <link rel=alternate type="application/atom+xml; charset=utf-8" href="/atom">
    <link rel=feed href="/j"><link rel=alternate type="text/html" href="/en"><link {rss_link}>
    <link {rss_link} href="javascript:x"><link rel=feed href="/atom">"""
    assert discover_feeds(page, "https://a.example/") == (
        "https://b.example/x/f",
        "https://b.example/atom",
        "https://b.example/j",
    )
    assert discover_feeds("", "https://a.example/") == ()


def test_any_status_is_an_answer_with_its_permanent_moves(site: Site) -> None:
    def ask(path: str) -> tuple[int, str | None]:
        page = request_url(
            site.origin + path, allowed_networks=LOOPBACK, headers={"If-None-Match": '"é"'}
        )
        return page.status, page.moved_to

    site.answers["/304"] = Answer(status=304)
    site.answers["/503"] = Answer(b"busy", status=503, headers=(("Retry-After", "5"),))
    site.answers["/301"] = Answer(status=301, headers=(("Location", "/308"),))
    site.answers["/308"] = Answer(status=308, headers=(("Location", "/302"),))
    site.answers["/302"] = Answer(status=302, headers=(("Location", "/end"),))
    site.answers["/end"] = Answer(status=301, headers=(("Location", "/page"),))
    site.serve("/page", "x")
    assert ask("/304") == (304, None)
    assert ask("/503") == (503, None)
    assert ask("/301") == (200, site.origin + "/302")
    assert ask("/302") == (200, None)
    assert site.asked[-1].headers["if-none-match"] == '"\xe9"'
    assert fetch_url(site.origin + "/301", allowed_networks=LOOPBACK).body == b"x"


def test_results_come_group_by_group() -> None:
    def work(group: int) -> Iterator[tuple[int, int]]:
        for n in range(200):
            time.sleep(0.0001 if group else 0.001)
            yield group, n

    stream = OrderedStream(work, threads=2, stopping=Event())
    assert list(stream.read(range(6))) == [(group, n) for group in range(6) for n in range(200)]


def test_an_error_comes_after_the_results_before_it() -> None:
    def work(group: int) -> Iterator[int]:
        yield group
        if group == 1:
            raise ValueError("broken")

    results = OrderedStream(work, threads=2, stopping=Event()).read(range(3))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="broken"):
        next(results)


def test_a_reader_who_leaves_ends_the_work() -> None:
    def work(group: int) -> Iterator[int]:
        while True:
            yield group

    results = OrderedStream(work, threads=3, stopping=Event()).read(range(9))
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
