"""The best of a merged ranking in a reranker's order: docs/decisions/011-reranking.md. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from archive.model import Article
from indexer.engines.port import DenseHit
from indexer.models.reranker import Reranker
from indexer.passages import embedding_input
from indexer.query import Query
from indexer.ranking.merged_ranking import Ranking
from indexer.ranking.reasons import best_passages

RERANK_DEPTH = 30


def rerank(ranking: Ranking, scores: Mapping[int, float]) -> Ranking:
    """The ranking with its first RERANK_DEPTH articles ordered by `scores`, 0 to 1, then the rest.

    Equal ones, the rest, and articles without such a score keep their order. Reranked articles get
    scores between the best of the rest and 1, so that scores still fall with the order.
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
    """The reranker's score of each article, for its title and the passage that is shown first.

    `hits` are the passages near in meaning, by article. Raises ModelError.
    """
    texts = {a.id: _text_to_read(a, query, hits.get(a.id, ())) for a in articles}
    scores = reranker.score(query.meaning, list(texts.values()))
    return dict(zip(texts, scores, strict=True))


def _text_to_read(article: Article, query: Query, hits: Iterable[DenseHit]) -> str:
    reasons = best_passages(article, query, hits)
    return embedding_input(article.title, reasons[0].passage) if reasons else article.title
