"""Why an article was found: its best passages, and the words in them that match. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.model import Article
from indexer.analysis import analyze_token, tokenize
from indexer.engine import DenseHit
from indexer.passages import Passage, split_passages
from indexer.query import Query

MOST_PASSAGES_SHOWN = 3
# A passage with less than this share of the best one's reason is not worth a reader's time.
LEAST_SHARE = 0.5

# Cosines of E5 models crowd between these two for any pair of texts.
LEAST_COSINE, MOST_COSINE = 0.70, 1.0

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PassageReason:
    """A passage, the [start, end) spans of its text that match by words, and its cosine if any."""

    passage: Passage
    marks: tuple[Span, ...] = ()
    cosine: float | None = None


def query_terms(query: Query, language: str) -> frozenset[str]:
    """The query's words as terms of a language, stop words left out."""
    return frozenset(filter(None, (analyze_token(word, language) for word in query.words)))


def mark_words(text: str, terms: frozenset[str], language: str) -> tuple[Span, ...]:
    """Where the text holds a word whose term is among `terms`."""
    if not terms:
        return ()
    return tuple(
        (token.start, token.end)
        for token in tokenize(text)
        if analyze_token(token.folded, language) in terms
    )


def best_passages(
    article: Article, query: Query, hits: Iterable[DenseHit]
) -> tuple[PassageReason, ...]:
    """Up to three passages of the article with the strongest reasons, whichever list they are of.

    Where none is strong, the nearest by meaning; the lead where only the title matches.
    """
    cosines = {hit.passage_id: hit.cosine for hit in hits}
    terms = query_terms(query, article.language)
    passages = split_passages(article)
    reasons = [
        PassageReason(p, mark_words(p.text, terms, article.language), cosines.get(p.id))
        for p in passages
    ]
    strengths = _strengths(reasons, terms, article.language)
    best = max(strengths.values(), default=0.0)
    if not best:
        nearest = sorted(reasons, key=lambda reason: -cosines.get(reason.passage.id, -1.0))
        return tuple(nearest[:1])
    order = sorted(reasons, key=lambda reason: -strengths[reason.passage.id])
    kept = [r for r in order if strengths[r.passage.id] >= LEAST_SHARE * best]
    return tuple(kept[:MOST_PASSAGES_SHOWN])


def _strengths(
    reasons: list[PassageReason], terms: frozenset[str], language: str
) -> Mapping[int, float]:
    """For each passage the share of the query's terms in it, plus its score by meaning."""
    return {
        reason.passage.id: _coverage(reason, terms, language)
        + (_nearness(reason.cosine) if reason.cosine is not None else 0.0)
        for reason in reasons
    }


def _nearness(cosine: float) -> float:
    """The cosine on the scale of a share of words, 0 to 1."""
    return min(1.0, max(0.0, (cosine - LEAST_COSINE) / (MOST_COSINE - LEAST_COSINE)))


def _coverage(reason: PassageReason, terms: frozenset[str], language: str) -> float:
    words = (
        token.folded
        for start, end in reason.marks
        for token in tokenize(reason.passage.text[start:end])
    )
    found = {analyze_token(word, language) for word in words}
    return len(found & terms) / len(terms) if terms else 0.0
