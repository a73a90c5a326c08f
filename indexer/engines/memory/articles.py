"""The articles of the engine in memory, and which of them meet a condition."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from archive.model import ArticleFilter
from archive.text.periods import lies_within
from indexer.analysis import analyze_token, holds_run
from indexer.engines.port import Counts, IndexedArticle
from indexer.engines.scoring import MAX_EXPANSIONS, field_terms
from indexer.query.records import (
    AllOf,
    AnyOf,
    AttributedTo,
    Condition,
    Form,
    HasPhrase,
    HasPrefix,
    HasWord,
    Not,
    Parts,
    Passes,
    Query,
)
from indexer.query.required_words import only_exclude
from indexer.query.stop_words import asked_words
from indexer.stop_words import is_stop_word


@dataclass(frozen=True, slots=True)
class Field:
    """A title or a body: how often it holds each ranked term, and its exact words in order."""

    ranked: Counter[str]
    words: tuple[str, ...]

    @property
    def length(self) -> int:
        return self.ranked.total()

    def count_term(self, term: str) -> int:
        return self.ranked[term]

    def count_run(self, run: Parts) -> int:
        """How often the words stand one after the other."""
        starts = range(len(self.words) - len(run) + 1)
        return sum(self.words[start : start + len(run)] == run for start in starts)

    def holds_near(self, parts: Parts, within: int) -> bool:
        """Whether it holds the words in any order with at most `within` others among them."""
        size = len(parts) + within
        windows = (self.words[start : start + size] for start in range(len(self.words)))
        return any(set(parts) <= set(window) for window in windows)


@dataclass(frozen=True, slots=True)
class Document:
    """An article and the terms of its title and its body."""

    article: IndexedArticle
    fields: tuple[Field, Field]

    @classmethod
    def of(cls, article: IndexedArticle) -> "Document":
        title, body = (
            Field(Counter(ranked), tuple(words))
            for ranked, words in (
                field_terms(text, article.language) for text in (article.title, article.text)
            )
        )
        return cls(article, (title, body))

    def holds_exact(self, word: str) -> bool:
        return any(word in field.words for field in self.fields)

    def holds_inflected(self, word: str) -> bool:
        """In any inflection."""
        term = analyze_token(word, self.article.language)
        return any(field.ranked[term] for field in self.fields)


class Archive:
    """All articles of one commit, by ascending id."""

    def __init__(self, documents: Mapping[int, Document]) -> None:
        self.documents = dict(sorted(documents.items()))

    @cached_property
    def languages(self) -> list[str]:
        return sorted({document.article.language for document in self.documents.values()})

    @cached_property
    def word_counts(self) -> Counter[str]:
        """In how many titles and bodies each exact word stands."""
        fields = (field for document in self.documents.values() for field in document.fields)
        return Counter(word for field in fields for word in set(field.words))

    def expand(self, prefix: str) -> tuple[str, ...]:
        """The words that a prefix stands for."""
        found = [word for word in self.word_counts if word.startswith(prefix)]
        return tuple(sorted(found, key=lambda w: (-self.word_counts[w], w))[:MAX_EXPANSIONS])

    def allowed(self, wanted: ArticleFilter, query: Query | None) -> list[Document]:
        """The articles that pass the filter and meet the query's conditions."""
        conditions = query.conditions if query else ()
        every = AllOf((Passes(wanted), *conditions))
        return [document for document in self.documents.values() if self.meets(document, every)]

    def meets(self, document: Document, condition: Condition) -> bool:
        match condition:
            case AllOf(conditions):
                return all(self.meets(document, part) for part in conditions)
            case AnyOf(conditions):
                return any(self.meets(document, part) for part in conditions)
            case Not(excluded):
                return not self.meets(document, excluded)
            case Passes(wanted):
                return _passes(document.article, wanted)
            case AttributedTo(attribution, parts):
                names = _names(document.article, attribution)
                return any(holds_run(name, parts) for name in names)
        fields = document.fields[:1] if condition.in_title else document.fields
        language = document.article.language
        return any(self._field_meets(field, condition, language) for field in fields)

    def holds_all(self, document: Document, query: Query) -> bool:
        """Whether it holds each word of the query; see `SearchEngine.count_matching`."""
        asked = asked_words(query, self.languages)[document.article.language]
        if not asked and query.words and only_exclude(query.conditions):
            return False
        return all(self._holds_any(document, word.forms) for word in asked)

    def _holds_any(self, document: Document, forms: Iterable[Form]) -> bool:
        """What is written in one piece must stand in one, or its parts side by side."""
        in_one = {form.parts for form in forms if form.kind == "together"}
        return any(
            self._holds_form(document, form)
            for form in forms
            if form.kind != "apart" or form.parts not in in_one
        )

    def _holds_form(self, document: Document, form: Form) -> bool:
        if form.kind == "prefix":
            return self.meets(document, HasPrefix(form.parts[0]))
        if form.kind == "together":
            return self.meets(document, HasPhrase(form.parts))
        language = document.article.language
        several = len(form.parts) > 1
        telling = (p for p in form.parts if not (several and is_stop_word(p, language)))
        return all(self.meets(document, HasWord((part,))) for part in telling)

    def _field_meets(
        self, field: Field, condition: HasWord | HasPhrase | HasPrefix, language: str
    ) -> bool:
        match condition:
            case HasWord(parts):
                return _holds_word(field, parts, language)
            case HasPhrase(parts, within):
                near = within is not None and len(parts) > 1
                return field.holds_near(parts, within or 0) if near else field.count_run(parts) > 0
            case HasPrefix(prefix):
                return not set(field.words).isdisjoint(self.expand(prefix))


def count_articles(articles: Iterable[IndexedArticle]) -> Counts:
    found = list(articles)
    return Counts(
        total=len(found),
        sources=Counter(article.source for article in found if article.source),
        languages=Counter(article.language for article in found),
        sections=Counter(article.section for article in found if article.section),
        days=Counter(article.day for article in found if article.day),
        authors=Counter(name for article in found for name in set(article.authors)),
    )


def _holds_word(field: Field, parts: Parts, language: str) -> bool:
    """In any inflection; several tokens as they stand, or in one."""
    if len(parts) > 1:
        return field.count_run(parts) > 0 or _holds_word(field, ("".join(parts),), language)
    return field.ranked[analyze_token(parts[0], language)] > 0


def _names(article: IndexedArticle, attribution: str) -> tuple[str, ...]:
    names = {"source": article.source, "section": article.section}
    return article.authors if attribution == "author" else (names.get(attribution) or "",)


def _passes(article: IndexedArticle, wanted: ArticleFilter) -> bool:
    return (
        (not wanted.languages or article.language in wanted.languages)
        and (not wanted.sources or (article.source or None) in wanted.sources)
        and (not wanted.sections or (article.section or None) in wanted.sections)
        and (not wanted.authors or not set(wanted.authors).isdisjoint(article.authors))
        and _is_of_time(article.day, wanted)
        and (not wanted.article_ids or article.id in wanted.article_ids)
        and article.id not in wanted.excluded_ids
    )


def _is_of_time(day: str | None, wanted: ArticleFilter) -> bool:
    first, following = wanted.published_from, wanted.published_before
    return (not first and not following) or lies_within(day or "", first, following)
