import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.intake.ingest import ingest
from archive.model import ArticleFilter
from archive.store.articles import ArticleStore
from indexer.engines.port import SearchEngine
from indexer.errors import QueryError
from indexer.ranking.neighbours import (
    MAX_COMPARED_PASSAGES,
    MAX_EXAMPLES,
    UNLIKE_WEIGHT,
    Example,
    article_example,
    compare,
    is_like_a_query,
    text_example,
)
from indexer.ranking.request import SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item

ANY = SearchQuery("")
examples = st.lists(
    st.lists(st.text(min_size=1), min_size=1, max_size=40).map(
        lambda inputs: Example(tuple(inputs), "mots")
    ),
    min_size=1,
    max_size=MAX_EXAMPLES // 2,
)


@pytest.fixture
def service(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder) -> SearchService:
    texts = {
        "Missiles": "Un essai de missiles en mer, disent des marins.",
        "Missiles et traité": "Un traité limite les missiles.",
        "Missiles et mer": "Des missiles tombent en mer près des marins.",
        "Traité": "Un traité de paix est signé.",
        "Olives": "La récolte des olives est mauvaise.",
    }
    list(ingest([make_item(title, text) for title, text in texts.items()], store))
    sync(store, engine, embedder)
    return SearchService(store, engine, embedder)


def titles(service: SearchService, like: list[Example], unlike: list[Example]) -> list[str]:
    return [r.article.title for r in service.similar(like, ANY, unlike).results]


@given(examples, examples)
def test_every_example_counts_alike_however_long(
    like: list[Example], unlike: list[Example]
) -> None:
    compared = compare(like, unlike)
    gains = [weight for weight in compared.weights if weight > 0]
    losses = [weight for weight in compared.weights if weight < 0]
    assert sum(gains) == pytest.approx(1)
    assert sum(losses) == pytest.approx(-UNLIKE_WEIGHT)
    assert len(compared.inputs) == len(compared.weights)
    assert len(compared.inputs) <= max(MAX_COMPARED_PASSAGES, len(like) + len(unlike))


def test_several_examples_are_all_sought_and_none_is_found(
    service: SearchService, store: ArticleStore
) -> None:
    held = {a.title: a for a in store.each_article()}
    texts = [text_example("Des missiles"), text_example("Un traité limite tout")]
    both = titles(service, texts, [])
    assert both[0] == "Missiles et traité"
    like = [article_example(held["Missiles"]), article_example(held["Traité"])]
    assert set(titles(service, like, [])) == held.keys() - {"Missiles", "Traité"}


def test_what_answers_shall_not_be_like_leads_away(
    service: SearchService, store: ArticleStore
) -> None:
    held = {a.title: a for a in store.each_article()}
    like = [text_example("Des missiles"), text_example("Des missiles, encore")]
    unlike = [article_example(held["Missiles"])]
    leads = []
    for avoided in ([], unlike):
        found = service.similar(like, ANY, avoided).results
        scores = {result.article.title: result.score for result in found}
        leads.append(scores["Missiles et traité"] - scores["Missiles et mer"])
    assert leads[1] > leads[0]
    assert "Missiles" not in titles(service, like, unlike)


def test_filters_apply_to_neighbours(service: SearchService) -> None:
    nobody = SearchQuery("", filter=ArticleFilter(sources=("personne",)))
    assert service.similar([text_example("Des missiles")], nobody).total == 0


def test_nothing_to_be_like_or_too_much_is_said(service: SearchService) -> None:
    with pytest.raises(QueryError, match="at least one"):
        service.similar([], ANY)
    with pytest.raises(QueryError, match=f"at most {MAX_EXAMPLES}"):
        service.similar([text_example("mer")] * (MAX_EXAMPLES + 1), ANY)
    with pytest.raises(QueryError, match="nothing to compare"):
        text_example(" \n ")


def test_neighbours_by_words_alone_encode_nothing(
    service: SearchService, embedder: FakeEmbedder
) -> None:
    before = embedder.calls
    found = service.similar([text_example("récolte")], SearchQuery("", mode="keyword"))
    assert [r.article.title for r in found.results] == ["Olives"]
    assert embedder.calls == before


def test_a_text_as_short_as_a_headline_is_searched(service: SearchService) -> None:
    text = "Un traité limite les missiles"
    similar = service.similar([text_example(text)], ANY)
    searched = service.search(SearchQuery(text))
    assert [r.article.id for r in similar.results] == [r.article.id for r in searched.results]


def test_a_long_text_without_spaces_is_no_headline() -> None:
    assert is_like_a_query([text_example("協定がジュネーブで結ばれた。")])
    assert not is_like_a_query([text_example("協定がジュネーブで結ばれた。" * 20)])
