"""`archive.diff`: what changed between two versions, nothing of either lost."""

from hypothesis import given
from hypothesis import strategies as st

from archive.diff import MAX_WORDS, ParagraphChange, compare_paragraphs, compare_versions
from archive.model import ArticleVersion
from tests.support.work import at_most

PARAGRAPHS = st.lists(
    st.lists(st.sampled_from(["un", "deux", "trois", "drones", "Genève,"]), min_size=1, max_size=8)
    .map(" ".join), max_size=8,
)  # fmt: skip


def kept(change: ParagraphChange, unwanted: str) -> str:
    return " ".join(text for kind, text in change.pieces if kind != unwanted)


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_versions_can_be_read_from_the_difference(old: list[str], new: list[str]) -> None:
    changes = compare_paragraphs(old, new)
    assert [text for change in changes if (text := kept(change, "added"))] == old
    assert [text for change in changes if (text := kept(change, "removed"))] == new


@given(PARAGRAPHS)
def test_a_text_does_not_differ_from_itself(text: list[str]) -> None:
    assert not any(change.changed for change in compare_paragraphs(text, text))


def test_a_corrected_word_is_shown_in_its_paragraph() -> None:
    old = ArticleVersion(1, 1, "Crue", ("Le pont a été fermé mardi soir.", "Suite."), "2021-01-01")
    new = ArticleVersion(1, 2, "Crue", ("Le pont a été fermé mercredi soir.", "Suite."), "2021")
    title, first, last = compare_versions(old, new)
    assert not title.changed
    assert not last.changed
    assert first.pieces == (
        ("same", "Le pont a été fermé"),
        ("removed", "mardi"),
        ("added", "mercredi"),
        ("same", "soir."),
    )


def test_a_paragraph_put_in_leaves_the_others_alone() -> None:
    old = ["Le maire a parlé.", "La séance est levée."]
    changes = compare_paragraphs(old, [old[0], "Un vote a suivi sans débat.", old[1]])
    assert [change.changed for change in changes] == [False, True, False]


def test_long_hostile_texts_are_compared_in_bounded_time() -> None:
    with at_most(20):
        same = ["a " * (MAX_WORDS - 1) + f"{n}" for n in range(60)]
        compare_paragraphs(same, [text + " b" for text in same])
        compare_paragraphs(["a " * 100_000], ["a " * 100_000 + "b"])
