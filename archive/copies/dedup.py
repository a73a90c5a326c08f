"""Decides whether an article is already in the archive, and what to do with it. Pure.

An article is a publication: a text that an outlet published at an address, under a title, on a day.
The same text in another paper, or on another day, is another article; what they share is the matter
of `clusters`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from archive.diff import SAID, changes_of
from archive.messages import Message, Template, join_messages
from archive.model import Article, ArticleVersion, Publication
from archive.text.addresses import host_of_key, key_or_none
from archive.text.normalize import NormalizedDraft, content_hash
from archive.wordings import (
    AUTHORS_CHANGED,
    DATE_CHANGED,
    EARLIER_VERSION,
    LANGUAGE_CHANGED,
    MODIFIED_CHANGED,
    PAYWALL_CHANGED,
    SAME_TEXT,
    SECTION_CHANGED,
    SOURCE_CHANGED,
    TEXT_CHANGED,
    TITLE_CHANGED,
    URL_CHANGED,
    VERSION_CHANGES,
)

Action = Literal["insert", "revise", "keep", "date", "file"]

_NAMES: dict[str, Template] = {
    "title": TITLE_CHANGED,
    "paragraphs": TEXT_CHANGED,
    "published": DATE_CHANGED,
    "authors": AUTHORS_CHANGED,
    "section": SECTION_CHANGED,
    "source": SOURCE_CHANGED,
    "language": LANGUAGE_CHANGED,
    "url": URL_CHANGED,
    "modified": MODIFIED_CHANGED,
    "paywalled": PAYWALL_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a draft, and the outcome to report for it.

    To "file" a draft is to keep it as an earlier version, to "date" it to give an earlier version,
    `number`, the earlier time of the draft.
    """

    action: Action
    outcome: str
    reason: Message | None = None
    number: int = 0


def are_same_publication(one: NormalizedDraft, other: Publication) -> bool:
    """Return whether nothing tells two articles with one text apart: no title, paper or day."""
    pairs = (
        (one.title, other.title),
        (one.source, other.source),
        (_host(one), _host(other)),
    )
    differ = any(first and second and first != second for first, second in pairs)
    return not differ and _are_same_day(one, other)


def decide(
    draft: NormalizedDraft, same_address: Article | None, same_text: Article | None, number: int
) -> Decision:
    """Return the decision for a draft.

    Given are the article at its address, the one with its text that nothing tells apart from it,
    and the number that its next version would have.
    """
    if same_address is None and same_text is None:
        return Decision("insert", "added")
    if same_address is None and same_text is not None and same_text.url and draft.url:
        return Decision("keep", "duplicate", SAME_TEXT(article=same_text.id))
    held = same_address or same_text
    changes = changes_of(held, draft) if held else ()
    if not changes:
        return Decision("keep", "unchanged")
    return Decision("revise", "updated", describe_changes(changes, number))


def decide_capture(
    draft: NormalizedDraft, held: Article, versions: Sequence[ArticleVersion], number: int
) -> Decision:
    """Return the decision for a draft that was captured before the newest of the versions.

    The order in which captures arrive does not matter: each version begins with its first one.
    """
    captured = draft.captured or ""
    states = [_as_of(held, version) for version in versions]
    before = next((state for state in states if (state.since or "") <= captured), None)
    if before is not None and not _texts_differ(before, draft):
        return Decision("keep", "unchanged")
    after = [state for state in states if (state.since or "") > captured][-1]
    if not _texts_differ(after, draft):
        return Decision("date", "unchanged", number=after.version)
    return Decision("file", "updated", EARLIER_VERSION(number=number, moment=captured))


def describe_changes(changes: Sequence[str], number: int) -> Message | None:
    """Return the message for changes, which make a version of this number if one of SAID is new."""
    named = tuple(_NAMES[name]() for name in changes)
    if any(name in SAID for name in changes):
        return VERSION_CHANGES(number=number, changes=named)
    return join_messages(*named)


def _texts_differ(held: Article, draft: NormalizedDraft) -> bool:
    return any(name in SAID for name in changes_of(held, draft))


def _as_of(held: Article, version: ArticleVersion) -> Article:
    """Return the article as it was in a version."""
    details: dict[str, Any] = asdict(version.details) if version.details else {}
    return replace(
        held,
        version=version.version,
        title=version.title,
        paragraphs=version.paragraphs,
        content_hash=content_hash(version.paragraphs),
        since=version.since,
        **details,
    )


def _host(publication: Publication | NormalizedDraft) -> str:
    return host_of_key(key_or_none(publication.url) or "")


def _are_same_day(one: NormalizedDraft, other: Publication) -> bool:
    days = [publication.day or "" for publication in (one, other)]
    return not all(days) or days[0].startswith(days[1]) or days[1].startswith(days[0])
