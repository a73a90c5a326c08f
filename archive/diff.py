"""Compare two versions of an article, or an article with a newer draft of it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from archive.errors import ArticleNotFoundError
from archive.model import Article, ArticleDetails, ArticleVersion
from archive.text.addresses import host_of_key, key_or_none
from archive.text.language import UNDETERMINED
from archive.text.normalize import NormalizedDraft
from archive.text.periods import tells_another_date
from archive.wordings import NO_SUCH_VERSION

Kind = Literal["same", "added", "removed"]
# Paragraphs less similar than this count as two, not as one rewritten.
MIN_SIMILARITY = 0.5
# Comparing takes time quadratic in the words; a longer paragraph is shown as removed and added.
MAX_WORDS = 400
MAX_PARAGRAPHS = 500
# How many paragraphs down a rewritten one is searched for.
MAX_PARAGRAPHS_MOVED = 10

# What an article says: if it changes, there is a new version. The other fields are merely noted.
SAID = ("title", "paragraphs", "published", "authors", "section", "source", "language")
SHOWN_DETAILS = ("published", "authors", "section", "source", "language")
NOTED = ("url", "modified", "paywalled")

Piece = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph of one or both versions, as runs of words kept, added or removed."""

    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(kind != "same" for kind, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class DetailChange:
    """One of SHOWN_DETAILS in two versions; several authors are joined by "; "."""

    field: str
    old: str | None
    new: str | None


def changes_of(held: Article, draft: NormalizedDraft) -> tuple[str, ...]:
    """Return the names of the fields, in the order of SAID and NOTED, that the draft gives anew.

    What the draft lacks, or knows less exactly, is no change.
    """
    return tuple(name for name in (*SAID, *NOTED) if _is_new(name, held, draft))


def _is_new(name: str, held: Article, draft: NormalizedDraft) -> bool:
    if name == "published":
        return tells_another_date(held, draft)
    old, new = getattr(held, name), getattr(draft, name)
    if new in (None, "", ()) or new == old:
        return False
    if name == "language":
        return new != UNDETERMINED and (draft.names_language or old == UNDETERMINED)
    if name == "source":  # a page that names no outlet gets the name of its host
        return old is None or new != host_of_key(key_or_none(draft.url) or "")
    return name != "url" or old is None


def pick_versions(
    versions: Sequence[ArticleVersion], old: int | None = None, new: int | None = None
) -> tuple[ArticleVersion, ArticleVersion] | None:
    """Return two of the versions, which are in order, the newest first: by default that one and the
    one before it. Return None if there is only one.

    Raise ArticleNotFoundError if a version does not exist.
    """
    if len(versions) == 1 and old is None and new is None:
        return None
    after = versions[0] if new is None else pick_version(versions, new)
    if old is not None:
        return pick_version(versions, old), after
    earlier = versions[versions.index(after) + 1 :]
    return pick_version(versions, earlier[0].version if earlier else 0), after


def pick_version(versions: Sequence[ArticleVersion], number: int) -> ArticleVersion:
    """Return the version of this number. Raise ArticleNotFoundError if it does not exist."""
    for version in versions:
        if version.version == number:
            return version
    raise ArticleNotFoundError(NO_SUCH_VERSION(number=number, article=versions[0].article_id))


def compare_versions(old: ArticleVersion, new: ArticleVersion) -> tuple[ParagraphChange, ...]:
    """Return title and paragraphs in order; without the added words they are the old version."""
    return compare_paragraphs((old.title, *old.paragraphs), (new.title, *new.paragraphs))


def compare_details(old: ArticleVersion, new: ArticleVersion) -> tuple[DetailChange, ...]:
    """Return what changed beside title and text; nothing if a version does not know its details."""
    if old.details is None or new.details is None:
        return ()
    changes = (
        DetailChange(name, _word(old.details, name), _word(new.details, name))
        for name in SHOWN_DETAILS
    )
    return tuple(change for change in changes if change.old != change.new)


def _word(details: ArticleDetails, name: str) -> str | None:
    value = details.published_local if name == "published" else getattr(details, name)
    return "; ".join(value) or None if isinstance(value, tuple) else value


def compare_paragraphs(old: Sequence[str], new: Sequence[str]) -> tuple[ParagraphChange, ...]:
    """Compare any two lists of paragraphs; only the first MAX_PARAGRAPHS of each are read."""
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
    """Yield similar old and new paragraphs as one change, all others one by one."""
    remaining = list(old)
    for paragraph in new:
        near = enumerate(remaining[:MAX_PARAGRAPHS_MOVED])
        place = next((n for n, other in near if _are_similar(other, paragraph)), None)
        if place is not None:
            for removed in remaining[:place]:
                yield ParagraphChange((("removed", removed),))
            yield ParagraphChange(tuple(_compare_words(remaining[place], paragraph)))
            del remaining[: place + 1]
        else:
            yield ParagraphChange((("added", paragraph),))
    for removed in remaining:
        yield ParagraphChange((("removed", removed),))


def _are_similar(old: str, new: str) -> bool:
    words = old.split(), new.split()
    if max(map(len, words)) > MAX_WORDS:
        return False
    return SequenceMatcher(None, *words, autojunk=False).quick_ratio() >= MIN_SIMILARITY


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
