"""Acronyms across languages: OTAN is NATO is НАТО. Read once from TOML; otherwise pure.

A spelling in a query is searched together with the others of its group, at a lower weight. An
article counts the best match of a group, once.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from indexer.analysis import tokenize
from indexer.errors import IndexerError
from indexer.query.records import Form, Parts
from indexer.stop_words import is_stop_word
from indexer.wordings import SYNONYMS_NOT_A_LIST, SYNONYMS_UNREADABLE

FILE_NAME = "acronyms.toml"
WEIGHT = 0.65
MAX_BYTES = 1_000_000
MAX_FORMS = 12
# Shorter ones in lower case are words of some language: us, eu, ai, un.
MIN_LOWER_CASE_CHARACTERS = 3
# In texts these are nearly always ordinary words, and the index ignores case.
_COMMON_WORDS = frozenset({"us", "ei"})


@dataclass(frozen=True, slots=True)
class Synonyms:
    """For each spelling, as folded tokens, the forms of the others in its group.

    `longest` is the largest number of tokens of a spelling.
    """

    forms: Mapping[Parts, tuple[Form, ...]]
    longest: int

    def forms_of(self, parts: Parts, as_typed: str) -> tuple[Form, ...]:
        """The other spellings of these tokens; possible ordinary words need capitals as typed."""
        found = self.forms.get(parts, ())
        return found if found and (len(parts) > 1 or _is_acronym(parts[0], as_typed)) else ()


def make_synonyms(groups: Iterable[Sequence[str]]) -> Synonyms:
    """Make synonyms of groups of spellings; a spelling may belong to several groups."""
    forms: dict[Parts, tuple[Form, ...]] = {}
    for group in groups:
        spellings = dict.fromkeys(filter(None, map(_parts, group)))
        for spelling in spellings:
            others = (
                _form(other) for other in spellings if other != spelling and _is_searchable(other)
            )
            known = forms.get(spelling, ())
            forms[spelling] = tuple(dict.fromkeys((*known, *others)))[:MAX_FORMS]
    return Synonyms(forms, longest=max(map(len, forms), default=0))


def load_synonyms(home: Path | None = None) -> Synonyms:
    """The synonyms that come with Hemero, and those of the archive's own file if there is one.

    Raises IndexerError if that file cannot be read.
    """
    added = home / FILE_NAME if home else None
    if added is None or not added.exists():
        return bundled_synonyms()
    return make_synonyms([*_bundled_groups(), *_read_groups(added)])


@cache
def bundled_synonyms() -> Synonyms:
    return make_synonyms(_bundled_groups())


def _bundled_groups() -> list[list[str]]:
    return _read_groups(Path(__file__).with_name(FILE_NAME))


def _read_groups(path: Path) -> list[list[str]]:
    try:
        with path.open("rb") as file:
            groups = tomllib.loads(file.read(MAX_BYTES).decode())
    except (OSError, ValueError) as exc:
        raise IndexerError(SYNONYMS_UNREADABLE(path=path, reason=exc)) from exc
    for name, spellings in groups.items():
        if not isinstance(spellings, list) or not all(isinstance(w, str) for w in spellings):
            raise IndexerError(SYNONYMS_NOT_A_LIST(path=path, name=name))
    return [[name, *spellings] for name, spellings in groups.items()]


def _parts(spelling: str) -> Parts:
    return tuple(token.folded for token in tokenize(spelling))


def _form(parts: Parts) -> Form:
    return Form(parts, "together" if len(parts) > 1 else "apart", WEIGHT)


def _is_searchable(parts: Parts) -> bool:
    """Whether a spelling can be looked for: not "who", which is on every English page."""
    plain = parts[0] in _COMMON_WORDS or is_stop_word(parts[0], "en")
    return len(parts) > 1 or not plain


def _is_acronym(folded: str, as_typed: str) -> bool:
    if sum(map(str.isupper, as_typed)) > 1 or not any(map(str.isupper, as_typed.swapcase())):
        return True
    return len(folded) >= MIN_LOWER_CASE_CHARACTERS and not is_stop_word(folded)
