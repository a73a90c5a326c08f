"""Words that say nothing about what an article is about, in each language. Pure.

They come from the Snowball lists, without what is also a noun (avions, sommes, estado, Weg). Only
words that are written like a stop word are taken for one: "sûr" is not "sur", "MES" not "mes",
"Uber" not "über".
"""

from functools import cache

from whoosh.lang.stopwords import stoplists

from archive.text.unicode import normalize
from indexer.analysis import fold

MAX_ACRONYM_CHARACTERS = 5
# Stop words missing from the lists.
_EXTRA = {
    "ar": "في من على إلى عن مع هذا هذه ذلك تلك التي الذي ما لا أن إن أو ثم قد كان كانت هو هي كما "
    "بين بعد قبل حتى عند لم لن",
    "fr": "les cet cette leurs où",
    "uk": "а або але без в від він вона вони воно все де для до є з за і із й його її їх коли ми "
    "на не ні о по про та так те ти то у це цей ця що щоб я як який яка які",
}
# Words in the lists that are also nouns, adjectives or verbs people ask for.
_CONTENT = {
    "da": "jer",
    "de": "einige machen weg will wollen",
    "en": "am can do doing down few having just own same will",
    "es": "algo era eras estad estada estadas estado estados este fuera nada otra otro poco sentid "
    "sentida sentidas sentido sentidos sobre todo todos uno unos",
    "fi": "yli",
    "fr": "as aura auras avions été étée étées étés fût sommes",
    "hu": "cikk cikkek cikkeket egész jó keressünk nagy nagyobb régi teljes új újabb újra való",
    "it": "era faccia facciamo fosse fossero sia stai stessi stesse",
    "nl": "haar kan want zij",
    "no": "ha hans kan kom var",
    "pt": "era estas fora foram for mesmo",
    "ru": "больше другой два лучше раз сейчас три хорошо человек",
    "sv": "vara var ha",
    "tr": "defa kez",
}


def is_stop_word(folded: str, language: str | None = None) -> bool:
    """Whether a folded token is a stop word of the language, by default of any language."""
    if language is None:
        return folded in _all_folded()
    return folded in folded_stop_words(language)


def is_written_as_stop_word(written: str) -> bool:
    """Whether what was typed may be a stop word of some language as it is written.

    Capitals make an acronym of a short word, and accents another word.
    """
    is_acronym = 1 < len(written) <= MAX_ACRONYM_CHARACTERS and written.isupper()
    return not is_acronym and _composed(written) in _all_written()


@cache
def folded_stop_words(language: str) -> frozenset[str]:
    return frozenset(map(fold, stop_words(language)))


@cache
def stop_words(language: str) -> frozenset[str]:
    """The stop words of a language as they are written, in lower case."""
    listed = {*stoplists.get(language, ()), *_EXTRA.get(language, "").split()}
    return frozenset(map(_composed, listed - {*_CONTENT.get(language, "").split()}))


def _composed(word: str) -> str:
    return normalize("NFC", word.lower())


@cache
def _all_written() -> frozenset[str]:
    return frozenset().union(*map(stop_words, _languages()))


@cache
def _all_folded() -> frozenset[str]:
    return frozenset().union(*map(folded_stop_words, _languages()))


def _languages() -> set[str]:
    return {*stoplists, *_EXTRA}
