"""Acronyms across languages: OTAN is NATO is НАТО. Read once from TOML; otherwise pure.

A writing found in a query brings the others of its group along, at a lower weight; of a group an
article counts what it matches best, once.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer.analysis import is_stop_word, tokenize
from indexer.errors import IndexerError
from indexer.query.records import Form, Parts
from indexer.wordings import SYNONYMS_NOT_A_LIST, SYNONYMS_UNREADABLE

FILE_NAME = "acronyms.toml"
WEIGHT = 0.65
MOST_BYTES = 1_000_000
MOST_FORMS = 12
# Shorter ones in small letters are words of some language: us, eu, ai, un.
SHORTEST_IN_SMALL = 3
# In texts these are nearly always the words, and the index does not keep capitals.
_WORDS_IN_TEXTS = frozenset({"us", "ei"})


@dataclass(frozen=True, slots=True)
class Synonyms:
    """For each writing, as folded tokens, the forms of the others in its group."""

    forms: Mapping[Parts, tuple[Form, ...]]
    longest: int

    def forms_of(self, parts: Parts, written: str) -> tuple[Form, ...]:
        """The other writings of these tokens; what may be a plain word counts only in capitals."""
        found = self.forms.get(parts, ())
        return found if found and (len(parts) > 1 or _is_name(parts[0], written)) else ()


def make_synonyms(groups: Iterable[Sequence[str]]) -> Synonyms:
    """A writing in several groups belongs to all of them."""
    forms: dict[Parts, tuple[Form, ...]] = {}
    for group in groups:
        writings = dict.fromkeys(filter(None, map(_parts, group)))
        for writing in writings:
            others = (_form(other) for other in writings if other != writing and _is_sought(other))
            known = forms.get(writing, ())
            forms[writing] = tuple(dict.fromkeys((*known, *others)))[:MOST_FORMS]
    return Synonyms(forms, longest=max(map(len, forms), default=0))


def load_synonyms(home: Path | None = None) -> Synonyms:
    """The list that comes with Hemero, and after it the archive's own where its home holds one.

    Raises IndexerError where that file cannot be read.
    """
    own = home / FILE_NAME if home else None
    if own is None or not own.exists():
        return bundled_synonyms()
    return make_synonyms([*_bundled_groups(), *_read_groups(own)])


@cache
def bundled_synonyms() -> Synonyms:
    return make_synonyms(_bundled_groups())


def _bundled_groups() -> list[list[str]]:
    return _read_groups(Path(__file__).with_name(FILE_NAME))


def _read_groups(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            held = tomllib.loads(file.read(MOST_BYTES).decode())
    except (OSError, ValueError) as exc:
        raise IndexerError(SYNONYMS_UNREADABLE(path=path, reason=exc)) from exc
    for name, writings in held.items():
        if not isinstance(writings, list) or not all(isinstance(w, str) for w in writings):
            raise IndexerError(SYNONYMS_NOT_A_LIST(path=path, name=name))
    return [[name, *writings] for name, writings in held.items()]


def _parts(writing: str) -> Parts:
    return tuple(token.folded for token in tokenize(writing))


def _form(parts: Parts) -> Form:
    return Form(parts, "together" if len(parts) > 1 else "apart", WEIGHT)


def _is_sought(parts: Parts) -> bool:
    """WHO in small letters is a word on every English page: not a form to look for."""
    plain = parts[0] in _WORDS_IN_TEXTS or is_stop_word(parts[0], "en")
    return len(parts) > 1 or not plain


def _is_name(folded: str, written: str) -> bool:
    if sum(map(str.isupper, written)) > 1 or not any(map(str.isupper, written.swapcase())):
        return True
    return len(folded) >= SHORTEST_IN_SMALL and not is_stop_word(folded)
