import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import Article
from archive.text.normalize import clean_line
from indexer.passages import (
    MAX_TOKENS,
    MIN_TOKENS,
    article_of,
    embedding_input,
    estimate_tokens,
    ordinal_of,
    passage_id,
    sentence_spans,
    split_passages,
)
from tests.support.work import at_most

SENTENCE = "Le maire de Port-Vernet a salué un projet utile à tous les habitants. "


def make_article(*paragraphs: str, title: str = "Un titre") -> Article:
    return Article(7, 1, title, paragraphs, None, (), None, "fr", None, "", "")


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il part. Elle reste !", ["Il part.", "Elle reste !"]),
        (
            "M. Dupont voit le Dr. Martin. Puis rien.",
            ["M. Dupont voit le Dr. Martin.", "Puis rien."],
        ),
        ("« Oui. » Et puis non.", ["« Oui. »", "Et puis non."]),
        ("« Vrai ? » a-t-il dit.", ["« Vrai ? » a-t-il dit."]),
        ("C'est la fin.Début de suite.", ["C'est la fin.", "Début de suite."]),
        ("Il a 3.5 points. 12 sont là.", ["Il a 3.5 points.", "12 sont là."]),
        ("東京です。大阪も。", ["東京です。", "大阪も。"]),
        ("هل وصل؟ نعم وصل.", ["هل وصل؟", "نعم وصل."]),
        ("sans ponctuation", ["sans ponctuation"]),
        ("MM. Dupont et J.-P. Durand. Fin.", ["MM. Dupont et J.-P. Durand.", "Fin."]),
        ("The U.S. Army left. Sen. Lee stayed.", ["The U.S. Army left.", "Sen. Lee stayed."]),
        ("“Yes.” He left. ‘No!’ “Why?”", ["“Yes.”", "He left.", "‘No!’", "“Why?”"]),
        (
            '"Yes." He left. ("Sure.") She stayed.',
            ['"Yes."', "He left.", '("Sure.")', "She stayed."],
        ),
        ("«\u00a0Oui.\u00a0» «\u202fNon.\u202f»", ["«\u00a0Oui.\u00a0»", "«\u202fNon.\u202f»"]),
        ("Il y a 1.500 cas, cf. Dupont.", ["Il y a 1.500 cas, cf. Dupont."]),
        ("彼は「はい。」と言った。次。", ["彼は「はい。」", "と言った。", "次。"]),
        ("Quoi ?! Rien… Si !", ["Quoi ?!", "Rien…", "Si !"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_short_article_is_one_passage() -> None:
    (passage,) = split_passages(make_article("Un fait.", "Un autre fait."))
    assert (passage.id, passage.text) == (7 << 16, "Un fait.\n\nUn autre fait.")


def test_a_passage_ends_at_the_paragraph_that_fills_it() -> None:
    paragraph = (SENTENCE * 5).strip()
    assert estimate_tokens(paragraph) >= MIN_TOKENS
    assert [p.text for p in split_passages(make_article(paragraph, paragraph))] == [paragraph] * 2


def test_ids_invert() -> None:
    assert (article_of(passage_id(42, 3)), ordinal_of(passage_id(42, 3))) == (42, 3)


def test_the_title_lights_the_embedding_alone() -> None:
    (passage,) = split_passages(make_article("Un fait."))
    assert embedding_input("Un titre", passage) == "Un titre\nUn fait."
    assert embedding_input("", passage) == "Un fait."


paragraphs = st.lists(
    st.text(max_size=1_500).map(clean_line).filter(bool)
    | st.integers(1, 30).map(lambda n: (SENTENCE * n).strip()),
    min_size=1,
    max_size=5,
)


@given(paragraphs)
def test_passages_cover_the_text_in_order(texts: list[str]) -> None:
    article = make_article(*texts)
    passages = split_passages(article)
    end = 0
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert passage.text == article.text[passage.start : passage.end]
        assert not article.text[end : passage.start].strip()
        assert passage.start >= end
        assert estimate_tokens(passage.text) <= MAX_TOKENS + 5
        end = passage.end
    assert not article.text[end:].strip()


@pytest.mark.slow
@pytest.mark.parametrize("text", ["Une phrase. " * 170_000, "mot " * 500_000, "x" * 2_000_000])
def test_two_megabytes_split_in_bounded_time(text: str) -> None:
    with at_most(4):
        passages = split_passages(make_article(text.strip()))
        assert passages[-1].end == len(text.strip())


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["A. " * 120_000, "。" * 100_000, ".\u00a0" * 100_000, "«" * 200_000]
)
def test_hostile_text_splits_in_bounded_time(text: str) -> None:
    with at_most(4):
        assert split_passages(make_article(text.strip()))


def test_a_giant_sentence_is_cut_between_words() -> None:
    words = "東京" * 300 + " mot" * 900 + "!" + "長" * 700
    passages = split_passages(make_article(words))
    assert "".join(p.text for p in passages).replace(" ", "") == words.replace(" ", "")
    assert all(estimate_tokens(p.text) <= MAX_TOKENS for p in passages)
    assert all(p.text[-2:] != "mo" for p in passages)
