"""`normalize`: what makes two addresses one, and what a date says where people read it."""

import dateparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import FieldRefusedError
from archive.intake.ingest import ingest
from archive.model import ArticleDraft
from archive.store.articles import ArticleStore
from archive.text.addresses import address_key, canonical_url, is_front_page, key_or_none
from archive.text.normalize import normalize_draft, parse_published
from tests.support.fakes import make_item

ADDRESSES = st.from_regex(
    r"https?://[a-zÉé0-9.-]{1,8}(:[0-9]{1,5})?/[ -~éİ]{0,12}(\?[ -~é]{0,20})?", fullmatch=True
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.org/article?12345", "https://a.org/article?12346"),
        ("https://a.org/?cid=1", "https://a.org/?cid=2"),
        ("https://a.org/?eid=1", "https://a.org/?eid=2"),
        ("https://a.org/?ref=1", "https://a.org/?ref=2"),
        ("https://a.org/?source=a", "https://a.org/?source=b"),
        ("https://a.org/?keyword=a", "https://a.org/?keyword=b"),
        ("https://a.org/?a=", "https://a.org/"),
        ("https://a.org/a", "https://a.org/A"),
        ("http://a.org:443/", "http://a.org/"),
    ],
)
def test_two_articles_keep_two_addresses(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.org/news/1", "https://b.org/news/1"),
        ("https://a.org/news/1", "https://sport.a.org/news/1"),
        ("https://a.org/news/1", "https://a.org/news/2"),
        ("https://a.org/news/1", "https://a.org/news/1?page=2"),
        ("https://a.org/?id=amp", "https://a.org/?id=1"),
        ("https://a.org/guitar-amp", "https://a.org/guitar"),
        ("https://a.org/camp", "https://a.org/c"),
        ("https://amp.dev/", "https://www.dev/"),
        ("https://a.org:8443/1", "https://a.org/1"),
        ("https://a.org/a%2Fb", "https://a.org/a/b"),
    ],
)
def test_two_articles_have_two_keys(one: str, other: str) -> None:
    assert address_key(one) != address_key(other)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.a.org/news/1",
        "http://a.org/news/1/",
        "http://A.org:80/news//1#top",
        "https://a.org/news/1?utm_campaign=x&fbclid=2",
        "https://amp.a.org/news/1",
        "https://amp.www.a.org/news/1?__twitter_impression=true",
        "https://m.a.org/news/1",
        "https://a.org/news/1/amp",
        "https://a.org/news/1/amp/",
        "https://a.org/amp/news/1",
        "https://a.org/news/amp/1",
        "https://a.org/news/1.amp",
        "https://a.org/news/1?amp",
        "https://a.org/news/1?amp=1",
        "https://a.org/news/1?outputType=amp",
        "https://a.org/news/1/index.html",
        "https://a.org/news/%31",
        "https://www.google.com/amp/s/www.a.org/news/1",
        "https://a-org.cdn.ampproject.org/c/s/a.org/news/1?usqp=mq331AQ",
    ],
)
def test_one_key_for_all_forms_of_an_address(url: str) -> None:
    assert address_key(url) == address_key("https://a.org/news/1") == "a.org/news/1"


def test_an_article_in_html_has_one_key_with_its_amp_page() -> None:
    for url in ("https://a.org/1.amp.html", "https://a.org/1-amp.html", "https://a.org/amp/1.html"):
        assert address_key(url) == address_key("https://a.org/1.html")


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://www.a.org", True),
        ("http://a.org/index.html", True),
        ("https://a.org/?utm_id=1", True),
        ("https://a.org/?p=1", False),
        ("https://a.org/une", False),
        ("", False),
    ],
)
def test_front_pages(url: str, front: bool) -> None:
    assert is_front_page(url) is front


@given(ADDRESSES)
def test_each_address_has_a_key(url: str) -> None:
    try:
        canonical = canonical_url(url)
    except FieldRefusedError:
        assert key_or_none(url) is None
        return
    assert address_key(url) == address_key(canonical)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.org", "https://a.org/"),
        ("HTTPS://A.org.:443", "https://a.org/"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("https://exämple.org/é", "https://xn--exmple-cua.org/%C3%A9"),
        ("https://xn--exmple-cua.org/%C3%A9", "https://xn--exmple-cua.org/%C3%A9"),
        ("https://a.org/?b=2&a=2&a=1&&", "https://a.org/?a=2&a=1&b=2"),
        ("https://a.org/?q=a+b&r=c%20d", "https://a.org/?q=a+b&r=c%20d"),
        ("https://a.org/?fbclid=1&GCLID=2&xtor=RSS-1&at_medium=x&msclkid=3", "https://a.org/"),
        ("https://web.a.org/2020/http://b.org/", "https://web.a.org/2020/http://b.org/"),
        ("https://a.org/a;b?x=<script>", "https://a.org/a;b?x=%3Cscript%3E"),
    ],
)
def test_one_address_for_one_page(url: str, kept: str) -> None:
    assert canonical_url(url) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://exa mple.org/",
        "https://a.org\\b/",
        "https://./",
        "https://a..org/",
        f"https://{'a' * 64}.org/",
        "https://<b>/",
        "https://a.org:abc/",
        f"https://a.org/{'a' * 2_000}",
        f"https://a.org/{'é' * 500}",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(FieldRefusedError, match="address"):
        canonical_url(url)


def test_a_password_is_neither_kept_nor_shown() -> None:
    draft = normalize_draft(ArticleDraft("", ("Un",), url="https://ana:secret@a.org/"))
    assert draft.url is None
    assert tuple(map(str, draft.remarks)) == (
        "the address carries a user name or password; kept without it",
    )


@given(ADDRESSES)
def test_a_canonical_address_stays_as_it_is(url: str) -> None:
    try:
        once = canonical_url(url)
    except FieldRefusedError:
        return
    assert once.isascii()
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("20211203", "2021-12-03"),
        ("2021-W48-5", "2021-12-03"),
        ("Dec 3, 2021, 5:00 PM", "2021-12-03T17:00:00Z"),
        ("3 Dec 2021, 5 PM", "2021-12-03T17:00:00Z"),
        ("December 3, 2021 5pm", "2021-12-03T17:00:00Z"),
        ("Fri Dec 03 2021 10:00:00 GMT+0100 (CET)", "2021-12-03T09:00:00Z"),
        ("Fri, 03 Dec 2021 10:00:00 +0100 (CET)", "2021-12-03T09:00:00Z"),
        ("03 Dec 21 10:00 EST", "2021-12-03T15:00:00Z"),
        ("Fri, 03 Dec 2021 10:00:00 CEST", "2021-12-03T08:00:00Z"),
        ("03.12.2021", "2021-12-03"),
        ("03.12.2021 10:30", "2021-12-03T10:30:00Z"),
        ("3 ديسمبر 2021", "2021-12-03"),
        ("2021年12月3日", "2021-12-03"),
    ],
)
def test_dates_as_pages_write_them(raw: str, kept: str) -> None:
    assert parse_published(raw) == kept


@pytest.mark.parametrize(
    ("language", "kept"),
    [(None, "2021-03-12"), ("en", "2021-03-12"), ("und", "2021-03-12"), ("fr", "2021-12-03")],
)
def test_the_language_says_whether_the_day_comes_first(language: str | None, kept: str) -> None:
    for raw in ("03/12/2021", "03-12-2021"):
        assert parse_published(raw, language) == kept
    for raw in ("2021/12/03", "2021-12-03"):
        assert parse_published(raw, language) == "2021-12-03"


def test_the_language_of_the_article_decides() -> None:
    draft = ArticleDraft("", ("Un texte.",), language="fr", published="03/12/2021 à 10h30")
    assert normalize_draft(draft).published == "2021-12-03T10:30:00Z"


def test_the_same_nonsense_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    monkeypatch.setattr(dateparser, "parse", lambda text, **_: looks.append(text))
    for _ in range(10):
        with pytest.raises(FieldRefusedError, match="not a date"):
            parse_published("truc 12 machin 34")
    assert looks == ["truc 12 machin 34"]


@pytest.mark.parametrize(
    ("raw", "stored", "local"),
    [
        ("2025-06-05T00:30:00+02:00", "2025-06-04T22:30:00Z", "2025-06-05T00:30:00+02:00"),
        ("Mon, 3 Mar 2025 23:10:00 -0530", "2025-03-04T04:40:00Z", "2025-03-03T23:10:00-05:30"),
        ("2025-06-05T00:30:00Z", "2025-06-05T00:30:00Z", "2025-06-05T00:30:00+00:00"),
        ("2025-06-05T00:30:00", "2025-06-05T00:30:00Z", "2025-06-05T00:30:00Z"),
        ("2025-06-05", "2025-06-05", "2025-06-05"),
    ],
)
def test_the_publishers_own_clock_is_kept(
    store: ArticleStore, raw: str, stored: str, local: str
) -> None:
    (outcome,) = ingest([make_item("Titre", "Un texte.", published=raw)], store)
    held = store.get(outcome.id or 0)
    assert (held.published, held.published_local) == (stored, local)
