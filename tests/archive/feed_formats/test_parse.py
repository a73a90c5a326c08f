"""Documents of every kind, as they should be and as they are."""

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ArchiveError, NotAFeedError
from archive.feed_formats.cleaning import MAX_TITLE_CHARACTERS, plain_text
from archive.feed_formats.model import FeedDocument, FeedEntry
from archive.feed_formats.parse import looks_like_feed, read_feed
from archive.feed_formats.sitemaps import MAX_CHILDREN
from archive.feed_formats.syndication import MAX_ENTRIES
from tests.support.feed_site import item, rss
from tests.support.work import at_most

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://fanal.example/flux/"
ENTITIES = b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (ord("b") + n, b"&%c;" % (ord("a") + n) * 10) for n in range(9)
)
BOMB = ENTITIES + b"]>" + rss(item("/a", "&j;")).partition("?>")[2].encode()


def read(document: str | bytes) -> FeedDocument:
    return read_feed(document.encode() if isinstance(document, str) else document, URL, NOW)


def read_item(document: str | bytes) -> FeedEntry:
    (entry,) = read(document).entries
    return entry


# Formats

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://b.example/">
<title>Le Fanal</title><entry><id>tag:1</id><title type="text">Un &lt;br> dans le titre</title>
<link href="crue"/><author><name>Camille Orsenne</name></author><category term="Régions"/>
<published>2026-02-28T10:00:00+01:00</published><summary>Court.</summary>
<content type="html">&lt;p&gt;Un texte plus long.&lt;/p&gt;</content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="/"><title>Le Fanal</title></channel>
<item rdf:about="/crue"><title>Crue</title><link>/crue</link><dc:date>2026-02-28</dc:date>
<dc:creator>Camille Orsenne</dc:creator></item></rdf:RDF>"""
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Le Fanal",
    "language": "fr",
    "authors": [{"name": "La rédaction"}],
    "items": [
        {
            "id": 1,
            "url": "/crue",
            "title": "Crue",
            "content_text": "Un <texte>.\nUn autre.",
            "summary": "Court.",
            "date_published": "2026-02-28T10:00:00+01:00",
            "tags": ["Régions"],
        },
        "no object",
    ],
}


def test_atom() -> None:
    document = read(ATOM)
    assert (document.kind, document.title) == ("atom", "Le Fanal")
    (entry,) = document.entries
    assert entry == FeedEntry(
        key="tag:1",
        link="https://b.example/crue",
        title="Un <br> dans le titre",
        content="<p>Un texte plus long.</p>",
        authors=("Camille Orsenne",),
        published="2026-02-28T10:00:00+01:00",
        section="Régions",
        language="fr",
    )
    assert FeedEntry.from_json(entry.to_json()) == entry


def test_rdf() -> None:
    entry = read_item(RDF)
    assert (entry.link, entry.published) == ("https://fanal.example/crue", "2026-02-28")
    assert entry.authors == ("Camille Orsenne",)


def test_json_feed() -> None:
    document = read(json.dumps(JSON))
    (entry,) = document.entries
    assert (document.kind, entry.key, entry.link) == ("json", "1", "https://fanal.example/crue")
    assert (entry.authors, entry.section, entry.language) == (("La rédaction",), "Régions", "fr")
    assert entry.content == "Un &lt;texte&gt;.<br>Un autre."
    assert entry.published == "2026-02-28T10:00:00+01:00"


@pytest.mark.parametrize("change", [{"items": None}, {"items": {}}, {"title": 3, "authors": "x"}])
def test_json_feed_with_odd_types_is_read(change: dict[str, object]) -> None:
    assert read(json.dumps(JSON | change)).kind == "json"


def test_sitemap_gives_the_newest_first() -> None:
    urls = (
        f"<url><loc>/{n}</loc><lastmod>2026-02-{n % 28 + 1:02d}</lastmod></url>"
        for n in range(1_200)
    )
    document = read(gzip.compress(f"<urlset>{''.join(urls)}</urlset>".encode()))
    assert (document.kind, len(document.entries)) == ("sitemap", MAX_ENTRIES)
    assert document.entries[0].link == "https://fanal.example/27"
    assert tuple(map(str, document.remarks)) == (
        "only the newest 1,000 of 1,200 addresses were taken",
    )


def test_sitemap_index_names_a_bounded_number_of_sitemaps() -> None:
    parts = (f"<sitemap><loc>/{n}.xml</loc></sitemap>" for n in range(50))
    document = read(f"<sitemapindex>{''.join(parts)}</sitemapindex>")
    assert len(document.children) == MAX_CHILDREN
    assert document.remarks


@pytest.mark.parametrize(
    "document",
    [
        "<!doctype html><html><body>x</body></html>",
        "{}",
        "[1]",
        "{",
        "plain words",
        "<a>b</a>",
        "<",
    ],
)
def test_anything_else_is_no_feed(document: str) -> None:
    with pytest.raises(NotAFeedError):
        read(document)
    assert not looks_like_feed(document.encode())


@pytest.mark.parametrize("document", [ATOM, RDF, json.dumps(JSON), rss(), "<urlset></urlset>"])
def test_feeds_look_like_feeds(document: str) -> None:
    assert looks_like_feed(document.encode())
    assert looks_like_feed(document.encode("utf-16"))


# Encodings and damage


@pytest.mark.parametrize(
    "data",
    [
        rss(item("/a", "Été")).encode(),
        rss(item("/a", "Été")).replace("utf-8", "us-ascii").encode(),
        rss(item("/a", "Été")).replace("utf-8", "iso-8859-1").encode(),
        rss(item("/a", "Été")).replace("utf-8", "iso-8859-1").encode("latin-1"),
        rss(item("/a", "Été")).replace("utf-8", "no-such-thing").encode(),
        rss(item("/a", "Été")).encode("utf-16"),
        rss(item("/a", "Été")).encode("utf-16-le"),
        b"\xef\xbb\xbf \n" + rss(item("/a", "&Eacute;t&eacute;")).encode(),
    ],
)
def test_encoding_is_found_whatever_is_declared(data: bytes) -> None:
    assert read_item(data).title == "Été"


@pytest.mark.parametrize("damage", ["</channel></rss>", "&nbsp; & <br>", "\x00\x0b\ud800"])
def test_a_feed_that_is_not_well_formed_is_read(damage: str) -> None:
    text = rss(item("/a", "Crue")).replace("</title><link>", f" {damage}</title><link>")
    entries = read(text.encode("utf-8", "surrogatepass")).entries
    assert entries[0].title.startswith("Crue")


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        b"x " + BOMB,
        b"<?a <b?><!-- <c> -->" + BOMB,
        b"<!DOCTYPE a>" + BOMB,
        b'<?xml version="1.0" encoding="utf-7"?>' + BOMB.replace(b"<!ENTITY", b"+ADw-!ENTITY"),
        BOMB.replace(b"&j;", b"&j;" * 1_000),
        BOMB.replace(b'"aaaaaaaaaa"', b"SYSTEM 'file:///etc/passwd'").replace(b"&j;", b"&a;"),
    ],
)
def test_entities_never_expand(data: bytes) -> None:
    try:
        titles = [entry.title for entry in read(data).entries]
    except ArchiveError:
        titles = []
    assert "aaaaaaaaaa" not in "".join(titles)
    assert "root:" not in "".join(titles)


@pytest.mark.parametrize("inner", ["<item><title>a</title></item>", "<item>", "<entry><id>a"])
def test_a_hundred_thousand_items_are_bounded(inner: str) -> None:
    with at_most(10):
        document = read(rss(inner * 100_000))
        assert len(document.entries) <= MAX_ENTRIES
        assert "only the first 1,000 items" in str(document.remarks[0])


def test_a_thicket_of_tags_is_refused() -> None:
    with pytest.raises(NotAFeedError, match="tags"):
        read(rss(item("/a", "T", "<a>" * 400_000)))


@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda text: rss(text).encode("utf-8", "replace"))
)
def test_any_bytes_are_a_feed_or_refused(data: bytes) -> None:
    with suppress(ArchiveError):
        read(data)


# Items


@pytest.mark.parametrize(
    ("raw", "link"),
    [
        ("../crue?a=1", "https://fanal.example/crue?a=1"),
        ("//b.example/x", "https://b.example/x"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("http://user:secret@b.example/", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_links_are_made_absolute_or_refused(raw: str, link: str | None) -> None:
    entry = read_item(rss(item(raw, "T", "Texte.")))
    assert entry.link == link
    assert bool(entry.remarks) == (link is None and bool(raw))
    assert "secret" not in "".join(map(str, entry.remarks))


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("AT&amp;T &amp;amp; Cie", "AT&T & Cie"),
        ("&lt;b&gt;Gras&lt;/b&gt; et <i>penché</i>", "Gras et penché"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Titre", "Titre"),
        ("&amp;lt;b&amp;gt;Deux fois&amp;lt;/b&amp;gt;", "Deux fois"),
        ("a &lt; b et c &gt; d", "a < b et c > d"),
        ("  deux\n lignes\t", "deux lignes"),
    ],
)
def test_titles_are_plain_text(raw: str, title: str) -> None:
    assert read_item(rss(item("/a", raw))).title == title


def test_a_title_of_forty_thousand_characters_is_cut() -> None:
    entry = read_item(rss(item("/a", "mot " * 10_000)))
    assert len(entry.title) <= MAX_TITLE_CHARACTERS + 1
    assert "cut to" in str(entry.remarks[0])


@pytest.mark.parametrize("raw", ["<!--", "<script", "<!doctype", "&", "<a ", "a@", "<"])
def test_a_field_of_nothing_but_beginnings_is_read_quickly(raw: str) -> None:
    with at_most(10):
        plain_text(raw * 30_000)


@pytest.mark.parametrize(
    ("raw", "published", "remark"),
    [
        ("Sat, 28 Feb 2026 10:00:00 +0100", "2026-02-28T10:00:00+01:00", ""),
        ("Sat, 28 Feb 2026 10:00:00 EST", "2026-02-28T10:00:00-05:00", ""),
        ("Sat, 28 Feb 2026 10:00:00 GMT", "2026-02-28T10:00:00+00:00", ""),
        ("2026-02-28T10:00:00", "2026-02-28T10:00:00Z", ""),
        ("February 2026", "2026-02", ""),
        ("2026-02", "2026-02", ""),
        ("2026-02-28", "2026-02-28", ""),
        ("Fri, 01 Jan 2100 00:00:00 GMT", None, "in the future"),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None, "not a date"),
        ("demain", None, "not a date"),
        (" ", None, ""),  # for which feedparser would give another field, and warn of it
    ],
)
def test_dates(raw: str, published: str | None, remark: str) -> None:
    entry = read_item(rss(item("/a", "T", pubDate=raw)))
    assert entry.published == published
    assert remark in "".join(map(str, entry.remarks))


@pytest.mark.parametrize(
    ("raw", "authors"),
    [
        ("a@b.example (Camille Orsenne)", ("Camille Orsenne",)),
        ("Camille Orsenne &lt;a@b.press&gt;", ("Camille Orsenne",)),
        ("a@b.example", ()),
        ("https://b.example/camille", ()),
    ],
)
def test_authors_are_people(raw: str, authors: tuple[str, ...]) -> None:
    assert read_item(rss(item("/a", "T", author=raw))).authors == authors


def test_a_guid_that_is_no_address_is_no_link() -> None:
    entry = read_item(rss(item("", "T", "Texte.", guid="id-1")))
    assert (entry.key, entry.link) == ("id-1", None)
    assert read_item(rss(item("", "T", guid="http://b.example/1"))).link == "http://b.example/1"


def test_lone_surrogates_are_gone() -> None:
    odd = {"id": "\ud800a", "title": "T\ud800", "language": "f\ud800", "content_text": "x\ud800"}
    entry = read_item(json.dumps(JSON | {"items": [odd], "language": "\ud800"}))
    assert entry.to_json().encode("utf-8")


def test_items_are_remembered_by_guid_then_link_then_text() -> None:
    given_keys = [
        item("/a?utm_source=x", "T", guid="id-1"),
        item("/a?utm_source=x", "T"),
        item("", "T", "Texte."),
        item("", "T", "Texte.", guid="g" * 5_000),
    ]
    keys = [entry.key for entry in read(rss(*given_keys)).entries]
    assert keys[:2] == ["id-1", "https://fanal.example/a"]
    assert all(key.startswith("sha256:") for key in keys[2:])
    assert len(set(keys)) == 4
