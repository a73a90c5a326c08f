"""The keyword list against Whoosh's own scorer, cold and warm."""

import statistics
import time
from pathlib import Path

import whoosh.index
from whoosh.query import Or, Term

from indexer.analysis import analyze_token
from indexer.engines.port import RetrievalRequest, SearchEngine
from indexer.engines.registry import open_engine
from indexer.query import plain_query
from web.services import Services

TOP = 10
COLD_QUERIES = 60


def measure_keyword_list(services: Services, queries: list[str]) -> dict[str, float]:
    folder = services.settings.index_folder
    cold = [_time(_opened(folder), query) for query in queries[:COLD_QUERIES]]
    engine = _opened(folder)
    for query in queries:
        _time(engine, query)
    warm = [_time(engine, query) for query in queries]
    seconds, overlap = _whoosh(folder, engine, queries)
    return {
        "keyword_cold_p50_ms": statistics.median(cold) * 1000,
        "keyword_warm_p50_ms": statistics.median(warm) * 1000,
        "keyword_warm_p95_ms": statistics.quantiles(warm, n=20)[-1] * 1000,
        "whoosh_scorer_p50_ms": seconds * 1000,
        "keyword_overlap_with_whoosh": overlap,
    }


def _opened(folder: Path) -> SearchEngine:
    """An engine whose postings cache is empty, its files open."""
    engine = open_engine("embedded", folder)
    engine.retrieve(RetrievalRequest(plain_query("zzz"), None))
    return engine


def _time(engine: SearchEngine, query: str) -> float:
    started = time.perf_counter()
    engine.retrieve(RetrievalRequest(plain_query(query), None))
    return time.perf_counter() - started


def _whoosh(folder: Path, engine: SearchEngine, queries: list[str]) -> tuple[float, float]:
    """Median seconds of Whoosh's scorer, and the mean share of our top ten in its top ten."""
    seconds, overlaps = [], []
    with whoosh.index.open_dir(str(folder / "keyword")).searcher() as searcher:
        for text in queries:
            query = plain_query(text)
            words = (part for word in query.words for part in word.parts)
            terms = {analyze_token(word, "fr") for word in words} - {None}
            wanted = Or([Term(field, term) for field in ("title", "body") for term in terms])
            started = time.perf_counter()
            found = searcher.search(wanted, limit=TOP)
            documents = [hit.docnum for hit in found]
            seconds.append(time.perf_counter() - started)
            column = searcher.reader().column_reader("id")
            theirs = {column[document] for document in documents}
            hits = engine.retrieve(RetrievalRequest(query, None, depth=TOP)).keyword
            ours = {hit.article_id for hit in hits}
            overlaps.append(len(ours & theirs) / max(1, len(theirs)))
    return statistics.median(seconds), statistics.mean(overlaps)
