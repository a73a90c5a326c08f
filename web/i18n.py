"""The reader's language: by the switch, else by the browser; and dates, numbers and names in it."""

from datetime import date
from pathlib import Path

from babel import Locale
from flask import Flask, request
from flask_babel import Babel, format_date, format_decimal, get_locale

LANGUAGES = ("en", "fr")
COOKIE = "lang"


def translate(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).parent / "translations")
    Babel(app, locale_selector=choose_locale)


def choose_locale() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES, "en") or "en"


def show_date(published: str | None) -> str:
    """A stored date or time as a day in words, "" for none."""
    if not published:
        return ""
    return str(format_date(date.fromisoformat(published[:10]), "long"))


def current_language() -> str:
    return str(get_locale())


def show_number(number: int) -> str:
    return str(format_decimal(number))


def language_name(code: str) -> str:
    """The language's name in the reader's language, its code where there is none."""
    locale = get_locale() or Locale("en")
    return str(locale.languages.get(code, code))
