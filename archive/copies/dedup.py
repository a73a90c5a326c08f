"""Decides whether an article is already in the archive, and what to do with it. Pure."""

from dataclasses import dataclass
from typing import Literal

from archive.messages import Message
from archive.model import Article
from archive.text.normalize import NormalizedDraft
from archive.wordings import NEXT_VERSION, SAME_TEXT

Action = Literal["insert", "revise", "keep"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a draft, and the outcome to report for it."""

    action: Action
    outcome: str
    reason: Message | None = None


def decide(draft: NormalizedDraft, same_url: Article | None, same_text: Article | None) -> Decision:
    """Return the decision for a draft, given the stored articles with its URL and its text."""
    if same_url is not None:
        if (draft.title, draft.content_hash) == (same_url.title, same_url.content_hash):
            return Decision("keep", "unchanged")
        return Decision("revise", "updated", NEXT_VERSION(number=same_url.version + 1))
    if same_text is None:
        return Decision("insert", "added")
    same_source = draft.source in (None, same_text.source)
    if draft.url is None and same_source and draft.title == same_text.title:
        return Decision("keep", "unchanged")
    return Decision("keep", "duplicate", SAME_TEXT(article=same_text.id))
