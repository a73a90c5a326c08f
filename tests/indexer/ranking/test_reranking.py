"""Reranking: the best of a list read again, by a fake and by a tiny model of random weights."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import huggingface_hub.constants
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from archive.intake.ingest import ingest
from archive.model import Article
from archive.store.articles import ArticleStore
from indexer.engines.port import CosineSpread, DenseHit, Retrieval, SearchEngine
from indexer.errors import ModelError
from indexer.models import reranker as reranker_module
from indexer.models.reranker import CrossEncoderReranker
from indexer.passages import passage_id
from indexer.query import plain_query
from indexer.ranking.merged_ranking import Ranking, fuse
from indexer.ranking.request import SearchQuery
from indexer.ranking.reranking import RERANK_DEPTH, rerank, score_articles
from indexer.search import SearchService
from indexer.sync import sync
from indexer.wordings import RERANKING_UNAVAILABLE
from tests.support.fakes import FakeEmbedder, make_item

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = ["missiles", "soupe", "portée", "pois", "hiver"]
SCORES = st.floats(0, 1)


class FakeReranker:
    """Counts the words of the query that a passage holds; keeps what it read."""

    name = "fake"

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[str]]] = []

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        self.calls.append((query, list(passages)))
        sought = set(query.split())
        return [len(sought & set(passage.split())) / len(sought) for passage in passages]

    def describe(self) -> dict[str, str]:
        return {"name": self.name}


@st.composite
def rankings(draw: st.DrawFn) -> tuple[Ranking, dict[int, float]]:
    """A merged list, some of its tail dropped, and scores for any of its articles."""
    cosines = draw(st.lists(st.sampled_from([0.7, 0.75, 0.8, 0.85, 0.9]), max_size=50))
    hits = sorted(
        (DenseHit(passage_id(n, 0), cosine, "fr") for n, cosine in enumerate(cosines, start=1)),
        key=lambda hit: -hit.cosine,
    )
    spreads = {"fr": CosineSpread(0.7, draw(st.sampled_from([0.02, 0.1])), 100)}
    ranking = fuse([Retrieval(dense=tuple(hits), spreads=spreads)], "convex", 0.0)
    scored = st.sampled_from(range(1, len(cosines) + 1)) if cosines else st.nothing()
    levels = SCORES | st.sampled_from([0.0, 0.5, 1.0])
    return ranking, draw(st.dictionaries(scored, levels))


@given(rankings())
def test_the_best_stand_in_the_rerankers_order_and_the_rest_as_before(
    drawn: tuple[Ranking, dict[int, float]],
) -> None:
    ranking, scores = drawn
    before, after = ranking.article_ids, rerank(ranking, scores).article_ids
    assert sorted(after) == sorted(before)
    read = [article for article in before[:RERANK_DEPTH] if article in scores]
    head, rest = after[: len(read)], after[len(read) :]
    assert head == tuple(sorted(read, key=lambda a: (-scores[a], before.index(a))))
    assert rest == tuple(article for article in before if article not in read)


@given(rankings())
def test_scores_fall_with_the_order_and_the_rest_keep_theirs(
    drawn: tuple[Ranking, dict[int, float]],
) -> None:
    ranking, scores = drawn
    after = rerank(ranking, scores)
    shown = [after.scores[article] for article in after.article_ids]
    assert shown == sorted(shown, reverse=True)
    read = {article for article in ranking.article_ids[:RERANK_DEPTH] if article in scores}
    unread = [article for article in ranking.article_ids if article not in read]
    assert all(after.scores[article] == ranking.scores[article] for article in unread)


def test_without_scores_nothing_changes() -> None:
    spreads = {"fr": CosineSpread(0.7, 0.1, 100)}
    hits = (DenseHit(passage_id(2, 0), 0.9, "fr"), DenseHit(passage_id(1, 0), 0.8, "fr"))
    ranking = fuse([Retrieval(dense=hits, spreads=spreads)], "convex", 0.0)
    assert rerank(ranking, {}) == ranking
    assert rerank(ranking, {1: 0.2, 2: 0.1}).article_ids == (1, 2)
    assert dict(rerank(ranking, {1: 0.2, 2: 0.1}).scores) == {1: 0.2, 2: 0.1}


def stored(store: ArticleStore, title: str, text: str) -> Article:
    (outcome,) = ingest([make_item(title, text)], store)
    return store.get(outcome.id or 0)


def test_the_reranker_reads_the_title_and_the_passage_shown(store: ArticleStore) -> None:
    long = "Rien de cela ne concerne la question qui est posée ici. " * 20
    article = stored(store, "Accord", f"{long}\n\nUn traité sur les missiles à moyenne portée.")
    bare = replace(article, id=article.id + 1, title="Missiles", paragraphs=())
    reranker = FakeReranker()
    query = plain_query("missiles portée")
    scores = score_articles(reranker, query, [article, bare], {})
    ((asked, (text, title)),) = reranker.calls
    assert asked == query.meaning
    assert text.startswith("Accord\n")
    assert "missiles à moyenne portée" in text
    assert len(text) < len(article.text)
    assert title == "Missiles"
    assert scores == {article.id: 0.5, bare.id: 0.0}


def build_model(folder: Path, kind: str = "BertForSequenceClassification", labels: int = 1) -> Path:
    """Save a model of random weights that holds 32 tokens."""
    import torch  # these two take seconds to import
    import transformers

    vocabulary = {word: n for n, word in enumerate(MARKS + WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
        num_labels=labels,
        initializer_range=2.0,
    )
    getattr(transformers, kind)(config).save_pretrained(folder)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=32,
    ).save_pretrained(folder)
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No hub, and an empty cache of what was fetched from it."""
    cache = tmp_path / "hub"
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(cache))
    return cache


def test_a_model_on_disk_scores_pairs(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(build_model(tmp_path / "tiny")))
    passages = ["soupe pois", "missiles portée", "hiver"]
    scores = reranker.score("missiles", passages)
    assert all(0 < score < 1 for score in scores)
    assert len(set(scores)) == 3
    assert reranker.score("missiles", passages[::-1]) == pytest.approx(scores[::-1], abs=1e-2)
    assert reranker.score("soupe", passages) != scores
    assert reranker.score("missiles", []) == []
    assert reranker.describe()["name"] == "tiny"


def test_texts_of_any_length_and_sign_are_scored(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(build_model(tmp_path / "tiny")))
    passages = ["", "missiles " * 100_000, "\ufdfa" * 10_000, "\0\ud7ff<b>"]
    for query in ("missiles", "missiles " * 10_000, ""):
        assert all(0 < score < 1 for score in reranker.score(query, passages))


@pytest.mark.parametrize(
    ("kind", "labels", "reason"),
    [
        ("BertModel", 1, "it is no cross-encoder"),
        ("BertForSequenceClassification", 3, "it gives a pair 3 scores, not one"),
    ],
)
def test_a_model_for_something_else_is_refused(
    tmp_path: Path, kind: str, labels: int, reason: str
) -> None:
    folder = build_model(tmp_path / "other", kind, labels)
    with pytest.raises(ModelError, match=f"cannot load the reranker '{folder}': {reason}; name"):
        CrossEncoderReranker(str(folder)).score("missiles", ["soupe"])


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot load the reranker .*; name another one in the"):
        CrossEncoderReranker(str(tmp_path)).score("missiles", ["soupe"])


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["no-such/reranker", "no-such-reranker", "no/such/reranker"])
def test_a_name_that_is_not_on_disk_is_an_error_offline(name: str) -> None:
    with pytest.raises(ModelError, match=f"cannot load the reranker '{name}': .*; name another"):
        CrossEncoderReranker(name).describe()


def test_what_cannot_be_loaded_is_not_tried_at_every_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(reranker_module, "monotonic", lambda: now)
    reranker = CrossEncoderReranker(str(tmp_path / "later"))
    (tmp_path / "later").mkdir()
    with pytest.raises(ModelError, match="cannot load"):
        reranker.score("missiles", ["soupe"])
    build_model(tmp_path / "later")
    now += reranker_module.RETRY_SECONDS / 2
    with pytest.raises(ModelError, match="cannot load"):
        reranker.score("missiles", ["soupe"])
    now += reranker_module.RETRY_SECONDS
    assert len(reranker.score("missiles", ["soupe"])) == 1


def test_nobody_waits_long_for_a_model_that_another_thread_loads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loading, loaded = Event(), Event()

    def load_slowly(*_: object) -> object:
        loading.set()
        loaded.wait(30)
        raise OSError("gone")

    monkeypatch.setattr(reranker_module, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(reranker_module, "open_model", load_slowly)
    reranker = CrossEncoderReranker("slow")
    errors: list[ModelError] = []

    def load() -> None:
        try:
            reranker.describe()
        except ModelError as exc:
            errors.append(exc)

    thread = Thread(target=load)
    thread.start()
    assert loading.wait(30)
    with pytest.raises(ModelError, match="busy"):
        reranker.score("missiles", ["soupe"])
    loaded.set()
    thread.join()
    assert "gone" in str(errors[0])


TEXTS = {
    f"Article {n}": f"Un accord sur les missiles, numéro {n}." + " portée" * (n % 5)
    for n in range(40)
}


def service_with(
    reranker: FakeReranker | CrossEncoderReranker, store: ArticleStore, engine: SearchEngine
) -> SearchService:
    embedder = FakeEmbedder()
    list(ingest([make_item(title, text) for title, text in TEXTS.items()], store))
    sync(store, engine, embedder)
    return SearchService(store, engine, embedder, reranker=reranker)


def test_pages_of_any_size_cut_the_same_reranked_list(
    store: ArticleStore, engine: SearchEngine
) -> None:
    reranker = FakeReranker()
    service = service_with(reranker, store, engine)
    query = SearchQuery("missiles portée 7.", page_size=50)
    whole = service.search(query)
    assert [result.rerank is not None for result in whole.results] == [True] * 30 + [False] * 10
    assert sorted(r.score for r in whole.results) == [r.score for r in reversed(whole.results)]
    plain = SearchService(store, engine, FakeEmbedder()).search(query)
    assert whole.results != plain.results
    assert {r.article.id for r in whole.results} == {r.article.id for r in plain.results}
    for size in (1, 7, 30):
        pages = range(1, -(-40 // size) + 1)
        found = [
            (result.article.id, result.score)
            for page in pages
            for result in service.search(replace(query, page=page, page_size=size)).results
        ]
        assert found == [(result.article.id, result.score) for result in whole.results]
    assert {len(passages) for _, passages in reranker.calls} == {RERANK_DEPTH}


def test_what_words_fields_or_dates_order_is_not_reranked(
    store: ArticleStore, engine: SearchEngine
) -> None:
    reranker = FakeReranker()
    service = service_with(reranker, store, engine)
    service.search(SearchQuery("missiles", mode="keyword"))
    service.search(SearchQuery("missiles", sort="newest"))
    service.search(SearchQuery("language:fr"))
    assert reranker.calls == []
    service.search(SearchQuery("missiles AND accord", mode="semantic"))
    assert [query for query, _ in reranker.calls] == ["missiles accord"]


def test_a_failed_reranker_leaves_the_merged_list(
    store: ArticleStore, engine: SearchEngine, tmp_path: Path
) -> None:
    service = service_with(CrossEncoderReranker(str(tmp_path)), store, engine)
    page = service.search(SearchQuery("missiles"))
    assert page.notices == (RERANKING_UNAVAILABLE(),)
    plain = SearchService(store, engine, FakeEmbedder()).search(SearchQuery("missiles"))
    assert page.results == plain.results


def test_what_is_evaluated_is_reranked(store: ArticleStore, engine: SearchEngine) -> None:
    reranker = FakeReranker()
    service = service_with(reranker, store, engine)
    ranking = service.rank(SearchQuery("missiles portée"), plain_query("missiles portée"))
    assert set(ranking.reranked) == set(ranking.article_ids[:RERANK_DEPTH])


def test_a_model_fetched_before_is_opened_without_the_hub(offline: Path) -> None:
    fetched = offline / "models--some--reranker"
    build_model(fetched / "snapshots" / "0123")
    (fetched / "refs").mkdir()
    (fetched / "refs" / "main").write_text("0123")
    assert len(CrossEncoderReranker("some/reranker").score("missiles", ["soupe"])) == 1


def test_a_model_fetched_in_part_is_named(offline: Path) -> None:
    fetched = offline / "models--some--reranker"
    build_model(fetched / "snapshots" / "0123")
    (fetched / "snapshots" / "0123" / "model.safetensors").unlink()
    (fetched / "refs").mkdir()
    (fetched / "refs" / "main").write_text("0123")
    with pytest.raises(ModelError, match="cannot load the reranker 'some/reranker'"):
        CrossEncoderReranker("some/reranker").score("missiles", ["soupe"])
