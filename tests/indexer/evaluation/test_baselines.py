import pytest

from archive.intake.ingest import ingest
from archive.store.articles import ArticleStore
from indexer.engines.port import CosineSpread, DenseHit, KeywordHit, Retrieval, SearchEngine
from indexer.evaluation.baselines import (
    PLAIN_DEPTH,
    combine_plainly,
    list_orders,
    scale_to_extremes,
)
from indexer.query import plain_query
from indexer.ranking.merged_ranking import fuse
from indexer.ranking.neighbours import text_example
from indexer.ranking.request import MODES, SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from tests.support.fakes import FakeEmbedder, make_item

TEXT = "Les missiles de moyenne portée en Europe, et une négociation à Genève"
# English articles lie nearer to any query here; the French one stands out from its own language.
SPREADS = {"fr": CosineSpread(0.70, 0.02, 900), "en": CosineSpread(0.80, 0.02, 900)}
RETRIEVAL = Retrieval(
    keyword=(KeywordHit(1, 8.0, 0.8, 1.0, "fr"), KeywordHit(2, 6.0, 0.3, 1.0, "en")),
    dense=(DenseHit(3 << 16, 0.84, "en"), DenseHit(1 << 16, 0.80, "fr")),
    spreads=SPREADS,
    coverage={"fr": 1.0, "en": 1.0},
)


@pytest.fixture
def service(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder) -> SearchService:
    texts = {
        "Missiles": ("fr", "Des missiles de moyenne portée en Europe"),
        "Geneva": ("en", "A deal on missiles in Geneva, Europe"),
        "Genève": ("fr", "Une négociation à Genève, et une autre à Genève"),
        "Soupe": ("fr", "Une soupe aux pois"),
    }
    items = [make_item(title, text, language=code) for title, (code, text) in texts.items()]
    list(ingest(items, store))
    sync(store, engine, embedder)
    return SearchService(store, engine, embedder)


def test_one_ranking_holds_what_every_mode_shows(service: SearchService) -> None:
    words = plain_query(TEXT)
    orders = list_orders(service.rank(SearchQuery(TEXT), words))
    near = list_orders(service.rank_similar([text_example(TEXT)], SearchQuery(TEXT)))
    for mode in MODES:
        query = SearchQuery(TEXT, mode)
        assert orders[mode] == service.rank(query, words).article_ids
        assert near[mode] == service.rank_similar([text_example(TEXT)], query).article_ids
    assert orders["keyword"] != orders["semantic"]


def test_the_plain_recipe_scales_each_list_by_its_own_extremes() -> None:
    ranking = fuse([RETRIEVAL], "convex", 0.5)
    assert combine_plainly(ranking) == {1: 0.5, 2: 0.0, 3: 0.5}
    assert list_orders(ranking)["plain convex"] == (1, 3, 2)


def test_reciprocal_ranks_are_those_of_the_two_lists_shown() -> None:
    orders = list_orders(fuse([RETRIEVAL], "convex", 0.5))
    assert (orders["keyword"], orders["semantic"]) == ((1, 2), (1, 3))
    assert orders["rrf"] == (1, 2, 3)


def test_the_plain_recipe_takes_the_nearest_of_all_languages_together() -> None:
    near = [DenseHit(number << 16, 0.9, "en") for number in range(1, PLAIN_DEPTH + 1)]
    far = DenseHit((PLAIN_DEPTH + 1) << 16, 0.8, "fr")
    ranking = fuse([Retrieval(dense=(*near, far), spreads=SPREADS)], "convex", 0.5)
    assert len(list_orders(ranking)["semantic"]) == PLAIN_DEPTH + 1
    assert set(list_orders(ranking)["plain convex"]) == set(range(1, PLAIN_DEPTH + 1))


def test_a_list_of_one_or_of_equals_is_all_at_the_top() -> None:
    assert scale_to_extremes({}) == {}
    assert scale_to_extremes({1: 3.0}) == {1: 1.0}
    assert scale_to_extremes({1: 0.2, 2: 0.2}) == {1: 1.0, 2: 1.0}
    assert scale_to_extremes({1: -1.0, 2: 0.0, 3: 1.0}) == {1: 0.0, 2: 0.5, 3: 1.0}
