"""The best of a merged list read again: query and passage together, by a cross-encoder.

Such a model weighs every word of the one against every word of the other, which two vectors made
apart cannot; it is far too slow for a whole archive (Nogueira and Cho, 2019). Off by default:
docs/decisions/011-reranking.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from archive.model import Article
from indexer.engines.port import DenseHit
from indexer.errors import ModelError
from indexer.models.embedding import first_line, open_model
from indexer.passages import embedding_input
from indexer.query import Query
from indexer.ranking.ranking import Ranking
from indexer.ranking.reasons import best_passages

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANK_DEPTH = 30
BATCH_PASSAGES = 8
# What is longer than a passage with its title is cut before the tokenizer sees it, and the pair to
# what every such model can hold.
MOST_QUERY_CHARACTERS, MOST_PASSAGE_CHARACTERS, MOST_TOKENS = 1_000, 2_000, 512
WAIT_SECONDS, RETRY_SECONDS = 10.0, 60.0


class Reranker(Protocol):
    """A model that reads query and passage together."""

    @property
    def name(self) -> str:
        """For people; must not load the model."""

    def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """How well each passage answers the query, 0 to 1; one call. Raises ModelError."""

    def describe(self) -> dict[str, str]:
        """Name, device and number format, for people. Raises ModelError."""


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder, loaded at its first use, used by one thread at a time.

    `model` is a folder or the name of a model; only a name that is not on disk is ever fetched. One
    that cannot be loaded is not tried again for RETRY_SECONDS: offline, one trial takes as long.
    Nobody waits longer than WAIT_SECONDS for another thread, which may be fetching the model.
    """

    def __init__(self, model: str) -> None:
        self._model_setting = model
        self._lock = Lock()
        self._loaded: CrossEncoder | None = None
        self._failure, self._retry_at = "", 0.0

    @property
    def name(self) -> str:
        return self._model_setting.rstrip("/").rsplit("/", 1)[-1]

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        start = query[:MOST_QUERY_CHARACTERS]
        pairs = [(start, passage[:MOST_PASSAGE_CHARACTERS]) for passage in passages]
        with self._turn():
            return _predict(self._load(), pairs)

    def describe(self) -> dict[str, str]:
        with self._turn():
            model = self._load()
        return {
            "name": self.name,
            "device": str(model.device),
            "dtype": str(next(model.parameters()).dtype).removeprefix("torch."),
        }

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise ModelError(f"the reranker was busy for {WAIT_SECONDS:g} seconds; try again later")
        try:
            yield
        finally:
            self._lock.release()

    def _load(self) -> "CrossEncoder":
        if self._loaded is None:
            if monotonic() < self._retry_at:
                raise ModelError(self._failure)
            try:
                self._loaded = _open_cross_encoder(self._model_setting)
            except Exception as exc:  # any of four libraries may refuse, each in its own way
                self._failure = (
                    f"cannot load the reranker {self._model_setting!r}: {first_line(exc)};"
                    " name another one in the setting `reranker`, or none"
                )
                self._retry_at = monotonic() + RETRY_SECONDS
                raise ModelError(self._failure) from exc
        return self._loaded


def rerank(ranking: Ranking, scores: Mapping[int, float]) -> Ranking:
    """The ranking with its first RERANK_DEPTH articles ordered by `scores`, 0 to 1, then the rest.

    Equals, the rest, and articles without such a score keep their order. What is reranked scores
    between the best of the rest and 1, so that scores still fall with the order.
    """
    best = [article for article in ranking.article_ids[:RERANK_DEPTH] if article in scores]
    head, rest = set(best), ranking.article_ids
    rest = tuple(article for article in rest if article not in head)
    floor = max((ranking.scores[article] for article in rest), default=0.0)
    lifted = {article: floor + max(0.0, 1 - floor) * scores[article] for article in best}
    best.sort(key=lambda article: -scores[article])
    return replace(
        ranking,
        article_ids=(*best, *rest),
        scores={**ranking.scores, **lifted},
        reranked={article: scores[article] for article in best},
    )


def score_articles(
    reranker: Reranker,
    query: Query,
    articles: Iterable[Article],
    hits: Mapping[int, Sequence[DenseHit]],
) -> dict[int, float]:
    """What the reranker says of each article, by its title and the passage that is shown first.

    `hits` are the passages near in meaning, by article. Raises ModelError.
    """
    texts = {a.id: _text_to_read(a, query, hits.get(a.id, ())) for a in articles}
    scores = reranker.score(query.meaning, list(texts.values()))
    return dict(zip(texts, scores, strict=True))


def _text_to_read(article: Article, query: Query, hits: Iterable[DenseHit]) -> str:
    reasons = best_passages(article, query, hits)
    return embedding_input(article.title, reasons[0].passage) if reasons else article.title


def _open_cross_encoder(location: str) -> "CrossEncoder":
    """Raises ValueError for a model that was not made to score pairs."""
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = open_model(CrossEncoder, location)
    made_for = getattr(model.config, "architectures", None) or [""]
    # Other models are opened as well, with a last layer of random numbers.
    if len(model) == 1 and not made_for[0].endswith("ForSequenceClassification"):
        raise ValueError("it is no cross-encoder")
    if model.num_labels != 1:
        raise ValueError(f"it gives a pair {model.num_labels} scores, not one")
    model.max_seq_length = min(model.max_seq_length or MOST_TOKENS, MOST_TOKENS)
    return model


def _predict(model: "CrossEncoder", pairs: list[tuple[str, str]]) -> list[float]:
    import torch

    try:
        logits = model.predict(
            pairs,
            batch_size=BATCH_PASSAGES,
            activation_fn=torch.nn.Identity(),  # many a model is saved with none, others with one
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        scores: list[float] = torch.sigmoid(logits.double()).tolist()
    except (RuntimeError, ValueError, IndexError, MemoryError) as exc:
        raise ModelError(f"the reranker failed: {first_line(exc)}") from exc
    if any(score != score for score in scores):
        raise ModelError("the reranker failed: a score is no number; name another one")
    return scores
