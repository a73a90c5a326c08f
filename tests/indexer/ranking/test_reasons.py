import pytest

from archive.model import Article
from indexer.engines.port import DenseHit
from indexer.passages import split_passages
from indexer.query import Query, parse_query
from indexer.ranking.reasons import article_terms, best_passages, mark_words, query_terms

PARAGRAPHS = tuple(
    " ".join([f"Le sujet {word} occupe tout ce paragraphe bien rempli."] * 8)
    for word in ("missile", "abeille", "soupe", "abeille")
)
ARTICLE = Article(7, 1, "Un titre", PARAGRAPHS, None, (), None, "fr", None, "", "")
PASSAGES = split_passages(ARTICLE)
NO_WORDS = Query("", ())


def ordinals(query: Query, *cosines: tuple[int, float]) -> list[int]:
    hits = [DenseHit(PASSAGES[n].id, cosine, "fr") for n, cosine in cosines]
    return [reason.passage.ordinal for reason in best_passages(ARTICLE, query, hits)]


def test_the_passages_are_those_of_the_words() -> None:
    assert len(PASSAGES) == 4
    assert ordinals(parse_query("abeilles")) == [1, 3]
    assert ordinals(parse_query("soupe missile")) == [0, 2]


def test_the_passages_are_those_of_the_meaning() -> None:
    assert ordinals(NO_WORDS, (2, 0.95), (1, 0.8)) == [2]
    assert ordinals(parse_query("abeille"), (1, 0.9), (2, 0.71)) == [1, 3]


def test_a_far_meaning_is_shown_where_there_is_no_better_reason() -> None:
    assert ordinals(NO_WORDS, (3, 0.5), (2, 0.3)) == [3]
    assert ordinals(NO_WORDS, (3, -0.5)) == [3]
    assert ordinals(parse_query("titre")) == [0]


@pytest.mark.parametrize("text", ["l’Abeille ABEILLES abeille", "des abeilles, l'abeille"])
def test_marks_stand_on_inflected_words(text: str) -> None:
    terms = query_terms(parse_query("abeille"), "fr")
    marked = [text[start:end].casefold() for start, end in mark_words(text, terms, "fr")]
    assert set(marked) <= {"abeille", "abeilles"}
    assert len(marked) == text.casefold().count("abeille")


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("G7", "le G7, le 7 et le G 7", ["G7", "G 7"]),
        ("week-end", "un weekend, un week-end", ["weekend", "week-end"]),
        ("weekend", "un weekend, un week-end", ["weekend", "week-end"]),
        ("OTAN", "la NATO et la North Atlantic Treaty Organization", ["NATO",
         "North Atlantic Treaty Organization"]),
        ("nations unies", "des Nations unies, l'ONU", ["Nations", "unies", "ONU"]),
        ("missil*", "un missile, des missiliers", ["missile", "missiliers"]),
        ("-missile soupe", "un missile, une soupe", ["soupe"]),
    ],
)  # fmt: skip
def test_marks_stand_on_every_writing(query: str, text: str, marked: list[str]) -> None:
    spans = mark_words(text, query_terms(parse_query(query), "fr"), "fr")
    assert [text[start:end] for start, end in spans] == marked


def marked_by(query: str, text: str) -> list[str]:
    article = Article(7, 1, "Un titre", (text,), None, (), None, "fr", None, "", "")
    terms = frozenset[str]().union(*article_terms(parse_query(query), article))
    reasons = best_passages(article, parse_query(query), ())
    spans = mark_words(text, terms, "fr")
    assert [span for reason in reasons for span in reason.marks] == list(spans)
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ('"moyenne portée"', ["moyenne portée"]),
        ('"moyenne portée" missile', ["missiles", "moyenne portée", "missile"]),
        ('"moyenne portée" portée', ["moyenne portée", "portée"]),
        ('"missile"', ["missile"]),
        ('"portée moyenne"', ["moyenne", "portée", "portée", "moyenne"]),
        ('"portée missile"~5', ["missiles", "portée", "portée", "missile"]),
        ('NOT "moyenne portée" missile', ["missiles", "missile"]),
    ],
)
def test_a_phrase_marks_only_its_runs_where_it_is(query: str, marked: list[str]) -> None:
    text = "Les missiles de moyenne portée ont une portée qui passe la moyenne d'un missile."
    assert marked_by(query, text) == marked
