"""The engine in memory: plain, slow and small; forgotten when the process ends."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rapidfuzz.distance import OSA

from archive.messages import Message
from archive.model import ArticleFilter
from indexer.engines.memory.articles import Archive, Document, count_articles
from indexer.engines.memory.scores import Scorer
from indexer.engines.port import (
    MAX_SPELLING_LETTERS,
    MIN_SPELLING_LETTERS,
    NO_STATISTICS,
    Counts,
    DenseHit,
    EngineState,
    Fingerprint,
    IndexBatch,
    IndexedArticle,
    KeywordHit,
    KeywordMatches,
    PassageVectors,
    Retrieval,
    RetrievalRequest,
    Spelling,
    WordGain,
    check_fingerprint,
)
from indexer.engines.scoring import ALL_HELD
from indexer.passages import article_of, passage_id
from indexer.query import Query
from indexer.query.records import has_text_conditions


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit made visible."""

    fingerprint: Fingerprint | None = None
    checkpoint: int = 0
    archive: Archive = field(default_factory=lambda: Archive({}))
    statistics: Mapping[str, bytes] = field(default_factory=dict)


class MemoryEngine:
    """See `SearchEngine`. Readers see the last commit, which never changes."""

    name = "memory"
    format = "1"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._commit = Commit()
        self._pending: dict[int, IndexedArticle | None] = {}
        self._pending_fingerprint: Fingerprint | None = None

    def fingerprint(self) -> Fingerprint | None:
        return self._commit.fingerprint

    def checkpoint(self) -> int:
        return self._commit.checkpoint

    def write(self, batch: IndexBatch) -> None:
        check_fingerprint(self.fingerprint(), batch.fingerprint)
        self._pending_fingerprint = batch.fingerprint
        self._pending |= {article.id: article for article in batch.articles}
        self._pending |= dict.fromkeys(batch.deleted_ids)

    def rollback(self) -> None:
        self._pending.clear()

    def commit(self, checkpoint: int, statistics: Mapping[str, bytes] = NO_STATISTICS) -> None:
        last, written = self._commit, self._pending
        kept = {i: d for i, d in last.archive.documents.items() if i not in written}
        new = {i: Document.of(article) for i, article in written.items() if article is not None}
        known = {**last.statistics, **statistics}
        self._commit = Commit(
            fingerprint=self._pending_fingerprint if written else last.fingerprint,
            checkpoint=max(checkpoint, last.checkpoint),
            archive=Archive(kept | new),
            statistics={language: own for language, own in known.items() if own},
        )
        self._pending = {}

    def clear(self) -> None:
        self._pending.clear()
        self._commit = Commit()

    def statistics(self) -> Mapping[str, bytes]:
        return self._commit.statistics

    def vectors(self, article_ids: Iterable[int]) -> Mapping[int, PassageVectors]:
        found = (self._documents.get(article_id) for article_id in article_ids)
        articles = (document.article for document in found if document is not None)
        return {a.id: PassageVectors(a.language, a.vectors) for a in articles if len(a.vectors)}

    def retrieve(self, request: RetrievalRequest) -> Retrieval:
        commit, query = self._commit, request.keyword
        allowed = commit.archive.allowed(request.filter, query)
        scorer = Scorer(commit.archive)
        hits = _rank_keyword(scorer, query, allowed) if query else ()
        if query and query.is_fields_only:
            hits = _share_by_place(hits, request.depth)
        dense = _rank_dense(request, allowed)
        end = request.depth + request.rest
        is_counted = request.counted and len(hits) > end
        return Retrieval(
            keyword=hits[: request.depth],
            rest=hits[request.depth : end],
            dense=dense,
            coverage=scorer.coverage(query) if query else {},
            statistics=commit.statistics,
            matches=_count(commit.archive, hits, dense) if is_counted else None,
            complete=sum(hit.held >= ALL_HELD for hit in hits),
        )

    def count_matching(self, query: Query, wanted: ArticleFilter) -> Counts:
        archive = self._commit.archive
        allowed = archive.allowed(wanted, query)
        return count_articles(d.article for d in allowed if archive.holds_all(d, query))

    def explain(
        self, query: Query, article_ids: Sequence[int]
    ) -> Mapping[int, tuple[WordGain, ...]]:
        return Scorer(self._commit.archive).explain(query, article_ids)

    def spellings(self, words: Mapping[str, int], most: int) -> Mapping[str, tuple[Spelling, ...]]:
        archive = self._commit.archive
        return {w: _find_spellings(archive, w, far)[:most] for w, far in words.items()}

    def article_ids(self) -> list[int]:
        return list(self._documents)

    def check(self, files: bool = True) -> list[Message]:
        return []

    def damaged_parts(self) -> Mapping[str, Message]:
        return {}

    def state(self) -> EngineState:
        return EngineState(self.checkpoint(), self._folder)

    def count(self) -> int:
        return len(self._documents)

    def count_passages(self) -> int:
        return sum(len(document.article.vectors) for document in self._documents.values())

    def close(self) -> None:
        pass

    @property
    def _documents(self) -> Mapping[int, Document]:
        return self._commit.archive.documents


def _rank_keyword(
    scorer: Scorer, query: Query, allowed: Sequence[Document]
) -> tuple[KeywordHit, ...]:
    """The whole list."""
    if query.is_fields_only:
        return _list_newest(allowed)
    scores, held = scorer.score(query), scorer.held(query)
    demanded = has_text_conditions(query)
    articles = [document.article for document in allowed] if query.words else []
    hits = [
        _hit(
            article,
            scores.articles[article.id],
            scores.perfect[article.language],
            held[article.id],
        )
        for article in articles
        if demanded or scores.articles[article.id] > 0
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.article_id)))


def _count(
    archive: Archive, hits: Sequence[KeywordHit], dense: Sequence[DenseHit]
) -> KeywordMatches:
    ids = {hit.article_id for hit in hits}
    counts = count_articles(archive.documents[i].article for i in sorted(ids))
    return KeywordMatches(counts, frozenset(ids & {article_of(hit.passage_id) for hit in dense}))


def _hit(article: IndexedArticle, score: float, perfect: float, held: float) -> KeywordHit:
    share = min(score / perfect, 1.0) if perfect else 0.0
    return KeywordHit(article.id, score, share, held, article.language)


def _list_newest(allowed: Sequence[Document]) -> tuple[KeywordHit, ...]:
    articles = [document.article for document in allowed]
    newest = sorted(articles, key=lambda a: (a.moment, a.id), reverse=True)
    return tuple(KeywordHit(article.id, 0, 0, 1, article.language) for article in newest)


def _share_by_place(hits: Sequence[KeywordHit], depth: int) -> tuple[KeywordHit, ...]:
    """All answer alike; later stages order by share alone, which falls from 1 within the depth."""
    shares = [max(0.0, 1 - place / min(len(hits), depth)) for place in range(len(hits))]
    return tuple(
        replace(hit, score=share, share=share) for hit, share in zip(hits, shares, strict=True)
    )


def _rank_dense(request: RetrievalRequest, allowed: Sequence[Document]) -> tuple[DenseHit, ...]:
    if request.vector is None:
        return ()
    best: dict[str, list[DenseHit]] = {}
    for article in (document.article for document in allowed):
        for ordinal, cosine in enumerate((article.vectors @ request.vector).tolist()):
            hit = DenseHit(passage_id(article.id, ordinal), cosine, article.language)
            best.setdefault(article.language, []).append(hit)
    nearest = (sorted(hits, key=_by_nearness)[: request.depth] for hits in best.values())
    return tuple(sorted((hit for hits in nearest for hit in hits), key=_by_nearness))


def _by_nearness(hit: DenseHit) -> tuple[float, int]:
    return -hit.cosine, hit.passage_id


def _find_spellings(archive: Archive, word: str, distance: int) -> tuple[Spelling, ...]:
    """The word itself, if any article holds it in any inflection, then those near to it."""
    exact = [i for i, d in archive.documents.items() if d.holds_exact(word)]
    inflected = [i for i, d in archive.documents.items() if d.holds_inflected(word)]
    held = {*exact, *inflected}
    itself = (Spelling(word, 0, len(held), max(exact or held)),) if held else ()
    near = _near_words(archive, word, distance) if distance and _may_be_near(word) else []
    return (*itself, *near)


def _near_words(archive: Archive, word: str, distance: int) -> list[Spelling]:
    found = []
    for other in filter(_may_be_near, archive.word_counts):
        far = OSA.distance(word, other)
        if 0 < far <= distance:
            holders = [i for i, d in archive.documents.items() if d.holds_exact(other)]
            found.append(Spelling(other, far, len(holders), max(holders)))
    return sorted(found, key=lambda s: (s.distance, s.word[0] != word[0], -s.articles, s.word))


def _may_be_near(word: str) -> bool:
    return MIN_SPELLING_LETTERS <= len(word) <= MAX_SPELLING_LETTERS and not word[0].isdigit()
