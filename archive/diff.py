"""What changed between two versions of an article. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from archive.errors import ArticleNotFoundError
from archive.model import ArticleVersion
from archive.wordings import NO_SUCH_VERSION

Kind = Literal["same", "added", "removed"]
# Paragraphs that share less than this are two, not one rewritten.
MIN_ALIKE = 0.5
# Comparing takes time quadratic in the words; a longer paragraph is shown as taken out and put in.
MAX_WORDS = 400
MAX_PARAGRAPHS = 500
# How far down a rewritten paragraph is looked for.
MAX_MOVED = 10

Piece = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph of either version, or of both, as runs of words that stayed, came or went."""

    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(kind != "same" for kind, _ in self.pieces)


def pick_versions(
    versions: Sequence[ArticleVersion], old: int | None = None, new: int | None = None
) -> tuple[ArticleVersion, ArticleVersion] | None:
    """The two versions named, by default the newest and the one before it; None where there is one.

    Raises ArticleNotFoundError for a version that there is not.
    """
    newest = max(version.version for version in versions)
    if newest == 1 and old is None and new is None:
        return None
    after = pick_version(versions, newest if new is None else new)
    return pick_version(versions, after.version - 1 if old is None else old), after


def pick_version(versions: Sequence[ArticleVersion], number: int) -> ArticleVersion:
    """Raises ArticleNotFoundError for a version that there is not."""
    for version in versions:
        if version.version == number:
            return version
    raise ArticleNotFoundError(NO_SUCH_VERSION(number=number, article=versions[0].article_id))


def compare_versions(old: ArticleVersion, new: ArticleVersion) -> tuple[ParagraphChange, ...]:
    """Title and paragraphs of both in order; joined without what was added, they are the old."""
    return compare_paragraphs((old.title, *old.paragraphs), (new.title, *new.paragraphs))


def compare_paragraphs(old: Sequence[str], new: Sequence[str]) -> tuple[ParagraphChange, ...]:
    """The same for any two lists of paragraphs; of long ones the first MAX_PARAGRAPHS."""
    old, new = old[:MAX_PARAGRAPHS], new[:MAX_PARAGRAPHS]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        change
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        for change in (_unchanged(old[i1:i2]) if tag == "equal" else _pair(old[i1:i2], new[j1:j2]))
    )


def _unchanged(paragraphs: Sequence[str]) -> Iterator[ParagraphChange]:
    for paragraph in paragraphs:
        yield ParagraphChange((("same", paragraph),))


def _pair(old: Sequence[str], new: Sequence[str]) -> Iterator[ParagraphChange]:
    """Old and new paragraphs side by side where they are alike, the others one by one."""
    waiting = list(old)
    for paragraph in new:
        near = enumerate(waiting[:MAX_MOVED])
        place = next((n for n, other in near if _alike(other, paragraph)), None)
        if place is not None:
            for gone in waiting[:place]:
                yield ParagraphChange((("removed", gone),))
            yield ParagraphChange(tuple(_compare_words(waiting[place], paragraph)))
            del waiting[: place + 1]
        else:
            yield ParagraphChange((("added", paragraph),))
    for gone in waiting:
        yield ParagraphChange((("removed", gone),))


def _alike(old: str, new: str) -> bool:
    words = old.split(), new.split()
    if max(map(len, words)) > MAX_WORDS:
        return False
    return SequenceMatcher(None, *words, autojunk=False).quick_ratio() >= MIN_ALIKE


def _compare_words(old: str, new: str) -> Iterator[Piece]:
    before, after = old.split(" "), new.split(" ")
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield "same", " ".join(before[i1:i2])
            continue
        if i1 < i2:
            yield "removed", " ".join(before[i1:i2])
        if j1 < j2:
            yield "added", " ".join(after[j1:j2])
