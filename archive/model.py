"""The records that pass between the outside world, the store and everything built on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from archive.errors import UnreadableInputError
from archive.messages import Message

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
    modified: str | None = None
    section: str | None = None
    paywalled: bool | None = None


@dataclass(frozen=True, slots=True)
class OriginalPage:
    """An HTML page as it came: its bytes, the encoding its server named, where it was found."""

    data: bytes
    charset: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An article as the store holds it.

    `published`, `modified` and `added` are ISO 8601: UTC times ending in Z, or a plain date where
    the source gave no time. `language` is an ISO 639 code, "und" where nothing could be told.
    `published_offset` is in minutes east of UTC, None where the source named no zone; `paywalled`
    is None where the page did not say.
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
    published_offset: int | None = None
    modified: str | None = None
    section: str | None = None
    paywalled: bool | None = None

    @property
    def text(self) -> str:
        """The paragraphs in one string; every character offset counts in it."""
        return PARAGRAPH_BREAK.join(self.paragraphs)

    @property
    def published_local(self) -> str | None:
        """When it was published by its publisher's clock: ISO 8601 with the offset, if known."""
        if not self.published or self.published_offset is None:
            return self.published
        zone = timezone(timedelta(minutes=self.published_offset))
        return datetime.fromisoformat(self.published).astimezone(zone).isoformat()

    @property
    def headline(self) -> str:
        return headline_of(self.title, self.paragraphs)


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """What an article said from `since` on (UTC) until its next version."""

    article_id: int
    version: int
    title: str
    paragraphs: tuple[str, ...]
    since: str

    @property
    def text(self) -> str:
        return PARAGRAPH_BREAK.join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles may be answered; an empty field restricts nothing.

    Dates are ISO 8601 and compare as text: `published_from` is inclusive, `published_before`
    exclusive. Sources, sections, authors and tags are whole names, tags however they are spelled;
    one of an article's authors, tags or collections will do.
    """

    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published_from: str | None = None
    published_before: str | None = None
    article_ids: tuple[int, ...] = ()
    excluded_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    collections: tuple[int, ...] = ()


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
    """One thing a source offered: a draft, the reason there is none, or how to read it.

    `read` puts off what is slow, so that a resumed run passes over what it has without reading it;
    it raises UnreadableInputError. `page` is what the draft is read from, to be kept with it.
    """

    name: str
    draft: ArticleDraft | None = None
    problem: Message | None = None
    page: OriginalPage | None = None
    read: Callable[[], ArticleDraft] | None = None

    def resolve(self) -> "SourceItem":
        """The item with its draft, or with the reason why there is none."""
        if self.read is None:
            return self
        try:
            return replace(self, draft=self.read(), read=None)
        except UnreadableInputError as exc:
            return SourceItem(self.name, problem=exc.message)

    def complete(self, **given: Any) -> "SourceItem":
        """The item with fields filled in where its draft is silent."""

        def fill(draft: ArticleDraft) -> ArticleDraft:
            silent = {
                name: value for name, value in given.items() if value and not getattr(draft, name)
            }
            return replace(draft, **silent)

        if self.read is not None:
            read = self.read
            return replace(self, read=lambda: fill(read()))
        return replace(self, draft=fill(self.draft)) if self.draft is not None else self


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of one item, once it is durable.

    `outcome` is added, updated, unchanged, duplicate or rejected; `id` the article's, if any.
    """

    item: str
    outcome: str
    id: int | None = None
    reason: Message | None = None


@dataclass(slots=True)
class IngestReport:
    """Totals of a run, by outcome."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))

    def count(self, outcome: ItemOutcome) -> None:
        self.counts[outcome.outcome] += 1
