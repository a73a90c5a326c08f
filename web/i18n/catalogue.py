"""The compiled catalogues, and the one that a terminal's user reads."""

import os
from gettext import NullTranslations, translation
from pathlib import Path

from archive.messages import Message

TRANSLATIONS = Path(__file__).parent / "translations"
# English is what the program is written in; every compiled catalogue adds a language.
LANGUAGES = ("en", *sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.mo")))
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def open_catalogue(language: str) -> NullTranslations:
    """The language's translations; English where it has none."""
    return translation("messages", TRANSLATIONS, [language], fallback=True)


def terminal_language() -> str:
    """The first language of the environment that Hemero speaks, as GNU gettext chooses it."""
    named = next(filter(None, map(os.environ.get, _VARIABLES)), "")
    codes = (tag.partition(".")[0].partition("_")[0] for tag in named.split(":"))
    return next((code for code in codes if code in LANGUAGES), "en")


def word_for_terminal(message: Message) -> str:
    return message.word(open_catalogue(terminal_language()))
