"""Which language a text is written in."""

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
# A given language is wrong only where the text is long enough, hardly any of it may be in that
# language, and nearly all of it is in one other.
MIN_LETTERS, CERTAIN_SHARE, DOUBTFUL_SHARE = 120, 0.9, 0.02
_NO_LANGUAGE = ("und", "mul", "mis", "zxx")  # ISO 639: undetermined, several, uncoded, none
# The languages of the world's larger news outlets; a wider choice makes short texts Latin or Wu.
PRESS_LANGUAGES = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "es",
    "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id", "is",
    "it", "ja", "ka", "kk", "km", "kn", "ko", "ky", "lo", "lt", "lv", "mk", "ml", "mn", "mr", "ms",
    "mt", "my", "ne", "nl", "no", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "so", "sq",
    "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "uz", "vi", "xh", "zh", "zu",
)  # fmt: skip
# Within such a group a given language stands: its own press quotes, borrows and code-switches, and
# short texts of one pass for another. "no" is written for nb and nn, "id" and "ms" differ by words.
_CLOSE = tuple(
    frozenset(group.split())
    for group in (
        "da no sv is", "bs hr sr sl mk", "id ms", "ca es gl pt", "cs sk", "be ru uk", "bg mk sr",
        "az tr uz", "kk ky uz mn", "hi mr ne", "fa ps ur ar", "af nl", "xh zu", "et fi", "lt lv",
    )
)  # fmt: skip


def language_code(tag: str | None) -> str | None:
    """The primary language of a BCP 47 tag or ISO 639 code in its shortest form, None if unknown.

    >>> language_code("fr-FR"), language_code("fra"), language_code("klingon!")
    ('fr', 'fr', None)
    """
    if not tag:
        return None
    try:
        language = langcodes.Language.get(tag.strip()).prefer_macrolanguage().language
    except LanguageTagError:
        return None
    if language == "nb":  # what most mean by Norwegian, and the detector, too
        return "no"
    if language is None or len(language) > 3 or language in _NO_LANGUAGE:
        return None
    return language if langcodes.tag_is_valid(language) else None


def decide_language(tag: str | None, text: str) -> tuple[str, Message | None]:
    """The language of an article said to be in `tag`, and a remark where that is not believed.

    What was given stands unless it is plainly wrong; where nothing was given the text decides.
    """
    given = language_code(tag)
    if given is None:
        return detect_language(text), None
    found = _contradiction(given, text)
    return (found, LANGUAGE_CORRECTED(given=given, found=found)) if found else (given, None)


def detect_language(text: str) -> str:
    """The press language most of `text` is in, "und" where nothing stands out."""
    shares = _language_shares(text)
    language = max(shares, key=lambda code: shares[code], default=UNDETERMINED)
    return language if shares.get(language, 0) >= MIN_SHARE else UNDETERMINED


def _contradiction(given: str, text: str) -> str | None:
    """The language of a text that is plainly not in the one given."""
    if given not in PRESS_LANGUAGES or sum(map(str.isalpha, text[:2_000])) < MIN_LETTERS:
        return None
    likely = _alike(given)
    middle = len(text) // 2
    if _classify(text[middle - PIECE_CHARACTERS : middle + PIECE_CHARACTERS])[0] in likely:
        return None  # nearly always so, and a fraction of the work
    shares = _language_shares(text)
    found = max(shares, key=lambda code: shares[code])
    certain = _sum_shares(shares, _alike(found)) >= CERTAIN_SHARE
    return found if certain and _sum_shares(shares, likely) <= DOUBTFUL_SHARE else None


def _alike(code: str) -> frozenset[str]:
    return frozenset({code}).union(*(group for group in _CLOSE if code in group))


def _sum_shares(shares: dict[str, float], languages: frozenset[str]) -> float:
    return sum(shares.get(code, 0) for code in languages)


def _language_shares(text: str) -> dict[str, float]:
    """What part of the text is in which language, 0 to 1, by pieces from all over it.

    Each piece goes to its most probable language, as far as that is probable: a quotation weighs
    what it takes up, wherever it stands.
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
