"""The records that sources, the store and everything built on the store exchange."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from archive.errors import UnreadableInputError
from archive.messages import Message

PARAGRAPH_BREAK = "\n\n"
MAX_HEADLINE_CHARACTERS = 90
DAY_CHARACTERS = len("2021-12-03")
OUTCOMES = ("added", "updated", "unchanged", "duplicate", "rejected")


def on_local_clock(stored: str | None, offset: int | None) -> str | None:
    """Return a stored time with the offset, in minutes east of UTC; a day, month or year as it is.

    Without an offset, the time stays in UTC.
    """
    if not stored or offset is None or len(stored) <= DAY_CHARACTERS:
        return stored
    zone = timezone(timedelta(minutes=offset))
    return datetime.fromisoformat(stored).astimezone(zone).isoformat()


def headline_of(title: str, paragraphs: Iterable[str]) -> str:
    """Return the title, or the first words of the text if it has none."""
    if title:
        return title
    lead = next(iter(paragraphs), "")
    if len(lead) <= MAX_HEADLINE_CHARACTERS:
        return lead
    return lead[:MAX_HEADLINE_CHARACTERS].rsplit(" ", 1)[0] + "…"


class Dated:
    """What has a date of publication, in the store's form; see `Article`."""

    __slots__ = ()

    published: str | None
    published_offset: int | None

    @property
    def published_local(self) -> str | None:
        """The time of publication on the publisher's clock: ISO 8601 with the offset, if known."""
        return on_local_clock(self.published, self.published_offset)

    @property
    def day(self) -> str | None:
        """The day of publication on the publisher's clock, or the month or year; None if unknown.

        Filters, counts and the order by date go by it; the store keeps it for each article.
        """
        local = self.published_local
        return local[:DAY_CHARACTERS] if local else None


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """An article as its source gave it. Any field but the paragraphs may be missing or raw.

    `captured` is when a crawler saw it so, if it is not known from now; `remarks` say which fields
    the source gives in a form that could not be read.
    """

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
    captured: str | None = None
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class OriginalPage:
    """An HTML page as received: its bytes, the encoding its server declared, its address."""

    data: bytes
    charset: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleDetails(Dated):
    """What an article says of itself beside title and text; see `Article`."""

    source: str | None
    authors: tuple[str, ...]
    language: str
    published: str | None
    published_offset: int | None
    section: str | None


@dataclass(frozen=True, slots=True)
class Article(Dated):
    """An article in the store.

    `published`, `modified` and `added` are ISO 8601: UTC times ending in Z, or the day, month or
    year (2021-12-03, 2021-12, 2021) if the source gave no more. `published_offset` is that of the
    publisher's zone in minutes east of UTC, or None if it is not known. `language` is an ISO 639
    code, or "und" if it is unknown; `paywalled` is None if the page did not say. `since` is when
    this version was captured or stored (UTC), or None if an earlier edition stored it.
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
    since: str | None = None

    @property
    def details(self) -> ArticleDetails:
        return ArticleDetails(**{name: getattr(self, name) for name in DETAILS})

    @property
    def text(self) -> str:
        """The paragraphs as one string, to which all character offsets refer."""
        return PARAGRAPH_BREAK.join(self.paragraphs)

    @property
    def modified_local(self) -> str | None:
        """The time of the publisher's last change, on the clock of the publication."""
        return on_local_clock(self.modified, self.published_offset)

    @property
    def headline(self) -> str:
        return headline_of(self.title, self.paragraphs)


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """The title and text an article had from `since` (UTC) until its next version.

    `details` are None if an earlier edition stored it.
    """

    article_id: int
    version: int
    title: str
    paragraphs: tuple[str, ...]
    since: str
    details: ArticleDetails | None = None

    @property
    def text(self) -> str:
        return PARAGRAPH_BREAK.join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Publication(Dated):
    """What tells one publication of a text from another."""

    id: int
    title: str
    source: str | None
    url: str | None
    published: str | None
    published_offset: int | None


DETAILS = tuple(detail.name for detail in fields(ArticleDetails))


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """The articles that a search may return. An empty field restricts nothing.

    An article passes if the whole day, month or year on which it was published lies from the day
    `published_from` on and before the day `published_before` (ISO 8601). Sources, sections, authors
    and tags are whole names; tags match in any spelling. It is enough that one of an article's
    authors, tags or collections matches.
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
    """The latest change of one article: it was added, revised or deleted."""

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
    """One item of a source: a draft, the reason why there is none, or how to read it.

    `read` defers slow work, so that a resumed run skips finished items without reading them; it
    raises UnreadableInputError. `page` is the page the draft is read from, to be kept with it.
    """

    name: str
    draft: ArticleDraft | None = None
    problem: Message | None = None
    page: OriginalPage | None = None
    read: Callable[[], ArticleDraft] | None = None

    def resolve(self) -> "SourceItem":
        """Return the item with its draft, or with the reason why there is none."""
        if self.read is None:
            return self
        try:
            return replace(self, draft=self.read(), read=None)
        except UnreadableInputError as exc:
            return SourceItem(self.name, problem=exc.message)

    def complete(self, **defaults: Any) -> "SourceItem":
        """Return the item with these values in the fields that its draft leaves empty."""

        def fill(draft: ArticleDraft) -> ArticleDraft:
            missing = {
                key: value for key, value in defaults.items() if value and not getattr(draft, key)
            }
            return replace(draft, **missing)

        if self.read is not None:
            read = self.read
            return replace(self, read=lambda: fill(read()))
        return replace(self, draft=fill(self.draft)) if self.draft is not None else self


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """The result for one item, reported once it is on disk.

    `outcome` is added, updated, unchanged, duplicate or rejected; `id` is the article's, if any.
    """

    item: str
    outcome: str
    id: int | None = None
    reason: Message | None = None


@dataclass(slots=True)
class IngestReport:
    """The number of items of a run, by outcome."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))

    def count(self, outcome: ItemOutcome) -> None:
        self.counts[outcome.outcome] += 1
