from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa

from archive.intake.ingest import ingest
from archive.messages import verbatim
from archive.model import ArticleFilter
from archive.store.articles import ArticleStore
from indexer.engines.port import Retrieval, RetrievalRequest, SearchEngine, Vectors
from indexer.errors import EngineUnreachableError, ModelError, QueryError, StaleIndexError
from indexer.models.embedding import SentenceTransformerEmbedder
from indexer.passages import passage_id
from indexer.ranking.neighbours import article_example, passage_example, text_example
from indexer.ranking.request import MODES, SearchQuery
from indexer.search import SearchService
from indexer.sync import sync
from indexer.wordings import DEMANDS_UNMET, ENGINE_UNREACHABLE, LIST_CUT, MEANING_UNAVAILABLE
from tests.support.fakes import FakeEmbedder, make_item

TEXTS = {
    "Accord": "Un traité sur les missiles à moyenne portée.\n\nLa paix en Europe.",
    "Drones": "Des drones livrent des médicaments dans les îles.",
    "Soupe": "La soupe aux pois se prépare en hiver.",
    "Essai": "Un essai de missiles en mer.",
}


@pytest.fixture
def service(store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder) -> SearchService:
    list(ingest([make_item(title, text) for title, text in TEXTS.items()], store))
    sync(store, engine, embedder)
    return SearchService(store, engine, embedder)


def titles(service: SearchService, query: SearchQuery) -> list[str]:
    return [result.article.title for result in service.search(query).results]


def test_a_result_says_what_each_list_made_of_it(service: SearchService) -> None:
    page = service.search(SearchQuery("missiles moyenne portée"))
    best = page.results[0]
    assert best.article.title == "Accord"
    assert best.keyword is not None
    assert best.semantic is not None
    assert (best.keyword.rank, best.semantic.rank) == (1, 1)
    passage = best.passages[0].passage
    assert best.article.text[passage.start : passage.end] == passage.text
    marked = [passage.text[start:end] for start, end in best.passages[0].marks]
    assert marked == ["missiles", "moyenne", "portée"]


def test_modes_use_their_list_alone(service: SearchService) -> None:
    keyword = service.search(SearchQuery("missile", mode="keyword")).results
    assert {result.article.title for result in keyword} == {"Accord", "Essai"}
    assert all(result.semantic is None for result in keyword)
    semantic = service.search(SearchQuery("missile", mode="semantic")).results
    assert len(semantic) == 4
    assert all(result.keyword is None for result in semantic)


def test_a_phrase_nobody_wrote_is_searched_as_words(service: SearchService) -> None:
    page = service.search(SearchQuery('"portée moyenne missiles"'))
    assert page.notices == (DEMANDS_UNMET(),)
    assert page.results[0].article.title == "Accord"


def test_a_failed_model_leaves_the_keyword_list(
    service: SearchService, embedder: FakeEmbedder
) -> None:
    embedder.failing = True
    page = service.search(SearchQuery("missiles"))
    assert page.notices == (MEANING_UNAVAILABLE(),)
    assert {result.article.title for result in page.results} == {"Accord", "Essai"}
    with pytest.raises(ModelError):
        service.search(SearchQuery("missiles", mode="semantic"))


def test_a_model_that_fails_before_the_sentences_leaves_the_page(
    service: SearchService, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = SearchQuery("bateau", mode="semantic")
    found = service.search(query)

    def failing(texts: Sequence[str]) -> Vectors:
        if len(texts) > 1:
            raise ModelError(verbatim("the model failed: broken on purpose"))
        return encode(texts)

    encode = embedder.encode_passages
    monkeypatch.setattr(embedder, "encode_passages", failing)
    explained = service.search(replace(query, explain=True))
    assert [each.article.id for each in explained.results] == [
        each.article.id for each in found.results
    ]


def test_pages_cut_one_list(service: SearchService) -> None:
    whole = service.search(SearchQuery("missiles", page_size=50))
    for size in (1, 2, 3):
        pages = [
            service.search(SearchQuery("missiles", page=n, page_size=size)) for n in range(1, 6)
        ]
        assert [r.article.id for p in pages for r in p.results] == [
            r.article.id for r in whole.results
        ]
        assert [r.score for p in pages for r in p.results] == [r.score for r in whole.results]
        assert {p.total for p in pages} == {whole.total}


def test_similar_never_gives_itself(service: SearchService, store: ArticleStore) -> None:
    held = {a.title: a.id for a in store.each_article()}
    everything = SearchQuery("")
    article, passage = service.find_passage(passage_id(held["Essai"], 0))
    for example in (article_example(article), passage_example(article, passage)):
        page = service.similar([example], everything)
        found = [result.article.title for result in page.results]
        assert found[0] == "Accord"
        assert "Essai" not in found
    soup = service.similar([text_example(TEXTS["Soupe"])], everything)
    assert soup.results[0].article.title == "Soupe"
    with pytest.raises(QueryError, match="no passage 9"):
        service.find_passage(passage_id(held["Essai"], 9))


def test_articles_gone_from_the_store_are_dropped(
    service: SearchService, store: ArticleStore
) -> None:
    gone = next(article.id for article in store.each_article() if article.title == "Essai")
    with store.transaction() as transaction:
        transaction.delete(gone)
    assert "Essai" not in titles(service, SearchQuery("missiles"))


def test_filters_reach_both_lists(service: SearchService) -> None:
    wanted = SearchQuery("missiles", filter=ArticleFilter(sources=("nobody",)))
    assert service.search(wanted).total == 0


def test_a_query_is_one_model_call_and_two_selects(
    service: SearchService, store: ArticleStore, embedder: FakeEmbedder
) -> None:
    service.search(SearchQuery("missiles"))
    statements: list[str] = []
    engine = store.database._engine
    sa.event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    before = embedder.calls
    service.search(SearchQuery("essai"))
    assert embedder.calls == before + 1
    # The facts of the whole list, and the articles of the page.
    assert [s.split()[0] for s in statements if s != "BEGIN "] == ["SELECT", "SELECT"]


def test_another_splitter_or_model_says_how_to_rebuild(
    service: SearchService, store: ArticleStore, engine: SearchEngine
) -> None:
    other = SearchService(store, engine, FakeEmbedder("other"))
    with pytest.raises(StaleIndexError, match="hemero index --rebuild"):
        other.search(SearchQuery("missiles"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "magic"},
        {"fusion": "magic"},
        {"page": 0},
        {"page_size": 0},
        {"page_size": 10_001},
        {"keyword_weight": 2.0},
    ],
)
def test_impossible_queries_are_refused(service: SearchService, wrong: dict[str, object]) -> None:
    with pytest.raises(QueryError):
        service.search(replace(SearchQuery("missiles"), **wrong))


@pytest.mark.slow
def test_the_real_model_finds_the_passage_in_any_writing(
    store: ArticleStore, engine: SearchEngine, real_embedder: SentenceTransformerEmbedder
) -> None:
    list(ingest([make_item(title, text) for title, text in TEXTS.items()], store))
    sync(store, engine, real_embedder)
    service = SearchService(store, engine, real_embedder)
    for text in (
        "missiles moyenne portée",
        "missile moyenne portee",
        "MISSILES DE MOYENNE PORTÉE",
        "treaty on intermediate-range missiles",
        "Rakete mit mittlerer Reichweite",
    ):
        best = service.search(SearchQuery(text)).results[0]
        assert "missiles à moyenne portée" in best.passages[0].passage.text, text
    drones = service.search(SearchQuery("unmanned aircraft carrying drugs", mode="semantic"))
    assert drones.results[0].article.title == "Drones"


class CountingEngine:
    """Passes everything on to an engine and counts its retrievals."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self.retrievals = 0

    def retrieve(self, request: RetrievalRequest) -> Retrieval:
        self.retrievals += 1
        return self._engine.retrieve(request)

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)


def test_a_query_is_one_retrieval(
    service: SearchService, store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    counting = CountingEngine(engine)
    counted = SearchService(store, counting, embedder)
    for query in ('missiles -drones "moyenne portée"', "soupe", "introuvable"):
        assert counted.search(SearchQuery(query)) == service.search(SearchQuery(query))
    assert counting.retrievals == 3


@pytest.mark.parametrize("fusion", ["convex", "rrf"])
def test_an_empty_keyword_list_leaves_the_order_of_meaning(
    service: SearchService, fusion: str
) -> None:
    merged = service.search(SearchQuery("introuvables", fusion=fusion))
    alone = service.search(SearchQuery("introuvables", mode="semantic", fusion=fusion))
    assert all(result.keyword is None for result in merged.results)
    assert [r.article.id for r in merged.results] == [r.article.id for r in alone.results]


def test_exclusions_and_phrases_hold_in_every_mode(service: SearchService) -> None:
    for mode in MODES:
        page = service.search(SearchQuery('missiles -essai "moyenne portée"', mode=mode))
        assert [result.article.title for result in page.results] == ["Accord"]
        assert page.notices == ()


def test_a_page_past_the_last_is_empty(service: SearchService) -> None:
    page = service.search(SearchQuery("missiles", page=10**12))
    assert (page.results, page.total > 0, page.last) == ((), True, 1)


def test_exclusions_alone_find_nothing(service: SearchService) -> None:
    for mode in MODES:
        assert service.search(SearchQuery("-missiles", mode=mode)).total == 0


def test_order_scores_and_totals_do_not_depend_on_the_page(service: SearchService) -> None:
    whole = service.search(SearchQuery("missiles en mer", page_size=50))
    for size in (1, 2, 3, 5):
        pages = [
            service.search(SearchQuery("missiles en mer", page=number, page_size=size))
            for number in range(1, whole.total // size + 2)
        ]
        shown = [(r.article.id, r.score) for page in pages for r in page.results]
        assert shown == [(result.article.id, result.score) for result in whole.results]
        assert {page.total for page in pages} == {whole.total}


def test_facets_are_of_the_list_shown(service: SearchService) -> None:
    page = service.search(SearchQuery("missiles", mode="keyword", with_facets=True, page_size=1))
    assert page.facets is not None
    assert sum(count for _, count in page.facets.languages) == page.total == 2


def test_wire_copies_are_folded_and_named(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    text = "Le pont de la Sarvelle a été fermé mardi soir après la crue, dit la préfecture. " * 4
    items = (
        make_item("Pont fermé", text, source="A", published="2022-01-01"),
        make_item("Le pont est fermé", text + "Notre récit.", source="B", published="2022-01-02"),
        make_item("Autre", "Un pont de pierre.", source="A", published="2022-02-01"),
    )
    list(ingest(items, store))
    sync(store, engine, embedder)
    service = SearchService(store, engine, embedder)
    page = service.search(SearchQuery("pont fermé"))
    assert page.total == 2
    (copy,) = page.results[0].copies
    assert {page.results[0].article.source, copy.source} == {"A", "B"}
    assert service.search(SearchQuery("pont fermé", fold_copies=False)).total == 3
    assert service.search(SearchQuery("pont", fold_copies=False, most_per_outlet=1)).total == 2
    newest = service.search(SearchQuery("pont", sort="newest")).results
    assert newest[0].article.title == "Autre"


def test_similar_looks_at_all_of_an_article(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    first = "Des inspecteurs sont venus voir les silos de missiles près de la frontière. " * 8
    second = "La récolte des olives est mauvaise cette année, disent les producteurs. " * 8
    items = (
        make_item("Deux sujets", f"{first}\n\n{second}"),
        make_item("Olives", second.replace("mauvaise", "maigre")),
        make_item("Chats", "Les chats dorment au soleil sur les toits de la ville. " * 8),
    )
    list(ingest(items, store))
    sync(store, engine, embedder)
    service = SearchService(store, engine, embedder)
    results = service.similar([article_example(store.get(1))], SearchQuery("")).results
    assert results[0].article.title == "Olives"


def test_turning_a_page_asks_the_model_nothing(
    service: SearchService, embedder: FakeEmbedder
) -> None:
    service.search(SearchQuery("missiles", page_size=1))
    before = embedder.calls
    service.search(SearchQuery("missiles", page_size=1, page=2))
    assert embedder.calls == before


def test_the_score_is_what_its_explanation_says(service: SearchService) -> None:
    for result in service.search(SearchQuery("missiles moyenne portée", explain=True)).results:
        parts = result.parts
        merged = parts.keyword_weight * parts.words + (1 - parts.keyword_weight) * parts.meaning
        assert result.score == pytest.approx(merged)
        assert parts.spread is not None
        if result.keyword is not None:
            assert sum(gain.score for gain in result.gains) == pytest.approx(
                result.keyword.score, rel=1e-4
            )
            assert {"missiles"} <= {gain.text for gain in result.gains}


def test_a_passage_near_in_meaning_shows_its_nearest_sentence(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    text = "Rien à voir ici. Un navire de guerre est arrivé au port. Il fait beau."
    list(ingest([make_item("Mer", text)], store))
    sync(store, engine, embedder)
    service = SearchService(store, engine, embedder)
    query = SearchQuery("navire port guerre", mode="semantic", explain=True)
    reason = service.search(query).results[0].passages[0]
    assert reason.sentence is None or not reason.marks
    without_words = SearchQuery("bateau", mode="semantic", explain=True)
    reason = service.search(without_words).results[0].passages[0]
    assert reason.sentence is not None
    assert reason.passage.text[slice(*reason.sentence)] in text
    plain = service.search(SearchQuery("bateau", mode="semantic")).results[0].passages[0]
    assert plain.sentence is None


def test_sections_and_authors_filter_both_lists(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    items = (
        make_item("Un", "Des missiles à Paris.", section="Monde", authors=("A. Weil", "B. Roy")),
        make_item("Deux", "Des missiles à Rome.", section="Monde", authors=("B. Roy",)),
        make_item("Trois", "Des missiles à Oslo.", section="Sport"),
    )
    list(ingest(items, store))
    sync(store, engine, embedder)
    service = SearchService(store, engine, embedder)
    for wanted, expected in (
        (ArticleFilter(sections=("Monde",)), {"Un", "Deux"}),
        (ArticleFilter(authors=("A. Weil",)), {"Un"}),
        (ArticleFilter(authors=("B. Roy",), sections=("Monde",)), {"Un", "Deux"}),
        (ArticleFilter(sections=("Culture",)), set()),
    ):
        page = service.search(SearchQuery("missiles", filter=wanted, with_facets=True))
        assert {r.article.title for r in page.results} == expected
        assert page.facets is not None
        assert dict(page.facets.sections).keys() <= set(wanted.sections or ("Monde",))


def test_one_list_alone_knows_no_balance(service: SearchService) -> None:
    for mode in ("semantic", "keyword"):
        orders = [
            [
                r.article.id
                for r in service.search(SearchQuery("missiles", mode, keyword_weight=w)).results
            ]
            for w in (0.0, 0.5, 1.0)
        ]
        assert orders[0] == orders[1] == orders[2]
        best = service.search(SearchQuery("missiles", mode)).results[0]
        assert best.article.title in ("Accord", "Essai")
    scores = [r.score for r in service.search(SearchQuery("missiles", "semantic")).results]
    assert scores == sorted(scores, reverse=True)


def test_a_phrase_of_unknown_words_is_not_answered_with_everything(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    filler = [make_item(f"Sujet {n}", f"Le texte {n} traite de la chose {n}.") for n in range(60)]
    list(ingest(filler, store))
    sync(store, engine, embedder)
    found = SearchService(store, engine, embedder).search(SearchQuery('"zzyzx qwfp"'))
    assert found.total < 60


def test_what_no_article_holds_and_the_model_has_no_words_for_means_nothing(
    service: SearchService,
) -> None:
    for mode in MODES:
        assert service.search(SearchQuery("xqqz", mode)).total == 0
    known = service.search(SearchQuery("xqqz missiles", "semantic"))
    assert known.total > 0


def test_each_result_says_how_it_answers(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    filler = [make_item(f"Sujet {n}", f"Le texte {n} parle de la chose {n}.") for n in range(60)]
    texts = ("le traité sur les missiles", "un traité de paix", "les missiles volent")
    list(ingest([*filler, *(make_item("Titre", text) for text in texts)], store))
    sync(store, engine, embedder)
    page = SearchService(store, engine, embedder).search(
        SearchQuery("traité missiles zeppelin", page_size=50)
    )
    matches = {result.article.id: result.match for result in page.results}
    assert (matches[61], page.with_all_words, page.with_some_words) == ("some", 0, 3)
    assert page.near == sum(match == "near" for match in matches.values())
    order = [result.match == "near" for result in page.results]
    assert order == sorted(order)
    both = SearchService(store, engine, embedder).search(SearchQuery("traité missiles"))
    assert (both.results[0].match, both.with_all_words, both.with_some_words) == ("all", 1, 2)
    words = SearchService(store, engine, embedder).search(SearchQuery("traité x", "keyword"))
    assert {result.match for result in words.results} == {"some"}


def test_an_engine_that_cannot_be_reached_is_named(
    service: SearchService, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EngineUnreachableError(verbatim("connection refused"))

    monkeypatch.setattr(engine, "retrieve", fail)
    page = service.search(SearchQuery("missiles"))
    assert (page.results, page.total) == ((), 0)
    assert page.notices == (ENGINE_UNREACHABLE(reason=verbatim("connection refused")),)


def test_a_whole_list_begins_as_its_pages_do(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    items = [
        make_item(f"Brève {n}", "Le verger. " * (n % 7 + 1) + f"Numéro {n}.") for n in range(260)
    ]
    list(ingest(items, store))
    sync(store, engine, embedder)
    service = SearchService(store, engine, embedder)
    for mode in MODES:
        pages = [service.search(SearchQuery("verger", mode, page=n)) for n in range(1, 21)]
        shown = [r.article.id for page in pages for r in page.results]
        stream = service.stream(SearchQuery("verger", mode, page_size=10_000))
        results = [r.article.id for r in stream.results]
        assert results[:200] == shown
        assert len(results) == len(set(results)) == stream.page.total
        assert mode == "semantic" or len(results) == 260


def test_totals_and_facets_are_of_everything_that_matches(
    store: ArticleStore, engine: SearchEngine, embedder: FakeEmbedder
) -> None:
    items = [
        make_item(
            f"Brève {n}", f"Brève {n} : le verger a donné des pommes.", source=f"Journal {n % 4}",
            published=f"2020-{n % 12 + 1:02}-03",
        )
        for n in range(240)
    ]  # fmt: skip
    list(ingest([*items, make_item("Soupe", "La soupe du soir.")], store))
    sync(store, engine, embedder)
    search = SearchService(store, engine, embedder).search
    for text in ("verger", "author:x OR verger", 'verger source:"Journal 1"'):
        pages = {mode: search(SearchQuery(text, mode, with_facets=True)) for mode in MODES[:2]}
        expected = 60 if "Journal" in text else 240 if "verger" in text else 0
        for mode, page in pages.items():
            assert page.total == expected, (text, mode)
            if expected != 240:
                continue
            assert page.facets is not None
            assert page.histogram is not None
            assert dict(page.facets.sources) == {f"Journal {n}": 60 for n in range(4)}
            assert sum(bar.articles for bar in page.histogram.bars) == 240
            assert (page.listed or 0) >= 200
            assert LIST_CUT.code in {notice.code for notice in page.notices}
    for order in ("newest", "oldest"):
        listed = [
            search(SearchQuery("verger", sort=order, page_size=100, page=n)) for n in (1, 2, 3)
        ]
        days = [r.article.published for page in listed for r in page.results]
        assert len(days) == 240
        assert days == sorted(days, reverse=order == "newest")
    last = search(SearchQuery("verger", page=10, page_size=20))
    assert last.last * 20 >= (last.listed or 0) >= 200
    assert len(last.results) == 20
