"""Bylines as people and organisations. Pure."""

import re
from dataclasses import dataclass

# What stands in the name of a desk, an agency or several people, and in hardly any person's.
_COLLECTIVE = re.compile(
    r"[\d@/&|(\[:;]|\b(?:agence|agency|agencia|agentur|afp|ap|bbc|bureau|collectif|correspond\w*|"
    r"desk|edito\w*|équipe|equipe|journal|magazine|ministère|ministry|monde|news|newspaper|"
    r"newsroom|office|post|presse?|radio|redac\w*|rédac\w*|redak\w*|reuters|service|staff|"
    r"team|telegraph|the|times|tribune|université|university|wire|and|et|und|avec|with|pour|for)\b",
    re.IGNORECASE,
)
_PARTICLE = re.compile(
    r"al|ben|bin|d[aeiou]|das|de[ilnr]|della|des|dos|el|ibn|l[ae]|ten|ter|van|vo[mn]|zur?",
    re.IGNORECASE,  # "Kévin Le Dantec"
)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|ii|iii|iv", re.IGNORECASE)
# In these the family's name comes first, or names are not parted so.
_FAMILY_FIRST = frozenset(("hu", "ja", "ko", "vi", "zh"))
MAX_WORDS = 4


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in its parts; `family` has its particle ("de Vries")."""

    family: str
    given: str
    suffix: str = ""

    @property
    def inverted(self) -> str:
        """Family, Given, Suffix, as RIS writes it."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))


def split_name(name: str, language: str = "und") -> PersonName | None:
    """The parts of a person's name; None for an organisation and where nothing tells the parts."""
    if _COLLECTIVE.search(name):
        return None
    before, comma, after = (part.strip() for part in name.partition(","))
    if comma:
        return _split_inverted(before, after)
    words = name.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if language in _FAMILY_FIRST or len(words) < 2 or _begins_with_acronym(words):
        return None
    place = next(
        (i for i, word in enumerate(words) if i and _PARTICLE.fullmatch(word)), len(words) - 1
    )
    if place + 1 > MAX_WORDS or len(words) - place > MAX_WORDS:
        return None
    return PersonName(" ".join(words[place:]), " ".join(words[:place]), suffix)


def _split_inverted(before: str, after: str) -> PersonName | None:
    """Of "Orsenne, Camille" and "Martin King, Jr."."""
    if not before or not after or "," in after:
        return None
    if _SUFFIX.fullmatch(after):
        *given, family = before.split()
        return PersonName(family, " ".join(given), after) if given else None
    plain = len(before.split()) <= MAX_WORDS and len(after.split()) <= MAX_WORDS
    return PersonName(before, after) if plain else None


def _begins_with_acronym(words: list[str]) -> bool:
    """Of "AFP Paris", where nothing says that "DUPONT Jean" is another case."""
    first = words[0]
    acronym = len(first) > 1 and first.isalpha() and first.isupper()
    return acronym and not all(word.isupper() for word in words)
