"""Our records as the JSON objects of the API and of `--json`: one shape for both."""

from collections.abc import Iterable, Mapping
from typing import Any

from archive.clusters import Cluster, WireCopy
from archive.diff import compare_versions
from archive.facets import Facets
from archive.feeds.model import Feed
from archive.jobs import Job
from archive.model import PARAGRAPH_BREAK, Article, ArticleVersion, IngestReport, ItemOutcome
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


def copy_record(copy: WireCopy) -> Record:
    return {
        "id": copy.article_id,
        "title": copy.headline,
        "source": copy.source,
        "published": copy.published,
    }


def cluster_record(cluster: Cluster) -> Record:
    """The original is the first of the articles."""
    return {
        "cluster": cluster.id,
        "outlets": list(cluster.outlets),
        "articles": [copy_record(copy) for copy in cluster.copies],
    }


def article_record(article: Article, copies: Iterable[WireCopy] = ()) -> Record:
    """The whole article, and the other articles that tell the same text."""
    return article_heading(article) | {
        "version": article.version,
        "authors": list(article.authors),
        "section": article.section,
        "modified": article.modified,
        "paywalled": article.paywalled,
        "added": article.added,
        "text": article.text,
        "copies": [copy_record(copy) for copy in copies],
    }


def export_record(article: Article) -> Record:
    """What `hemero add` reads back to the same article."""
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "published": article.published_local,
        "language": article.language,
        "source": article.source,
        "url": article.url,
        "authors": list(article.authors),
        "section": article.section,
        "modified": article.modified,
    }


def version_record(version: ArticleVersion) -> Record:
    return {
        "article": version.article_id,
        "version": version.version,
        "since": version.since,
        "title": version.title,
        "text": PARAGRAPH_BREAK.join(version.paragraphs),
    }


def difference_record(old: ArticleVersion, new: ArticleVersion) -> Record:
    """Title and paragraphs of both, as runs of words that stayed, came or went."""
    changes = compare_versions(old, new)
    return {
        "article": new.article_id,
        "old": old.version,
        "new": new.version,
        "paragraphs": [
            [{"kind": kind, "text": text} for kind, text in change.pieces] for change in changes
        ],
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
        "keyword": keyword
        and {
            "rank": keyword.rank,
            "score": round(keyword.score, 4),
            "share": round(keyword.share, 4),
        },
        "semantic": semantic
        and {
            "rank": semantic.rank,
            "cosine": round(semantic.cosine, 4),
            "deviations": round(semantic.deviations, 4),
        },
        "passages": [passage_record(reason.passage) for reason in result.passages],
        "copies": [copy_record(copy) for copy in result.copies],
    }


def page_record(page: SearchPage) -> Record:
    return {
        "results": [result_record(result) for result in page.results],
        "total": page.total,
        "page": page.page,
        "page_size": page.page_size,
        "notices": list(page.notices),
        "facets": page.facets and facets_record(page.facets),
    }


def facets_record(facets: Facets) -> Record:
    """Each facet as a list of values with the number of articles, of the whole list."""
    return {
        name: [{"value": value, "articles": count} for value, count in getattr(facets, name)]
        for name in ("sources", "languages", "sections", "authors", "months")
    }


def outcome_record(outcome: ItemOutcome) -> Record:
    return {
        "item": outcome.item,
        "outcome": outcome.outcome,
        "id": outcome.id,
        "reason": outcome.reason,
    }


def feed_record(feed: Feed, items: Mapping[str, int] | None = None) -> Record:
    record = {
        "id": feed.id,
        "url": feed.url,
        "title": feed.title,
        "source": feed.source,
        "state": feed.state,
        "polled": feed.polled,
        "due": feed.due,
        "failures": feed.failures,
        "outcome": feed.outcome,
    }
    return record if items is None else record | {"items": dict(items)}


def job_record(job: Job) -> Record:
    return {
        "id": job.id,
        "title": job.title,
        "state": job.state,
        "created": job.created,
        "finished": job.finished,
        "done": job.done,
        "counts": dict(job.counts),
        "message": job.message,
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
