"""Our records as the JSON objects of the API and of `--json`: one shape for both."""

from collections.abc import Iterable, Mapping
from typing import Any

from archive.copies.clusters import Cluster, WireCopy
from archive.diff import compare_versions
from archive.feed_formats.model import Feed
from archive.intake.jobs import Job
from archive.model import PARAGRAPH_BREAK, Article, ArticleVersion, IngestReport, ItemOutcome
from archive.stats.facets import Facets
from archive.stats.histogram import Histogram
from indexer.evaluation.evaluation import COMPARED_BY, Evaluation
from indexer.evaluation.significance import PERMUTATIONS
from indexer.passages import Passage
from indexer.ranking.reasons import PassageReason
from indexer.ranking.result_page import SearchPage, SearchResult
from web.upkeep.health import Health

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
        "passages": [reason_record(reason) for reason in result.passages],
        "copies": [copy_record(copy) for copy in result.copies],
    }


def reason_record(reason: PassageReason) -> Record:
    """Marks and sentence are [start, end) characters of the passage's text."""
    return passage_record(reason.passage) | {
        "cosine": None if reason.cosine is None else round(reason.cosine, 4),
        "marks": [list(span) for span in reason.marks],
        "sentence": reason.sentence and list(reason.sentence),
    }


def explanation_record(result: SearchResult) -> Record:
    """score = keyword_weight * words + (1 - keyword_weight) * meaning, unless it was reranked."""
    parts = result.parts
    return {
        "keyword_weight": round(parts.keyword_weight, 4),
        "words": round(parts.words, 6),
        "meaning": round(parts.meaning, 6),
        "coverage": None if parts.coverage is None else round(parts.coverage, 4),
        "spread": parts.spread
        and {
            "mean": round(parts.spread.mean, 4),
            "deviation": round(parts.spread.deviation, 4),
            "passages": parts.spread.passages,
        },
        "gains": [{"text": gain.text, "score": round(gain.score, 4)} for gain in result.gains],
        "rerank": None if result.rerank is None else round(result.rerank, 4),
    }


def page_record(page: SearchPage, *, explain: bool = False) -> Record:
    explained = (
        {"explanation": explanation_record(result)} if explain else {} for result in page.results
    )
    return {
        "results": [
            result_record(result) | more
            for result, more in zip(page.results, explained, strict=True)
        ],
        "total": page.total,
        "page": page.page,
        "page_size": page.page_size,
        "notices": list(page.notices),
        "facets": page.facets and facets_record(page.facets),
        "histogram": page.histogram and histogram_record(page.histogram),
        "did_you_mean": page.did_you_mean,
    }


def facets_record(facets: Facets) -> Record:
    """Each facet as a list of values with the number of articles, of the whole list."""
    return {
        name: [{"value": value, "articles": count} for value, count in getattr(facets, name)]
        for name in ("sources", "languages", "sections", "authors", "months")
    }


def histogram_record(histogram: Histogram) -> Record:
    return {
        "unit": histogram.unit,
        "bars": [
            {"first": bar.first, "last": bar.last, "articles": bar.articles}
            for bar in histogram.bars
        ],
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
    """The measures of each list by its name; "compared" is there where the lists were compared."""
    measures = {name: dict(values) for name, values in evaluation.measures.items()}
    record = measures | {"topics": evaluation.topics}
    return record | comparison_record(evaluation) if evaluation.differences else record


def comparison_record(evaluation: Evaluation) -> Record:
    lists = {
        name: {
            "difference": round(difference.mean, 6),
            "better": difference.better,
            "worse": difference.worse,
            "p": round(difference.p_value, 6),
        }
        for name, difference in evaluation.differences.items()
    }
    return {"compared": {"measure": COMPARED_BY, "permutations": PERMUTATIONS, "lists": lists}}


def health_record(health: Health) -> Record:
    return {
        "ok": health.ok,
        "articles": health.articles,
        "indexed": health.indexed,
        "waiting": health.waiting,
        "problems": list(health.problems),
    }
