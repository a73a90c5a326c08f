"""Our records as the JSON objects of the API and of `--json`: one shape for both."""

from typing import Any

from archive.model import Article, IngestReport, ItemOutcome
from indexer.evaluation import Evaluation
from indexer.passages import Passage
from indexer.search import SearchPage, SearchResult
from web.health import Health

Record = dict[str, Any]


def article_heading(article: Article) -> Record:
    return {
        "id": article.id,
        "title": article.headline,
        "source": article.source,
        "published": article.published,
        "language": article.language,
        "url": article.url,
    }


def article_record(article: Article) -> Record:
    """The whole article."""
    return article_heading(article) | {
        "version": article.version,
        "authors": list(article.authors),
        "added": article.added,
        "text": article.text,
    }


def export_record(article: Article) -> Record:
    """What `hemero add` reads back to the same article."""
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "published": article.published,
        "language": article.language,
        "source": article.source,
        "url": article.url,
        "authors": list(article.authors),
    }


def passage_record(passage: Passage) -> Record:
    return {
        "id": passage.id,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
    }


def result_record(result: SearchResult) -> Record:
    keyword, semantic = result.keyword, result.semantic
    return {
        "article": article_heading(result.article),
        "score": round(result.score, 6),
        "keyword": keyword and {"rank": keyword.rank, "score": round(keyword.score, 4)},
        "semantic": semantic and {"rank": semantic.rank, "cosine": round(semantic.cosine, 4)},
        "passages": [passage_record(reason.passage) for reason in result.passages],
    }


def page_record(page: SearchPage) -> Record:
    return {
        "results": [result_record(result) for result in page.results],
        "total": page.total,
        "page": page.page,
        "page_size": page.page_size,
        "notices": list(page.notices),
    }


def outcome_record(outcome: ItemOutcome) -> Record:
    return {
        "item": outcome.item,
        "outcome": outcome.outcome,
        "id": outcome.id,
        "reason": outcome.reason,
    }


def report_record(report: IngestReport) -> Record:
    return {"totals": dict(report.counts)}


def evaluation_record(evaluation: Evaluation) -> Record:
    measures = {mode: dict(values) for mode, values in evaluation.measures.items()}
    return measures | {"topics": evaluation.topics}


def health_record(health: Health) -> Record:
    return {
        "ok": health.ok,
        "articles": health.articles,
        "indexed": health.indexed,
        "waiting": health.waiting,
        "problems": list(health.problems),
    }
