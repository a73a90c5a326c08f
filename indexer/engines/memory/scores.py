"""The keyword score as `indexer.engines.scoring` defines it, term by term."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from indexer.analysis import analyze_token
from indexer.engines.memory.articles import Archive, Document, Field
from indexer.engines.port import WordGain
from indexer.engines.scoring import (
    EXACT_WEIGHT,
    K1,
    MAX_PAIR_ARTICLES,
    MAX_PAIRS,
    PAIR_WEIGHT,
    B,
)
from indexer.query.records import Form, Parts, Query, Word
from indexer.query.stop_words import asked_words
from indexer.stop_words import is_stop_word

TITLE_AND_BODY = (0, 1)


@dataclass(frozen=True, slots=True)
class Scores:
    """What something is worth to each article, and in each language to a perfect match."""

    articles: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    perfect: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, other: "Scores", weight: float = 1.0) -> None:
        for article, score in other.articles.items():
            self.articles[article] += weight * score
        for language, score in other.perfect.items():
            self.perfect[language] += weight * score

    def raise_to(self, other: "Scores", weight: float) -> None:
        """Keep the higher of both scores, the other one's weighed."""
        for article, score in other.articles.items():
            self.articles[article] = max(self.articles[article], weight * score)
        for language, score in other.perfect.items():
            self.perfect[language] = max(self.perfect[language], weight * score)


class Scorer:
    """Scores the articles of one commit."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._documents = list(archive.documents.values())
        self._mean_lengths = [self._mean_length(place) for place in TITLE_AND_BODY]

    def score(self, query: Query) -> Scores:
        total = Scores()
        for _, part in self._parts(query):
            total.add(part)
        return total

    def held(self, query: Query) -> dict[int, float]:
        """By article the share of the words that it holds, each weighed by its rarity."""
        asked = asked_words(query, self._archive.languages)
        held: dict[int, float] = defaultdict(float)
        every: dict[str, float] = defaultdict(float)
        for word in query.words:
            languages = [language for language, words in asked.items() if word in words]
            scores = self._score_word(word, languages)
            for language in languages:
                own = [d.article.id for d in self._documents if d.article.language == language]
                holders = [article for article in own if scores.articles.get(article)]
                others = len(own) - len(holders)
                weight = math.log(1 + (others + 0.5) / (len(holders) + 0.5))
                every[language] += weight
                for article in holders:
                    held[article] += weight
        return {
            d.article.id: held[d.article.id] / every[d.article.language]
            if every[d.article.language]
            else 1.0
            for d in self._documents
        }

    def explain(self, query: Query, article_ids: Sequence[int]) -> dict[int, tuple[WordGain, ...]]:
        parts = list(self._parts(query))
        return {
            i: tuple(WordGain(text, own.articles[i]) for text, own in parts if own.articles[i])
            for i in article_ids
            if i in self._archive.documents
        }

    def coverage(self, query: Query) -> dict[str, float]:
        asked = asked_words(query, self._archive.languages)
        return {
            language: self._cover({part for word in words for part in word.parts}, language)
            for language, words in asked.items()
        }

    def _cover(self, tokens: Collection[str], language: str) -> float:
        own = [d for d in self._documents if d.article.language == language]
        held = [token for token in tokens if any(d.holds_inflected(token) for d in own)]
        return len(held) / max(len(tokens), 1)

    def _parts(self, query: Query) -> Iterator[tuple[str, Scores]]:
        asked = asked_words(query, self._archive.languages)
        for word in query.words:
            languages = [language for language, words in asked.items() if word in words]
            yield " ".join(word.parts), self._score_word(word, languages)
        telling = [pair for pair in query.pairs if self._is_telling(pair)]
        for pair in telling[:MAX_PAIRS]:
            scores = Scores()
            scores.add(self._score_run(pair, self._languages_of_pair(pair)), PAIR_WEIGHT)
            yield " ".join(pair), scores

    def _score_word(self, word: Word, asked: Sequence[str]) -> Scores:
        if len(word.forms) == 1:
            return self._score_form(word.forms[0], asked)
        best = Scores()
        for form in word.forms:
            best.raise_to(self._score_form(form, asked), form.weight)
        return best

    def _score_form(self, form: Form, asked: Sequence[str]) -> Scores:
        scores, everywhere = Scores(), self._archive.languages
        if form.kind == "apart":
            for part in form.parts:
                several = len(form.parts) > 1
                own = [code for code in asked if not (several and is_stop_word(part, code))]
                scores.add(self._score_token(part, own))
        elif form.kind == "together":
            scores.add(self._score_run(form.parts, everywhere), 1 + EXACT_WEIGHT)
        elif words := set(self._archive.expand(form.parts[0])):
            counted = self._score_term(lambda own: sum(w in words for w in own.words), everywhere)
            scores.add(counted, 1 + EXACT_WEIGHT)
        return scores

    def _score_token(self, token: str, asked: Sequence[str]) -> Scores:
        scores, languages = Scores(), defaultdict(list)
        for language in asked:
            languages[analyze_token(token, language)].append(language)
        for term, own in languages.items():
            scores.add(self._score_term(partial(Field.count_term, term=term), own))
        scores.add(self._score_run((token,), asked), EXACT_WEIGHT)
        return scores

    def _score_run(self, run: Parts, languages: Sequence[str]) -> Scores:
        return self._score_term(lambda own: own.count_run(run), languages)

    def _score_term(self, count: Callable[[Field], int], languages: Sequence[str]) -> Scores:
        """BM25 of what `count` counts, in title and body, for articles of these languages."""
        scores = Scores()
        for place in TITLE_AND_BODY:
            counted = [(document, count(document.fields[place])) for document in self._documents]
            held = [(document, often) for document, often in counted if often]
            idf = self._idf(len(held))
            for document, often in held:
                if document.article.language in languages:
                    gain = idf * self._saturate(document, place, often)
                    scores.articles[document.article.id] += gain
            for language in languages:
                scores.perfect[language] += idf * (K1 + 1)
        return scores

    def _idf(self, holding: int) -> float:
        others = len(self._documents) - holding
        return math.log(1 + (others + 0.5) / (holding + 0.5)) if holding else 0.0

    def _saturate(self, document: Document, place: int, often: int) -> float:
        relative = document.fields[place].length / self._mean_lengths[place]
        return often * (K1 + 1) / (often + K1 * (1 - B + B * relative))

    def _mean_length(self, place: int) -> float:
        total = sum(document.fields[place].length for document in self._documents)
        return total / max(1, len(self._documents)) or 1.0

    def _is_telling(self, pair: Parts) -> bool:
        rare = all(
            min(sum(word in d.fields[place].words for d in self._documents) for word in pair)
            <= MAX_PAIR_ARTICLES
            for place in TITLE_AND_BODY
        )
        return rare and bool(self._languages_of_pair(pair))

    def _languages_of_pair(self, pair: Parts) -> list[str]:
        return [
            language
            for language in self._archive.languages
            if not any(is_stop_word(word, language) for word in pair)
        ]
