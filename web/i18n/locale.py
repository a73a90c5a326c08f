"""The reader's language: by the switch, else by the browser; and dates, numbers and names in it."""

from datetime import date, datetime

from babel import Locale
from flask import Flask, request
from flask_babel import Babel, format_date, format_datetime, format_decimal, get_locale

from archive.messages import Message
from archive.model import DAY_CHARACTERS
from web.i18n.catalogue import LANGUAGES, TRANSLATIONS
from web.i18n.messages import word_message

COOKIE = "lang"
MONTH_PATTERN = "MMMM y"


def translate(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.finalize = _word_value


def _word_value(value: object) -> object:
    """What a template writes: a message in the reader's language, anything else as it is."""
    return word_message(value) if isinstance(value, Message) else value


def choose_locale() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    # Not best_match, which prefers an exact "en" to a better liked "fr-FR".
    liked = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in liked if language in LANGUAGES), "en")


def show_date(published: str | None) -> str:
    """A stored date or time in words, as a day, or as the month or year that it is; "" for none."""
    return show_period(published[:DAY_CHARACTERS]) if published else ""


def show_moment(moment: str | None) -> str:
    """A stored UTC time to the minute, in words."""
    if not moment:
        return ""
    return str(format_datetime(datetime.fromisoformat(moment), "medium", rebase=False)) + " UTC"


def show_period(text: str) -> str:
    """A year, month or day, as a filter states it, in words; as it stands where it is none."""
    try:
        parts = [int(part) for part in text.split("-")]
        first = date(*parts, *[1] * (3 - len(parts)))
    except (TypeError, ValueError, OverflowError):
        return text
    if len(parts) == 1:
        return text
    return str(format_date(first, MONTH_PATTERN)) if len(parts) == 2 else _write_day(first)


def _write_day(day: date) -> str:
    """A day in words; in French the first of a month is "1er", which CLDR leaves to the writer."""
    text = str(format_date(day, "long"))
    return f"1er{text[1:]}" if day.day == 1 and current_language() == "fr" else text


def current_language() -> str:
    return str(get_locale())


def show_number(number: int) -> str:
    return str(format_decimal(number))


def show_figure(value: float) -> str:
    """With two decimals."""
    return str(format_decimal(value, "0.00"))


def other_languages() -> list[tuple[str, str]]:
    """The languages the reader could change to: code and own name."""
    codes = (code for code in LANGUAGES if code != current_language())
    return [(code, str(Locale.parse(code).get_display_name(code)).capitalize()) for code in codes]


def language_name(code: str) -> str:
    """The language's name in the reader's language, its code where there is none."""
    locale = get_locale() or Locale("en")
    return str(locale.languages.get(code, code))
