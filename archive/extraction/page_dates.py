"""Finds when an article was published, from candidates validated in turn. Pure.

A candidate that gives a day counts first. A month or a year is never turned into one, and counts
only where nothing gives a day. What nothing supports stays unknown.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from lxml.html import HtmlElement

from archive.errors import FieldRefusedError
from archive.extraction import page_cues
from archive.extraction.page_blocks import Block
from archive.text.dates import EARLIEST_YEAR, MONTH_CHARACTERS, YEAR_CHARACTERS
from archive.text.normalize import clean_line, parse_moment, parse_published

with warnings.catch_warnings():
    # Its downloader, which we do not use, warns where urllib3 has no SOCKS.
    warnings.simplefilter("ignore")
    from htmldate import find_date

_AFTER_HEADLINE = "(//h1)[1]/following::time[@datetime]"
_MARKED = "//time[@pubdate or ancestor::article or ancestor::main][@datetime]"
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/-])")
_SECONDS = re.compile(r"(\d{10})(?:\d{3})?")
# The values of a field that was never set: the start of Unix time, seen from either side of UTC.
_UNSET = (date(1969, 12, 31), date(1970, 1, 1))
_ISO = re.compile(r"\s*\d{4}-\d\d-\d\d(?:[T ]|\s*$)")
_ORDINAL = r"(?:er|st|nd|rd|th|\.|º|ª)?"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DAY = re.compile(
    rf"(?<!\d)(?:\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}|\d{{1,2}}([-/.])\d{{1,2}}\2\d{{2}}(?:\d{{2}})?"
    rf"|\d{{1,2}}{_ORDINAL}\s(?:(?:de|of)\s)?{_MONTH},?\s(?:de\s)?\d{{4}}"
    rf"|{_MONTH}\s\d{{1,2}}{_ORDINAL},?\s\d{{4}}|\d{{4}}年\s?\d{{1,2}}月\s?\d{{1,2}}日)(?!\d)",
    re.IGNORECASE,
)
_AFTER_NUMBER = re.compile(r"(?<=\d)(?:er|st|nd|rd|th|º|ª)\b", re.IGNORECASE)
_UPDATED = re.compile(
    r"mis\w* à jour|modifi|updated|aktualisier|actualiza|aggiornat|bijgewerkt|atualizad"
    r"|geändert|changed|обновлен",
    re.IGNORECASE,
)
_ISSUED = re.compile(
    r"publi|posted|issued|mis en ligne|paru|erschienen|veröffentlicht|erstellt|geplaatst|подано",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)
MAX_LINE_CHARACTERS, MAX_MONTH_CHARACTERS = 160, 40
MAX_LINES_AROUND_HEADLINE = 8
MAX_TIMES = 20
# htmldate's time grows with the number of tags and of characters.
MAX_SEARCHED_TAGS = 10_000
MAX_SEARCHED_CHARACTERS = 1_000_000


def choose_declared(candidates: Iterable[str | None], language: str | None) -> str | None:
    """Return the first candidate that gives a day, in ISO 8601 with its offset; None if none."""
    return next((day for raw in candidates if (day := read_day(raw, language))), None)


def read_day(raw: str | None, language: str | None) -> str | None:
    """Return the day or moment a text gives, in ISO 8601; None if it gives none or is unset."""
    primary = (language or "").partition("-")[0].lower() or None
    moment = _read_moment(clean_line(raw or ""), primary)
    if moment is None or moment.year < EARLIEST_YEAR:
        return None
    day = moment.date() if isinstance(moment, datetime) else moment
    if day in _UNSET:
        return None
    return clean_line(raw or "") if _ISO.match(raw or "") else moment.isoformat()


def choose_period(candidates: Iterable[str | None], language: str | None) -> str | None:
    """Return the first candidate that is a month or a year, in ISO 8601; None if none is."""
    return next((period for raw in candidates if (period := _read_period(raw, language))), None)


def find_month(root: HtmlElement, blocks: Sequence[Block], language: str | None) -> str | None:
    """Return the month of a <time>, or of a line at the headline that says nothing else."""
    lines = (
        block.text for block in _short_lines(blocks) if len(block.text) <= MAX_MONTH_CHARACTERS
    )
    month = choose_period((*_times(root), *lines), language)
    return month if month and len(month) > YEAR_CHARACTERS else None


def _read_period(raw: str | None, language: str | None) -> str | None:
    try:
        written = parse_published(raw or "", language)
    except FieldRefusedError:
        return None
    return written if len(written) <= MONTH_CHARACTERS and not written.startswith("1970") else None


def _read_moment(text: str, language: str | None) -> date | None:
    if seconds := _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(seconds.group(1)), UTC)
    moment = parse_moment(text, language)
    if moment is None and (found := _published_in(text)):
        return parse_moment(found, language)
    return moment


def _published_in(line: str) -> str | None:
    """Return the day a line calls that of publication, else its first that is no update's."""
    others, end = [], 0
    for found in _DAY.finditer(line):
        label, end = line[end : found.start()], found.end()
        written = _AFTER_NUMBER.sub("", found.group())
        if _ISSUED.search(label) and not _UPDATED.search(label):
            return written
        if not _UPDATED.search(label):
            others.append(written)
    return others[0] if others else None


def find_published(
    root: HtmlElement, blocks: Sequence[Block], url: str | None, language: str | None
) -> str | None:
    """Return the day of a <time>, the URL, a line at the headline or htmldate, in this order."""
    candidates = (*_times(root), _day_in(url), *_lines_at_headline(blocks))
    return choose_declared(candidates, language) or _guess(root, url)


def agree_with_address(published: str | None, url: str | None) -> str | None:
    """Return the URL's day if a time in UTC falls on a day beside it: the outlet's own day."""
    day = _day_in(url)
    if not published or not day or not published.endswith(("+00:00", "Z")):
        return published
    apart = abs(date.fromisoformat(published[:10]) - date.fromisoformat(day))
    return day if apart == timedelta(days=1) else published


def _times(root: HtmlElement) -> Iterator[str]:
    """Yield the values of <time> elements, but those in boxes of other articles."""
    for path in (_AFTER_HEADLINE, _MARKED):
        for element in root.xpath(path)[:MAX_TIMES]:
            if not any(map(_is_aside, element.iterancestors())):
                yield element.get("datetime")


def _is_aside(element: HtmlElement) -> bool:
    if element.tag in ("aside", "nav", "footer"):
        return True
    return page_cues.is_list_of_others(page_cues.name_of(element))


def _day_in(url: str | None) -> str | None:
    found = _IN_ADDRESS.search(url or "")
    if not found:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def _lines_at_headline(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the days in the short lines after the headline, then in those before it."""
    for block in _short_lines(blocks):
        if found := _published_in(block.text):
            yield found


def _short_lines(blocks: Sequence[Block]) -> Iterator[Block]:
    place = next((i for i, block in enumerate(blocks) if block.tag == "h1"), None)
    if place is None:
        return
    after = blocks[place + 1 : place + 1 + MAX_LINES_AROUND_HEADLINE]
    before = blocks[max(0, place - MAX_LINES_AROUND_HEADLINE) : place]
    for block in (*after, *reversed(before)):
        if len(block.text) <= MAX_LINE_CHARACTERS and not _COPYRIGHT.search(block.text):
            yield block


def _guess(root: HtmlElement, url: str | None) -> str | None:
    """Return htmldate's guess if the page gives that very day, not only its month or year."""
    if sum(1 for _ in root.iter()) > MAX_SEARCHED_TAGS:
        return None
    if sum(map(len, root.itertext())) > MAX_SEARCHED_CHARACTERS:
        return None
    try:
        guess: str | None = find_date(root, original_date=True, url=url)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    return guess if guess and _is_given(guess, root) else None


def _is_given(day: str, root: HtmlElement) -> bool:
    """Return whether the page has this day, in digits or beside a word, in text or attribute."""
    year, month, number = day.split("-")
    y, m, d = f"(?:{year[:2]})?{year[2:]}", f"0?{int(month)}", f"0?{int(number)}"
    between, word = r"[-/._年月 ]{1,2}", r"\W{0,3}\s?[^\W\d]{3,12}\W{1,3}(?:de )?"
    given = re.compile(
        rf"(?<!\d)(?:{year}{month}{number}|{year}{between}{m}{between}{d}|{d}{between}{m}{between}{y}"
        rf"|{m}{between}{d}{between}{y}|{d}(?:er|st|th|º)?(?: de)?{word}{year}"
        rf"|[^\W\d]{{3,12}}\W{{1,2}}{d}(?:st|th)?\W{{1,3}}{year})(?!\d)"
    )
    texts = (*root.itertext(), *(value for e in root.iter() for value in e.attrib.values()))
    return any(given.search(str(text)) for text in texts)
