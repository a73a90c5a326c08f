"""Split bylines into the parts of personal names; recognize organisations. Pure."""

import re
from dataclasses import dataclass

# Words and signs in the names of desks, agencies or several people, but rarely in a person's.
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
# Languages whose family names come first or whose names have other parts.
_FAMILY_FIRST = frozenset(("hu", "ja", "ko", "vi", "zh"))
MAX_WORDS = 4


@dataclass(frozen=True, slots=True)
class PersonName:
    """The parts of a name; `family` includes the particle ("de Vries")."""

    family: str
    given: str
    suffix: str = ""

    @property
    def inverted(self) -> str:
        """The name as "Family, Given, Suffix", the form of RIS."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))


def split_name(name: str, language: str = "und") -> PersonName | None:
    """Return the parts of a person's name, or None for organisations and unclear names."""
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
    """Split "Orsenne, Camille" or "Martin King, Jr."."""
    if not before or not after or "," in after:
        return None
    if _SUFFIX.fullmatch(after):
        *given, family = before.split()
        return PersonName(family, " ".join(given), after) if given else None
    plain = len(before.split()) <= MAX_WORDS and len(after.split()) <= MAX_WORDS
    return PersonName(before, after) if plain else None


def _begins_with_acronym(words: list[str]) -> bool:
    """Return True for "AFP Paris"; "DUPONT Jean" looks the same and is taken for one, too."""
    first = words[0]
    acronym = len(first) > 1 and first.isalpha() and first.isupper()
    return acronym and not all(word.isupper() for word in words)
