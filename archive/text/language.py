"""Determines the language of a text."""

from functools import cache
from typing import TYPE_CHECKING

import langcodes
from langcodes.tag_parser import LanguageTagError

from archive.messages import Message
from archive.wordings import LANGUAGE_CORRECTED

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDETERMINED = "und"
# Measured in docs/decisions/008-language.md.
PIECES, PIECE_CHARACTERS = 6, 200
MIN_SHARE = 0.2
# A declared language is wrong only if the text is long enough, hardly any of it is likely to be in
# that language, and nearly all of it is in one other.
MIN_LETTERS, CERTAIN_SHARE, DOUBTFUL_SHARE = 120, 0.9, 0.02
_NO_LANGUAGE = ("und", "mul", "mis", "zxx")  # ISO 639: undetermined, several, uncoded, none
# The languages of the larger news outlets; with more, short texts are taken for Latin or Wu.
PRESS_LANGUAGES = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es",
    "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id", "is",
    "it", "ja", "ka", "kk", "km", "kn", "ko", "ky", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms",
    "mt", "my", "ne", "nl", "no", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "so", "sq",
    "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "uz", "vi", "xh", "zh", "zu",
)  # fmt: skip
# Within a group, the declared language stays: its press quotes, borrows and mixes languages, and
# short texts are easily confused. "no" stands for nb and nn; "id" and "ms" differ in few words.
_CLOSE = tuple(
    frozenset(group.split())
    for group in (
        "da no sv is", "bs hr sr sl mk", "id ms", "ca es gl pt", "cs sk", "be ru uk", "bg mk sr",
        "az tr uz", "kk ky uz mn", "hi mr ne", "fa ps ur ar", "af nl", "xh zu", "et fi", "lt lv",
    )
)  # fmt: skip


def language_code(tag: str | None) -> str | None:
    """Return the shortest code of a BCP 47 tag's or ISO 639 code's language, None if unknown.

    >>> language_code("fr-FR"), language_code("fra"), language_code("klingon!")
    ('fr', 'fr', None)
    """
    if not tag:
        return None
    try:
        language = langcodes.Language.get(tag.strip()).prefer_macrolanguage().language
    except LanguageTagError:
        return None
    if language == "nb":  # what most people, and the detector, mean by Norwegian
        return "no"
    if language is None or len(language) > 3 or language in _NO_LANGUAGE:
        return None
    return language if langcodes.tag_is_valid(language) else None


def decide_language(tag: str | None, text: str) -> tuple[str, Message | None]:
    """Return the language of an article declared as `tag`, and a remark if it was corrected.

    A declared language is kept unless it is plainly wrong; without one, the text decides.
    """
    declared = language_code(tag)
    if declared is None:
        return detect_language(text), None
    found = _contradiction(declared, text)
    return (found, LANGUAGE_CORRECTED(given=declared, found=found)) if found else (declared, None)


def detect_language(text: str) -> str:
    """Return the press language of most of `text`, or "und" if none stands out."""
    shares = _language_shares(text)
    language = max(shares, key=lambda code: shares[code], default=UNDETERMINED)
    return language if shares.get(language, 0) >= MIN_SHARE else UNDETERMINED


def _contradiction(declared: str, text: str) -> str | None:
    """Return the text's language if it is plainly not the declared one, else None."""
    if declared not in PRESS_LANGUAGES or sum(map(str.isalpha, text[:2_000])) < MIN_LETTERS:
        return None
    likely = _alike(declared)
    middle = len(text) // 2
    if _classify(text[middle - PIECE_CHARACTERS : middle + PIECE_CHARACTERS])[0] in likely:
        return None  # the usual case, at a fraction of the work
    shares = _language_shares(text)
    found = max(shares, key=lambda code: shares[code])
    certain = _sum_shares(shares, _alike(found)) >= CERTAIN_SHARE
    return found if certain and _sum_shares(shares, likely) <= DOUBTFUL_SHARE else None


def _alike(code: str) -> frozenset[str]:
    return frozenset({code}).union(*(group for group in _CLOSE if code in group))


def _sum_shares(shares: dict[str, float], languages: frozenset[str]) -> float:
    return sum(shares.get(code, 0) for code in languages)


def _language_shares(text: str) -> dict[str, float]:
    """Return each language's share of the text, 0 to 1, from pieces taken all over it.

    Each piece counts for its most probable language, times the probability: a quotation counts by
    its length, wherever it occurs.
    """
    pieces = [piece for piece in _pieces(text) if any(map(str.isalpha, piece))]
    shares: dict[str, float] = {}
    for language, probability in map(_classify, pieces):
        shares[language] = shares.get(language, 0) + probability / len(pieces)
    return shares


def _pieces(text: str) -> list[str]:
    if len(text) <= 2 * PIECE_CHARACTERS:
        return [text]
    count = min(PIECES, len(text) // PIECE_CHARACTERS)
    step = (len(text) - PIECE_CHARACTERS) / (count - 1)
    starts = [round(step * place) for place in range(count)]
    return [text[start : start + PIECE_CHARACTERS] for start in starts]


def _classify(text: str) -> tuple[str, float]:
    language, probability = _identifier().classify(text)
    return str(language), float(probability)


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(PRESS_LANGUAGES)
    return identifier
