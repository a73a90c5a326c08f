"""`archive.copies.dedup`: what becomes of a draft, given what the archive holds."""

from dataclasses import replace
from typing import Any

import pytest

from archive.copies.dedup import Decision, are_same_publication, decide, decide_capture
from archive.model import Article, ArticleVersion, Publication
from archive.text.normalize import NormalizedDraft, content_hash
from archive.wordings import (
    AUTHORS_CHANGED,
    DATE_CHANGED,
    EARLIER_VERSION,
    MODIFIED_CHANGED,
    SAME_TEXT,
    TEXT_CHANGED,
    TITLE_CHANGED,
    URL_CHANGED,
    VERSION_CHANGES,
)

DRAFT = NormalizedDraft("Le chat", ("Il dort.",), None, (), None, "fr", None, "hash")
HELD = Article(
    7, 2, "Le chat", ("Il dort.",), "Le Monde", (), "http://a.org/", "fr", "2021-12-03", "2020",
    "hash", since="2022-05-01T00:00:00Z",
)  # fmt: skip
WITH_URL = replace(DRAFT, url="http://a.org/")
WITHOUT_URL = replace(HELD, url=None)


def updated(*changes: Any) -> Decision:
    return Decision("revise", "updated", VERSION_CHANGES(number=3, changes=changes))


@pytest.mark.parametrize(
    ("draft", "same_address", "same_text", "decision"),
    [
        (DRAFT, None, None, Decision("insert", "added")),
        (WITH_URL, HELD, None, Decision("keep", "unchanged")),
        (replace(WITH_URL, title="Un chat"), HELD, None, updated(TITLE_CHANGED())),
        (replace(WITH_URL, title=""), HELD, None, Decision("keep", "unchanged")),
        (replace(WITH_URL, paragraphs=("Il mange.",)), HELD, None, updated(TEXT_CHANGED())),
        (
            replace(WITH_URL, published="2021-12-01", authors=("Ana",)),
            HELD,
            None,
            updated(DATE_CHANGED(), AUTHORS_CHANGED()),
        ),
        (
            replace(WITH_URL, modified="2021-12-04"),
            HELD,
            None,
            Decision("revise", "updated", MODIFIED_CHANGED()),
        ),
        (DRAFT, None, HELD, Decision("keep", "unchanged")),
        (
            WITH_URL,
            None,
            WITHOUT_URL,
            Decision("revise", "updated", URL_CHANGED()),
        ),
        (
            replace(DRAFT, url="http://a.org/b"),
            None,
            HELD,
            Decision("keep", "duplicate", SAME_TEXT(article=7)),
        ),
    ],
)
def test_decisions(
    draft: NormalizedDraft,
    same_address: Article | None,
    same_text: Article | None,
    decision: Decision,
) -> None:
    assert decide(draft, same_address, same_text, 3) == decision


@pytest.mark.parametrize(
    ("field", "held", "given"),
    [
        ("published", "2021-12-03T10:00:00Z", "2021-12-03"),
        ("language", "fr", "en"),  # detected, not named
        ("language", "fr", "und"),
        ("source", "Le Monde", "a.org"),  # a page that names no outlet
        ("authors", ("Ana",), ()),
        ("section", "Sport", None),
        ("paywalled", True, None),
    ],
)
def test_what_a_draft_lacks_or_knows_less_exactly_changes_nothing(
    field: str, held: Any, given: Any
) -> None:
    draft = replace(WITH_URL, **{field: given})
    assert decide(draft, replace(HELD, **{field: held}), None, 3).outcome == "unchanged"


@pytest.mark.parametrize(
    ("field", "held", "given"),
    [
        ("published", "2021-12-03", "2021-12-03T10:00:00Z"),
        ("published", None, "2021"),
        ("source", "Le Monde", "Le Monde diplomatique"),
        ("source", None, "a.org"),
        ("section", None, "Sport"),
        ("language", "und", "fr"),
        ("paywalled", True, False),
    ],
)
def test_what_is_new_updates(field: str, held: Any, given: Any) -> None:
    draft = replace(WITH_URL, **{field: given})
    assert decide(draft, replace(HELD, **{field: held}), None, 3).outcome == "updated"


def test_a_language_that_the_source_names_is_believed() -> None:
    draft = replace(WITH_URL, language="en", names_language=True)
    assert decide(draft, HELD, None, 3).outcome == "updated"


PUBLICATION = Publication(1, "Le chat", "Le Monde", "https://www.a.org/1", "2021-12-03", None)
SAME = replace(DRAFT, source="Le Monde", url="http://a.org/2", published="2021-12-03T22:30:00Z")


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"title": ""}, True),
        ({"title": "Un chat"}, False),
        ({"source": None}, True),
        ({"source": "Le Figaro"}, False),
        ({"url": None}, True),
        ({"url": "http://b.org/1"}, False),
        ({"published": None}, True),
        ({"published": "2021-12"}, True),
        ({"published": "2021-12-04"}, False),
        ({"published_offset": 120}, False),  # half past midnight there
    ],
)
def test_one_text_in_another_paper_or_on_another_day_is_another_publication(
    changes: dict[str, Any], same: bool
) -> None:
    assert are_same_publication(replace(SAME, **changes), PUBLICATION) is same


VERSIONS = [
    ArticleVersion(7, 2, "Le chat", ("Il dort.",), "2022-05-01T00:00:00Z", HELD.details),
    ArticleVersion(7, 1, "Le chat", ("Il court.",), "2022-02-01T00:00:00Z", HELD.details),
]


@pytest.mark.parametrize(
    ("text", "captured", "decision"),
    [
        ("Il court.", "2022-03-01T00:00:00Z", Decision("keep", "unchanged")),
        ("Il dort.", "2022-03-01T00:00:00Z", Decision("date", "unchanged", number=2)),
        ("Il court.", "2022-01-01T00:00:00Z", Decision("date", "unchanged", number=1)),
        (
            "Il mange.",
            "2022-03-01T00:00:00Z",
            Decision("file", "updated", EARLIER_VERSION(number=3, moment="2022-03-01T00:00:00Z")),
        ),
        (
            "Il dort.",
            "2022-01-01T00:00:00Z",
            Decision("file", "updated", EARLIER_VERSION(number=3, moment="2022-01-01T00:00:00Z")),
        ),
    ],
)
def test_an_earlier_capture_takes_its_place_in_time(
    text: str, captured: str, decision: Decision
) -> None:
    draft = replace(WITH_URL, paragraphs=(text,), captured=captured)
    assert decide_capture(draft, HELD, VERSIONS, 3) == decision


def test_the_hash_ignores_case_and_spacing_but_not_words_or_paragraphs() -> None:
    assert content_hash(("Le  Chat",)) == content_hash(("le chat ",))
    assert (
        len({content_hash(p) for p in [("a", "b"), ("a b",), ("ab",), ("b", "a"), ("à", "b")]}) == 5
    )
