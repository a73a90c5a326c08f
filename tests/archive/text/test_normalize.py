"""`normalize`: whatever a source gives becomes one clean form, or is refused by name."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.errors import FieldRefusedError, UnreadableInputError
from archive.model import ArticleDraft
from archive.text.normalize import (
    MAX_FIELD_CHARACTERS,
    NormalizedDraft,
    canonical_url,
    clean_line,
    normalize_draft,
    parse_published,
    split_paragraphs,
)

TEXTS = st.text(st.characters(), max_size=80) | st.text(" \t\r\n\x00\x85\u2028\ud800a", max_size=20)
URLS = st.from_regex(r"https?://[a-z0-9.:@\[\]-]{0,12}[/?#]?[ -~é\ud800]{0,20}", fullmatch=True)
DATES = st.from_regex(
    r"[0-9]{1,5}[-/. ][0-9]{1,2}[-/. ][0-9]{1,5}[T ]?[0-9:+Z-]{0,12}", fullmatch=True
)

LANGUAGES = st.from_regex(r"[A-Za-z]{1,9}([-_][A-Za-z0-9]{1,8})*", fullmatch=True)


def normalize(*paragraphs: str, title: str = "Titre", **fields: Any) -> NormalizedDraft:
    return normalize_draft(ArticleDraft(title=title, paragraphs=paragraphs, **fields))


def draft_again(draft: NormalizedDraft) -> ArticleDraft:
    return ArticleDraft(
        title=draft.title,
        paragraphs=draft.paragraphs,
        source=draft.source,
        authors=draft.authors,
        url=draft.url,
        language=draft.language,
        published=draft.published,
    )


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://Example.ORG:443/a?utm_source=x&b=2&a=1#part", "https://example.org/a?a=1&b=2"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("  https://example.org/a  ", "https://example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/#!/route", "https://example.org/"),
    ],
)
def test_one_url_for_one_page(given_url: str, kept: str) -> None:
    assert canonical_url(given_url) == kept


@pytest.mark.parametrize(
    "url",
    ["", "example.org/a", "/a", "//example.org/a", "ftp://example.org/", "javascript:alert(1)",
     "http://", "http:///a", "http://[::1", "https://example.org:99999/", "mailto:a@example.org"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FieldRefusedError):
        canonical_url(url)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("2021-05-04", "2021-05-04"),
        ("2021-05-04T10:20:30Z", "2021-05-04T10:20:30Z"),
        ("2021-05-04T10:20:30.123+02:00", "2021-05-04T08:20:30Z"),
        ("2021-05-04 10:20", "2021-05-04T10:20:00Z"),
        ("Tue, 04 May 2021 10:20:30 +0200", "2021-05-04T08:20:30Z"),
        ("4 mai 2021", "2021-05-04"),
        ("mardi 4 mai 2021 à 10h30", "2021-05-04T10:30:00Z"),
        ("1er août 2019", "2019-08-01"),
        ("4. Mai 2021", "2021-05-04"),
        ("4 de mayo de 2021", "2021-05-04"),
        ("May 4, 2021", "2021-05-04"),
        (" 2021-05-04\x00", "2021-05-04"),
        ("1400-01-01", "1400-01-01"),
    ],
)
def test_dates_of_many_forms(raw: str, kept: str) -> None:
    assert parse_published(raw) == kept


@pytest.mark.parametrize(
    "raw",
    ["soon", "hier", "0999", "0999-01-01", "0999-01-01T00:00:00Z", "0001-01-01", "2021-W05",
     "0001-01-01T00:00:00+14:00", "1399-12-31", "99", "-1",
     "9999-12-31T23:59:59-12:00", "2021-13-45", "2021-02-30", "Mon, 32 Foo 99999999999999 1:1:1",
     "1" * 5_000, "١٢٣", "12:30", "\ud800", "1 Jan 0001 00:00:00 +0000"],
)  # fmt: skip
def test_what_is_no_date_is_refused(raw: str) -> None:
    with pytest.raises(FieldRefusedError, match="not a date"):
        parse_published(raw)


def test_a_bad_url_and_a_bad_date_cost_only_themselves() -> None:
    draft = normalize("Un texte.", url="nowhere", published="0001-01-01")
    assert (draft.url, draft.published) == (None, None)
    assert tuple(map(str, draft.remarks)) == (
        "not a web address: 'nowhere'; kept without it",
        "not a date: '0001-01-01'; kept without it",
    )


def test_text_loses_what_cannot_be_seen_or_stored() -> None:
    draft = normalize(
        "Le\x00 chat\x1b[31m\ud800 dort\u2028ici", "\x07", title="Cafe\u0301\r\n noir"
    )
    assert draft.paragraphs == ("Le chat [31m dort ici",)
    assert draft.title == "Café noir"


@pytest.mark.parametrize("paragraphs", [(), ("",), (" \n\t", "\x00"), ("\ud800",)])
def test_no_text_is_refused(paragraphs: tuple[str, ...]) -> None:
    with pytest.raises(UnreadableInputError, match="no text"):
        normalize(*paragraphs)


def test_fields_are_bounded_and_stay_clean_where_they_are_cut() -> None:
    long = "a" * (MAX_FIELD_CHARACTERS - 1) + " tail"
    draft = normalize("Un texte.", title=long, source=long, authors=(long, "\x00"))
    assert {draft.title, draft.source, *draft.authors} == {"a" * (MAX_FIELD_CHARACTERS - 1)}


def test_the_language_given_wins_over_the_language_guessed() -> None:
    text = "Le gouvernement a annoncé mardi une réforme des retraites."
    assert normalize(text, language="pt-BR").language == "pt"
    assert normalize(text, language="!?").language == "fr"


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("Un\nDeux\n\nTrois", ("Un", "Deux", "Trois")),
        ("Un\r\nDeux\rTrois", ("Un", "Deux", "Trois")),
        ("\n \n\t\n", ()),
        ("", ()),
        (f"{'a' * 60}\n{'b' * 60}\nfin", (f"{'a' * 60} {'b' * 60} fin",)),
        (f"{'a' * 60}\n{'b' * 60}\nfin\n \nsuite", (f"{'a' * 60} {'b' * 60} fin", "suite")),
        (f"{'a' * 200}\n{'b' * 200}\nfin", ("a" * 200, "b" * 200, "fin")),
    ],
)
def test_paragraphs_of_plain_text(text: str, paragraphs: tuple[str, ...]) -> None:
    assert split_paragraphs(text) == paragraphs


@given(TEXTS)
def test_a_clean_line_is_one_line_of_nfc(text: str) -> None:
    line = clean_line(text)
    assert line == clean_line(line) == unicodedata.normalize("NFC", line)
    assert not re.search(r"\s\s|[^\S ]|[\x00-\x1f\x7f-\x9f\ud800-\udfff]", line)


DRAFTS = st.builds(
    ArticleDraft,
    title=TEXTS,
    paragraphs=st.lists(TEXTS, max_size=3).map(tuple),
    source=st.none() | TEXTS,
    authors=st.lists(TEXTS, max_size=2).map(tuple),
    url=st.none() | TEXTS | URLS,
    language=st.none() | TEXTS | LANGUAGES,
    published=st.none() | TEXTS | DATES,
)


@settings(deadline=None)
@given(DRAFTS)
@example(ArticleDraft("", ("a",), url="http://a/ b", published="1400-01-01T00:00+14:00"))
def test_any_draft_is_normalised_once_and_for_all_or_refused(draft: ArticleDraft) -> None:
    try:
        once = normalize_draft(draft)
    except UnreadableInputError:
        return
    offset = 0 if (once.published or "").endswith("Z") else None  # that of UTC itself
    expected = replace(once, remarks=(), published_offset=offset)
    again = normalize_draft(draft_again(once))
    assert replace(again, names_language=once.names_language) == expected
