"""An item's own content as paragraphs."""

import pytest

from archive.errors import UnreadableInputError
from archive.feed_formats.entries import content_paragraphs, draft_from_entry
from archive.feed_formats.model import FeedEntry
from tests.support.work import at_most


@pytest.mark.parametrize(
    ("content", "paragraphs"),
    [
        ("", ()),
        ("Un texte\nen deux lignes", ("Un texte", "en deux lignes")),
        (
            "<p>Un <b>texte</b>\nsur deux lignes</p><p>Un autre</p>",
            ("Un texte sur deux lignes", "Un autre"),
        ),
        ("Avant<br>après<ul><li>un<li>deux</ul>fin", ("Avant", "après", "un", "deux", "fin")),
        ("<script>x()</script><style>y</style>Vu<!-- caché --> ici", ("Vu ici",)),
        ("R&amp;D et caf&eacute; <", ("R&D et café <",)),
        ("<img src='x'>", ()),
        ("<!-- -->", ()),
    ],
)
def test_paragraphs(content: str, paragraphs: tuple[str, ...]) -> None:
    assert content_paragraphs(content) == paragraphs


@pytest.mark.parametrize(
    "part", ["<div>", "<p>a", "a<br>", "<script>", "<b><i>", "<table>", "<a x='"]
)
def test_hostile_content_is_read_quickly(part: str) -> None:
    with at_most(10):
        content_paragraphs(part * (300_000 // len(part)))


def test_an_item_of_a_link_alone_has_no_draft() -> None:
    with pytest.raises(UnreadableInputError, match="no text"):
        draft_from_entry(FeedEntry("k", link="http://a.example/"))
