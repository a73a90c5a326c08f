"""The records that pass between the outside world, the store and everything built on it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

PARAGRAPH_BREAK = "\n\n"
HEADLINE_CHARACTERS = 90
OUTCOMES = ("added", "updated", "unchanged", "duplicate", "rejected")


def headline_of(title: str, paragraphs: Iterable[str]) -> str:
    """The title, or the first words of an untitled text."""
    if title:
        return title
    lead = next(iter(paragraphs), "")
    if len(lead) <= HEADLINE_CHARACTERS:
        return lead
    return lead[:HEADLINE_CHARACTERS].rsplit(" ", 1)[0] + "…"


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article as a source gave it: any field but the paragraphs may be missing or raw."""

    title: str
    paragraphs: tuple[str, ...]
    source: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article as the store holds it.

    `published` and `added` are ISO 8601: UTC times ending in Z, or a plain date where the source
    gave no time. `language` is an ISO 639 code, "und" where nothing could be told.
    """

    id: int
    version: int
    title: str
    paragraphs: tuple[str, ...]
    source: str | None
    authors: tuple[str, ...]
    url: str | None
    language: str
    published: str | None
    added: str
    content_hash: str

    @property
    def text(self) -> str:
        """The paragraphs in one string; every character offset counts in it."""
        return PARAGRAPH_BREAK.join(self.paragraphs)

    @property
    def headline(self) -> str:
        return headline_of(self.title, self.paragraphs)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles may be answered; an empty field restricts nothing.

    Dates are ISO 8601 and compare as text: `published_from` is inclusive, `published_before`
    exclusive.
    """

    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    published_from: str | None = None
    published_before: str | None = None
    article_ids: tuple[int, ...] = ()
    excluded_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The latest change of one article, added, revised or deleted."""

    article_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class ArchiveSummary:
    """The archive in numbers: (code or name, articles) pairs, most frequent first."""

    articles: int
    first_year: int | None = None
    last_year: int | None = None
    languages: tuple[tuple[str, int], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One thing a source offered: a draft, or the reason there is none; a remark may go with it."""

    name: str
    draft: ArticleDraft | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one item, once it is durable.

    `outcome` is added, updated, unchanged, duplicate or rejected; `id` the article's, if any.
    """

    item: str
    outcome: str
    id: int | None = None
    reason: str | None = None


@dataclass(slots=True)
class IngestReport:
    """Totals of a run, by outcome."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))

    def count(self, outcome: ItemOutcome) -> None:
        self.counts[outcome.outcome] += 1
