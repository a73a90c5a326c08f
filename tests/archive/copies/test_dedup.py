"""`archive.copies.dedup`: what becomes of a draft, given what the archive holds."""

from dataclasses import replace

import pytest

from archive.copies.dedup import Decision, decide
from archive.model import Article
from archive.text.normalize import NormalizedDraft, content_hash
from archive.wordings import NEXT_VERSION, SAME_TEXT

DRAFT = NormalizedDraft("Le chat", ("Il dort.",), None, (), None, "fr", None, "hash")
HELD = Article(
    7, 2, "Le chat", ("Il dort.",), "Le Monde", (), "http://a.org/", "fr", None, "2020", "hash"
)
WITH_URL = replace(DRAFT, url="http://a.org/")


@pytest.mark.parametrize(
    ("draft", "same_url", "same_text", "decision"),
    [
        (DRAFT, None, None, Decision("insert", "added")),
        (WITH_URL, HELD, HELD, Decision("keep", "unchanged")),
        (
            replace(WITH_URL, title="Un chat"),
            HELD,
            HELD,
            Decision("revise", "updated", NEXT_VERSION(number=3)),
        ),
        (
            replace(WITH_URL, content_hash="b"),
            HELD,
            None,
            Decision("revise", "updated", NEXT_VERSION(number=3)),
        ),
        (DRAFT, None, HELD, Decision("keep", "unchanged")),
        (replace(DRAFT, source="Le Monde"), None, HELD, Decision("keep", "unchanged")),
        (
            replace(DRAFT, source="Le Figaro"),
            None,
            HELD,
            Decision("keep", "duplicate", SAME_TEXT(article=7)),
        ),
        (
            replace(DRAFT, title="Un chat"),
            None,
            HELD,
            Decision("keep", "duplicate", SAME_TEXT(article=7)),
        ),
        (
            replace(DRAFT, url="http://b.org/"),
            None,
            HELD,
            Decision("keep", "duplicate", SAME_TEXT(article=7)),
        ),
    ],
)
def test_decisions(
    draft: NormalizedDraft, same_url: Article | None, same_text: Article | None, decision: Decision
) -> None:
    assert decide(draft, same_url, same_text) == decision


def test_the_hash_ignores_case_and_spacing_but_not_words_or_paragraphs() -> None:
    assert content_hash(("Le  Chat",)) == content_hash(("le chat ",))
    assert (
        len({content_hash(p) for p in [("a", "b"), ("a b",), ("ab",), ("b", "a"), ("à", "b")]}) == 5
    )
