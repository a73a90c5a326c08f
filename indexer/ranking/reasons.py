"""Why an article was found: its best passages and the words in them that match. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from archive.model import Article
from indexer.analysis import Token, analyze_token, each_piece, piece_terms, tokenize
from indexer.engines.port import DenseHit
from indexer.passages import Passage, split_passages
from indexer.query import Query
from indexer.query.records import Form, Parts, Word
from indexer.query.stop_words import asked_words
from indexer.stop_words import is_stop_word

MAX_PASSAGES_SHOWN = 3
# Passages with less than this share of the best one's strength are not shown.
MIN_SHARE = 0.5
# For any pair of texts, cosines of E5 models lie between these two.
MIN_COSINE, MAX_COSINE = 0.70, 1.0

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PassageReason:
    """A passage, the [start, end) spans of its text that match by words, and its cosine if any.

    `sentence` is the span nearest in meaning, if that was asked for and no word matches.
    """

    passage: Passage
    marks: tuple[Span, ...] = ()
    cosine: float | None = None
    sentence: Span | None = None


def query_terms(query: Query, language: str) -> frozenset[str]:
    """The terms to look for in a text of a language: stems, runs of words ("nations unies"), and
    prefixes ("missil*"); stop words only if the query has nothing else."""
    asked = asked_words(query, [language])[language]
    return frozenset(term for word in asked for term in word_terms(word, language))


def article_terms(query: Query, article: Article) -> list[frozenset[str]]:
    """The terms to look for in an article: those of each word, and the run of each quotation.

    A word that is only in quotations which the article contains is not looked for by itself, so
    that a phrase marks its runs alone. An article without the phrase was found by some of its
    words, which are then marked.
    """
    asked = asked_words(query, [article.language])[article.language]
    fields = [tokenize(text) for text in (article.title, article.text)] if query.quotations else []
    held = [
        run for run in query.quotations if any(_find_runs(tokens, list(run)) for tokens in fields)
    ]
    missing = (run for run in query.quotations if run not in held)
    only_quoted = {*chain(*held)}.difference(query.unquoted, *missing)
    words = [word for word in asked if not only_quoted.issuperset(word.parts)]
    terms = [word_terms(word, article.language) for word in words]
    return [each for each in (*terms, *map(_run_terms, held)) if each]


def _run_terms(run: Parts) -> frozenset[str]:
    """The term of a run, which begins with a space, even if it is a single word."""
    return frozenset({" " + " ".join(run)})


def word_terms(word: Word, language: str) -> frozenset[str]:
    """The terms of one word of the query, in all its forms."""
    return frozenset(term for form in word.forms for term in _form_terms(form, language))


def mark_words(text: str, terms: frozenset[str], language: str) -> tuple[Span, ...]:
    """The spans of the text that match the terms, in order and without overlaps."""
    return tuple(_merge_overlapping(span for span, _ in find_terms(text, terms, language)))


def find_terms(text: str, terms: frozenset[str], language: str) -> list[tuple[Span, str]]:
    """The spans of the text that match the terms, each with its term."""
    if not terms:
        return []
    found = [
        ((piece.start() + start, piece.start() + end), term)
        for piece in each_piece(text)
        for term, start, end in piece_terms(piece[0], language)
        if term in terms
    ]
    spread = [term for term in terms if term.endswith("*") or " " in term]
    tokens = tokenize(text) if spread else []
    for term in spread:
        is_prefix = term.endswith("*")
        spans = _find_prefix(tokens, term[:-1]) if is_prefix else _find_runs(tokens, term.split())
        found += [(span, term) for span in spans]
    return found


def _form_terms(form: Form, language: str) -> list[str]:
    if form.kind == "prefix":
        return [form.parts[0] + "*"]
    if form.kind == "together":
        return [" ".join(form.parts)]
    several = len(form.parts) > 1
    telling = (part for part in form.parts if not (several and is_stop_word(part, language)))
    return [analyze_token(part, language) for part in telling]


def _find_prefix(tokens: list[Token], beginning: str) -> list[Span]:
    return [(t.start, t.end) for t in tokens if t.folded.startswith(beginning)]


def _find_runs(tokens: list[Token], run: list[str]) -> list[Span]:
    folded = [token.folded for token in tokens]
    return [
        (tokens[n].start, tokens[n + len(run) - 1].end)
        for n in range(len(tokens))
        if folded[n : n + len(run)] == run
    ]


def _merge_overlapping(spans: Iterable[Span]) -> list[Span]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def best_passages(
    article: Article, query: Query, hits: Iterable[DenseHit]
) -> tuple[PassageReason, ...]:
    """Up to MAX_PASSAGES_SHOWN passages of the article that match best, by words or by meaning.

    If none matches, the nearest by meaning; the first one if only the title matches.
    """
    cosines = {hit.passage_id: hit.cosine for hit in hits}
    sought = article_terms(query, article)
    terms = frozenset[str]().union(*sought)
    found = [(p, find_terms(p.text, terms, article.language)) for p in split_passages(article)]
    reasons = [
        PassageReason(p, tuple(_merge_overlapping(span for span, _ in matches)), cosines.get(p.id))
        for p, matches in found
    ]
    strengths = {
        p.id: _coverage({term for _, term in matches}, sought) + _nearness(cosines.get(p.id))
        for p, matches in found
    }
    best = max(strengths.values(), default=0.0)
    if not best:
        nearest = sorted(reasons, key=lambda reason: -cosines.get(reason.passage.id, -1.0))
        return tuple(nearest[:1])
    order = sorted(reasons, key=lambda reason: -strengths[reason.passage.id])
    kept = [r for r in order if strengths[r.passage.id] >= MIN_SHARE * best]
    return tuple(kept[:MAX_PASSAGES_SHOWN])


def _coverage(found: set[str], sought: list[frozenset[str]]) -> float:
    """The share of the query's words that a passage contains in some form."""
    return sum(not terms.isdisjoint(found) for terms in sought) / len(sought) if sought else 0.0


def _nearness(cosine: float | None) -> float:
    """The cosine on the scale of a share of words, 0 to 1; 0 if there is none."""
    if cosine is None:
        return 0.0
    return min(1.0, max(0.0, (cosine - MIN_COSINE) / (MAX_COSINE - MIN_COSINE)))
