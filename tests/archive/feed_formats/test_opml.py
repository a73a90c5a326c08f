"""Lists of feeds from and for other readers."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ArchiveError, NotAFeedError
from archive.feed_formats.model import ACTIVE, Feed
from archive.feed_formats.opml import Outline, read_opml, write_opml

FEED = Feed(1, "https://a.example/feed?a=1&b=2", ACTIVE, "2026-03-01T12:00:00Z", title='Le "Fanal"')


def opml(*outlines: str, version: str = "2.0") -> bytes:
    return f'<opml version="{version}"><body>{"".join(outlines)}</body></opml>'.encode()


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_nested_outlines_in_any_spelling(version: str) -> None:
    document = opml(
        '<outline text="Presse"><outline text="Le Fanal" type="rss" xmlUrl="http://a.example/f"/>',
        '<outline title="Kestrel" xmlurl="feed://b.example/f"/><outline XMLURL="http://c.example/"/>',
        '</outline><outline text="a note"/><outline xmlUrl="http://a.example/f"/>',
        version=version,
    )
    assert read_opml(document) == [
        Outline("Le Fanal", "http://a.example/f"),
        Outline("Kestrel", "http://b.example/f"),
        Outline("", "http://c.example/"),
    ]


def test_broken_entries_say_why() -> None:
    document = opml(
        '<outline text="x" xmlUrl="javascript:alert(1)"/><outline type="rss" text="y"/>',
        '<outline text="A & B" xmlUrl="http://a.example/?a=1&b=2"/>',
    )
    outlines = read_opml(document)
    assert [outline.url for outline in outlines][:2] == [None, None]
    assert "not a web address" in str(outlines[0].problem)
    assert str(outlines[1].problem) == "it has no xmlUrl"
    assert (outlines[2].url or "").startswith("http://a.example/")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"words",
        b"<rss/>",
        b'<!DOCTYPE o [<!ENTITY a "b">]>'
        + opml('<outline text="&a;" xmlUrl="http://a.example/"/>'),
        ('<!DOCTYPE o [<!ENTITY a "b">]>' + opml().decode()).encode("utf-16"),
        b" " * 20_000_001,
    ],
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(NotAFeedError):
        read_opml(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_refused(data: bytes) -> None:
    with suppress(ArchiveError):
        read_opml(opml() + data)


@given(st.lists(st.text(max_size=40), max_size=5))
def test_what_is_written_is_read_back(titles: list[str]) -> None:
    feeds = [
        replace(FEED, id=n, url=f"{FEED.url}&n={n}", title=f"Fil {title}")
        for n, title in enumerate(titles)
    ]
    document = write_opml(feeds).encode("utf-8", "replace")
    assert [outline.url for outline in read_opml(document)] == [feed.url for feed in feeds]


def test_names_survive_the_round_trip() -> None:
    (outline,) = read_opml(write_opml([FEED]).encode())
    assert outline == Outline('Le "Fanal"', FEED.url)
