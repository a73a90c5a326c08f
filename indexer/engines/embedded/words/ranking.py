"""The keyword list: what each article's words are worth to a query.

To the BM25 of a word's stem comes a share of the BM25 of its exact form, and of pairs of words that
stand side by side as in the query; measured in docs/decisions/010-query-language.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.engines.embedded.storage.articles import MISSING, ArticleTable, Mask
from indexer.engines.embedded.words.reader import Rows, Scores
from indexer.engines.embedded.words.snapshot import Codes, Gains, KeywordSnapshot
from indexer.engines.embedded.words.writer import EXACT_FIELDS, RANKED_FIELDS
from indexer.engines.port import KeywordHit, WordGain
from indexer.engines.scoring import (
    ALL_HELD,
    EXACT_WEIGHT,
    MAX_PAIR_ARTICLES,
    MAX_PAIRS,
    PAIR_WEIGHT,
)
from indexer.query.records import Form, Parts, Query, Word, has_text_conditions
from indexer.query.stop_words import asked_words
from indexer.stop_words import is_stop_word


@dataclass(frozen=True, slots=True)
class KeywordList:
    """The best hits, the rows of all articles that the list would hold if it were not cut, and how
    many of these hold all the words.
    """

    hits: tuple[KeywordHit, ...]
    rows: Rows
    complete: int


class Sum:
    """Scores by article, and by language what a perfect match would score."""

    def __init__(self, keyword: KeywordSnapshot) -> None:
        self.scores = np.zeros(len(keyword.articles), np.float32)
        self.perfect = np.zeros(len(keyword.articles.languages), np.float32)

    def add(self, gains: Gains, codes: Codes, weight: float = 1.0) -> None:
        self.scores[gains.rows] += gains.values if weight == 1 else weight * gains.values
        self.perfect[list(codes)] += weight * gains.highest


class Held:
    """By article the share of the words that it holds, each weighed by how rare it is in the
    article's language.
    """

    def __init__(self, articles: ArticleTable) -> None:
        self._codes = articles.language_codes
        self._articles = np.bincount(self._codes, minlength=len(articles.languages))
        self._weights = np.zeros(len(self._codes))
        self._all = np.zeros(len(articles.languages))

    def add(self, holders: Mask, asked: Codes) -> None:
        """Count a word that is asked of these languages, and held by these articles."""
        held = np.bincount(self._codes[holders], minlength=len(self._articles))
        weights = np.zeros(len(self._articles))
        own = list(asked)
        weights[own] = np.log1p((self._articles[own] - held[own] + 0.5) / (held[own] + 0.5))
        self._weights[holders] += weights[self._codes[holders]]
        self._all += weights

    @property
    def shares(self) -> Scores:
        every = self._all[self._codes]
        return np.divide(self._weights, every, out=np.ones_like(every), where=every > 0)


def rank_keyword(
    keyword: KeywordSnapshot, query: Query | None, allowed: Mask, depth: int, rest: int = 0
) -> KeywordList:
    """The best `depth` of the allowed articles and `rest` more, ties by id.

    Where the query demands words, every allowed article is an answer, be they all stop words;
    where it names fields alone, too, the newest first.
    """
    is_asked = query is not None and (query.is_fields_only or query.words)
    if query is None or not is_asked or not allowed.any():
        return KeywordList((), np.empty(0, np.int64), 0)
    if query.is_fields_only:
        rows = np.flatnonzero(allowed)
        return KeywordList(_list_newest(keyword.articles, rows, depth, rest), rows, len(rows))
    scores, perfect, held = score(keyword, query)
    rows = np.flatnonzero(allowed if has_text_conditions(query) else allowed & (scores > 0))
    best = _order(keyword.articles, scores, rows, depth + rest)
    shares = scores[best] / np.maximum(perfect[best], np.finfo(np.float32).tiny)
    hits = _hits(keyword.articles, best, scores[best], np.minimum(shares, 1), held[best])
    return KeywordList(hits, rows, int((held[rows] >= ALL_HELD).sum()))


def coverage(keyword: KeywordSnapshot, query: Query | None) -> dict[str, float]:
    """For each language the share of the query's words that make a term some article of it holds;
    what they may also be written as is left out of account."""
    asked = np.zeros(len(keyword.articles.languages))
    known = np.zeros(len(asked))
    for token, telling in _tokens(keyword, query).items() if query else ():
        for term, codes in _terms(keyword, token, telling).items():
            held = np.zeros(len(asked), np.bool_)
            for field in RANKED_FIELDS:
                rows = keyword.gains(field, (term,), codes).rows
                held[keyword.articles.language_codes[rows]] = True
            asked[list(codes)] += 1
            known[list(codes)] += held[list(codes)]
    shares = known / np.maximum(asked, 1)
    return dict(zip(keyword.articles.languages, shares.tolist(), strict=True)) if query else {}


def score(keyword: KeywordSnapshot, query: Query) -> tuple[Scores, Scores, Scores]:
    """Each article's score, what a perfect match in its language would score, and the share of the
    words that it holds.

    All have one entry for each row of the article table.
    """
    total, held = Sum(keyword), Held(keyword.articles)
    for word, codes in _asking(keyword, query).items():
        own = _score_word(keyword, word, codes)
        total.scores += own.scores
        total.perfect += own.perfect
        held.add(own.scores > 0, codes)
    for pair in _telling_pairs(keyword, query.pairs):
        _add_pair(keyword, total, pair)
    return total.scores, total.perfect[keyword.articles.language_codes], held.shares


def explain_scores(
    keyword: KeywordSnapshot, query: Query, article_ids: Sequence[int]
) -> dict[int, tuple[WordGain, ...]]:
    """Of each article the words and pairs that add to its score; they add up to it."""
    places = keyword.articles.rows_of(np.array(article_ids, np.int64)).tolist()
    rows = {i: row for i, row in zip(article_ids, places, strict=True) if row != MISSING}
    gains: dict[int, list[WordGain]] = {article: [] for article in rows}
    for text, own in _sums(keyword, query):
        for article, row in rows.items():
            if own.scores[row]:
                gains[article].append(WordGain(text, float(own.scores[row])))
    return {article: tuple(found) for article, found in gains.items()}


def _sums(keyword: KeywordSnapshot, query: Query) -> Iterator[tuple[str, Sum]]:
    for word, codes in _asking(keyword, query).items():
        yield " ".join(word.parts), _score_word(keyword, word, codes)
    for pair in _telling_pairs(keyword, query.pairs):
        own = Sum(keyword)
        _add_pair(keyword, own, pair)
        yield " ".join(pair), own


def _hits(
    articles: ArticleTable, rows: Rows, scores: Scores, shares: Scores, held: Scores
) -> tuple[KeywordHit, ...]:
    languages = [articles.languages[code] for code in articles.language_codes[rows]]
    ids = articles.ids[rows].tolist()
    return tuple(map(KeywordHit, ids, scores.tolist(), shares.tolist(), held.tolist(), languages))


def _asking(keyword: KeywordSnapshot, query: Query) -> dict[Word, Codes]:
    """The words of the query, each with the languages whose articles are asked for it."""
    languages = keyword.articles.languages
    asked = asked_words(query, languages)
    return {
        word: tuple(code for code, language in enumerate(languages) if word in asked[language])
        for word in query.words
    }


def _tokens(keyword: KeywordSnapshot, query: Query) -> dict[str, Codes]:
    """The distinct tokens of the query as it was typed, each with the languages that are asked."""
    asking: dict[str, set[int]] = {}
    for word, codes in _asking(keyword, query).items():
        for part in word.parts:
            asking.setdefault(part, set()).update(codes)
    return {token: tuple(sorted(codes)) for token, codes in asking.items()}


def _score_word(keyword: KeywordSnapshot, word: Word, codes: Codes) -> Sum:
    """Of a word's forms an article counts the best, once."""
    best = Sum(keyword)
    if len(word.forms) == 1:
        _add_form(keyword, best, word.forms[0], codes)
        return best
    for form in word.forms:
        own = Sum(keyword)
        _add_form(keyword, own, form, codes)
        np.maximum(best.scores, form.weight * own.scores, out=best.scores)
        np.maximum(best.perfect, form.weight * own.perfect, out=best.perfect)
    return best


def _add_pair(keyword: KeywordSnapshot, total: Sum, pair: Parts) -> None:
    codes = _telling_codes(keyword, pair)
    for field in EXACT_FIELDS:
        total.add(keyword.gains(field, pair, codes), codes, PAIR_WEIGHT)


def _add_form(keyword: KeywordSnapshot, total: Sum, form: Form, asked: Codes) -> None:
    """What finding the form is worth, as much for a run of words as for one of them."""
    if form.kind == "apart":
        for part in form.parts:
            languages = keyword.articles.languages
            silent = {c for c in asked if len(form.parts) > 1 and is_stop_word(part, languages[c])}
            _add_token(keyword, total, part, tuple(c for c in asked if c not in silent))
        return
    codes = keyword.every_code
    words = keyword.expand(form.parts[0]) if form.kind == "prefix" else form.parts
    find = keyword.gains_of_any if form.kind == "prefix" else keyword.gains
    for field in EXACT_FIELDS if words else ():
        total.add(find(field, words, codes), codes, 1 + EXACT_WEIGHT)


def _add_token(keyword: KeywordSnapshot, total: Sum, token: str, asked: Codes) -> None:
    for term, codes in _terms(keyword, token, asked).items():
        for field in RANKED_FIELDS:
            total.add(keyword.gains(field, (term,), codes), codes)
    for field in EXACT_FIELDS if asked else ():
        total.add(keyword.gains(field, (token,), asked), asked, EXACT_WEIGHT)


def _terms(keyword: KeywordSnapshot, token: str, asked: Codes) -> dict[str, Codes]:
    """The token's terms in these languages, each with the languages that make it."""
    found = {
        term: tuple(code for code in codes if code in asked)
        for term, codes in keyword.terms_of(token).items()
    }
    return {term: codes for term, codes in found.items() if codes}


def _telling_pairs(keyword: KeywordSnapshot, pairs: Iterable[Parts]) -> list[Parts]:
    """Pairs worth looking for: rare enough, of words that are not stop words everywhere."""
    telling = [pair for pair in pairs if _telling_codes(keyword, pair)]
    return [pair for pair in telling if _is_rare(keyword, pair)][:MAX_PAIRS]


def _is_rare(keyword: KeywordSnapshot, pair: Parts) -> bool:
    return all(
        min(keyword.frequency(field, word) for word in pair) <= MAX_PAIR_ARTICLES
        for field in EXACT_FIELDS
    )


def _telling_codes(keyword: KeywordSnapshot, pair: Parts) -> Codes:
    """The languages in which neither is a stop word."""
    return tuple(
        code
        for code, language in enumerate(keyword.articles.languages)
        if not any(is_stop_word(word, language) for word in pair)
    )


def _order(articles: ArticleTable, scores: Scores, rows: Rows, depth: int) -> Rows:
    if len(rows) > depth:
        least = np.partition(scores[rows], -depth)[-depth]
        rows = rows[scores[rows] >= least]
    return rows[np.lexsort((articles.ids[rows], -scores[rows]))][:depth]


def _list_newest(
    articles: ArticleTable, rows: Rows, depth: int, rest: int
) -> tuple[KeywordHit, ...]:
    """The newest first, their shares falling from 1 to 0 at the depth: all answer alike, and later
    stages order by share alone."""
    keys = (articles.ids[rows], articles.published[rows], articles.days[rows])
    newest = rows[np.lexsort(keys)][::-1][: depth + rest]
    shares = np.zeros(len(newest), np.float32)
    shares[:depth] = np.linspace(1, 0, min(depth, len(newest)), endpoint=False)
    return _hits(articles, newest, shares, shares, np.ones_like(shares))
