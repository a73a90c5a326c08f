"""Copies of articles as desks make them, by chance and yet the same each time."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from archive.model import ArticleDraft

EDITED_SHARE = 0.05


def cut(draft: ArticleDraft, _other: ArticleDraft, chance: random.Random) -> ArticleDraft:
    """The first 30 to 70 % of its words."""
    words = _words(draft)
    return replace(draft, paragraphs=_text(words[: int(len(words) * chance.uniform(0.3, 0.7))]))


def prefix(draft: ArticleDraft, other: ArticleDraft, chance: random.Random) -> ArticleDraft:
    """With 20 to 60 words of one's own before it."""
    return replace(
        draft, paragraphs=(*_text(_words(other)[: chance.randint(20, 60)]), *draft.paragraphs)
    )


def retitle(draft: ArticleDraft, other: ArticleDraft, _chance: random.Random) -> ArticleDraft:
    return replace(draft, title=other.title)


def edit(draft: ArticleDraft, other: ArticleDraft, chance: random.Random) -> ArticleDraft:
    """One word in twenty replaced, dropped or followed by another one."""
    new = _words(other)

    def change(word: str) -> list[str]:
        if chance.random() >= EDITED_SHARE:
            return [word]
        return chance.choice(([], [chance.choice(new)], [word, chance.choice(new)]))

    return replace(draft, paragraphs=_text([one for word in _words(draft) for one in change(word)]))


def rewrite(draft: ArticleDraft, other: ArticleDraft, chance: random.Random) -> ArticleDraft:
    """All of that to one copy."""
    for kind in (cut, edit, prefix, retitle):
        draft = kind(draft, other, chance)
    return draft


KINDS: dict[str, Callable[[ArticleDraft, ArticleDraft, random.Random], ArticleDraft]] = {
    "cut to 30-70 %": cut,
    "prefixed": prefix,
    "another title": retitle,
    "5 % of words edited": edit,
    "all of that": rewrite,
}


def _words(draft: ArticleDraft) -> list[str]:
    return " ".join(draft.paragraphs).split()


def _text(words: Sequence[str]) -> tuple[str, ...]:
    return (" ".join(words),)
