"""The records that the stages of a poll exchange."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from archive.messages import Message, read_message

Kind = Literal["rss", "atom", "rdf", "json", "sitemap"]

ACTIVE = "active"  # polled whenever it is due
FAILING = "failing"  # failed so often that it is polled once a day
DEAD = "dead"  # failing for a month; polled only when named
GONE = "gone"  # answered 410; polled only when named
WAITING = "waiting"  # outcome of an item not yet fetched


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One item of a feed, cleaned: plain text fields, and an http(s) link or None.

    `key` is unique in its feed. `content` is the longest HTML that the feed gives and may be
    empty. `remarks` say what was refused or cut, and why.
    """

    key: str
    link: str | None = None
    title: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    published: str | None = None
    section: str | None = None
    language: str | None = None
    source: str | None = None
    remarks: tuple[Message, ...] = ()

    @property
    def name(self) -> str:
        return self.link or self.title or self.key

    def to_json(self) -> str:
        remarks = [remark.to_json() for remark in self.remarks]
        return json.dumps(asdict(self) | {"remarks": remarks}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "FeedEntry":
        fields = json.loads(text)
        fields["authors"] = tuple(fields["authors"])
        fields["remarks"] = tuple(map(read_message, fields["remarks"]))
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A parsed feed. `children` are the sitemaps of a sitemap index, which has no items itself.

    `remarks` say what was left out of the document, and why.
    """

    kind: Kind
    title: str = ""
    language: str | None = None
    entries: tuple[FeedEntry, ...] = ()
    children: tuple[str, ...] = ()
    remarks: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A subscription in the store. Times are UTC, ISO 8601 ending in Z.

    `source` is the outlet the user chose for its articles, or None; `due` is when it may be polled
    next, `succeeded` when it last answered well, and `outcome` what the last poll found.
    """

    id: int
    url: str
    state: str
    added: str
    title: str | None = None
    source: str | None = None
    polled: str | None = None
    succeeded: str | None = None
    due: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    failures: int = 0
    outcome: Message | None = None


@dataclass(frozen=True, slots=True)
class FeedReply:
    """The result of requesting a feed: its document, "not modified", or the problem.

    `moved_to` is where permanent redirects led, `retry_after_seconds` how long the host refuses
    requests, and `asked` is False if no request was made at all.
    """

    document: FeedDocument | None = None
    problem: Message | None = None
    gone: bool = False
    moved_to: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after_seconds: float | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True)
class PendingItem:
    """An item to fetch now; `article_id` is the article that an earlier attempt made of it."""

    entry: FeedEntry
    attempts: int = 0
    article_id: int | None = None
