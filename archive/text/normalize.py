"""Normalizes what sources give for the store: each URL, text, date and language in one form.

Pure: the same draft always gives the same article.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from archive.errors import FieldRefusedError, UnreadableInputError
from archive.messages import Message
from archive.model import PARAGRAPH_BREAK, ArticleDraft, local_time
from archive.text.addresses import canonical_url
from archive.text.language import UNDETERMINED, decide_language, language_code
from archive.text.lines import MAX_FIELD_CHARACTERS, shorten
from archive.text.lines import clean_line as clean_line  # for all who read articles
from archive.wordings import KEPT_WITHOUT, NO_TEXT, NOT_A_DATE

EARLIEST_YEAR = 1400
MAX_DATE_CHARACTERS = 100
# Strict, as the standard library ignores "PM", "GMT+0100" and zones it does not know. A year of
# zeros is an unset date, which it would place in this century.
_RFC5322 = re.compile(
    r"(?:[A-Za-z]{3}, *)?\d{1,2} [A-Za-z]{3} (?:[1-9]\d{3}|\d\d) \d\d?:\d\d(?::\d\d)? "
    r"(?:[+-]\d{4}|UTC?|GMT|[ECMP][SD]T)(?: \([^()]*\))?"
)
_DAY_OR_MONTH_FIRST = re.compile(r"\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})\b")
_TIME_OF_DAY = re.compile(r"\d[:hH]\d{2}|\d ?[hH]\b|\d ?[ap]\.?m\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NormalizedDraft:
    """A draft in the store's form; `remarks` say what could not be kept and why.

    `names_language` is whether its source named the language; `captured` is in UTC.
    """

    title: str
    paragraphs: tuple[str, ...]
    source: str | None
    authors: tuple[str, ...]
    url: str | None
    language: str
    published: str | None
    content_hash: str
    published_offset: int | None = None
    modified: str | None = None
    section: str | None = None
    paywalled: bool | None = None
    remarks: tuple[Message, ...] = ()
    names_language: bool = False
    captured: str | None = None

    @property
    def published_local(self) -> str | None:
        return local_time(self.published, self.published_offset)


def normalize_draft(draft: ArticleDraft) -> NormalizedDraft:
    """Return the draft in the store's form.

    An invalid URL or date is left out, and a plainly wrong language corrected, each with a remark.
    Raises UnreadableInputError if no text is left.
    """
    paragraphs = tuple(p for p in map(clean_line, draft.paragraphs) if p)
    if not paragraphs:
        raise UnreadableInputError(NO_TEXT())
    title = _clean_field(draft.title) or ""
    text = PARAGRAPH_BREAK.join(paragraphs)
    language, remark = decide_language(draft.language, f"{title}\n{text}")
    remarks = [remark] if remark else []
    url = _try_parse(canonical_url, draft.url, remarks)
    published = _try_parse(lambda raw: parse_published(raw, language), draft.published, remarks)
    return NormalizedDraft(
        title=title,
        paragraphs=paragraphs,
        source=_clean_field(draft.source),
        authors=tuple(a for a in map(_clean_field, draft.authors) if a),
        url=url,
        language=language,
        published=published,
        content_hash=content_hash(paragraphs),
        published_offset=_offset_minutes(draft.published, language) if published else None,
        modified=_try_parse(lambda raw: parse_published(raw, language), draft.modified, remarks),
        section=_clean_field(draft.section),
        paywalled=draft.paywalled,
        remarks=tuple(remarks),
        names_language=language_code(draft.language) is not None,
        captured=_try_parse(parse_published, draft.captured, remarks),
    )


def content_hash(paragraphs: tuple[str, ...]) -> str:
    """Return the SHA-256, hexadecimal, of the text, without title, case and word spacing."""
    folded = "\n".join(" ".join(paragraph.casefold().split()) for paragraph in paragraphs)
    return hashlib.sha256(folded.encode()).hexdigest()


def split_paragraphs(text: str) -> tuple[str, ...]:
    """Return the paragraphs of plain text: its lines, or its blocks if they are hard-wrapped."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line for block in blocks for line in _unwrap(block.strip("\n"))]
    return tuple(line for line in map(clean_line, lines) if line)


def _unwrap(block: str) -> list[str]:
    lines = block.split("\n")
    widths = [len(line) for line in lines[:-1]]
    wrapped = len(lines) > 2 and max(widths) <= 100 and min(widths) >= 50
    return [" ".join(lines)] if wrapped else lines


def parse_published(raw: str, language: str | None = None) -> str:
    """Return ISO 8601: the UTC time ending in Z, or a plain date if no time was given.

    Reads ISO 8601, RFC 5322 dates and dates in words of many languages; a time without an offset
    is taken as UTC. In 03/12/2021 the month comes first in English and if the language is unknown.
    Raises FieldRefusedError for anything else.
    """
    moment = parse_moment(raw, language)
    found = _in_utc(moment) if isinstance(moment, datetime) else moment
    if found is None or found.year < EARLIEST_YEAR:
        raise FieldRefusedError(NOT_A_DATE(text=shorten(raw)))
    return format_utc(found) if isinstance(found, datetime) else found.isoformat()


def _offset_minutes(raw: str | None, language: str) -> int | None:
    """Return the minutes a date's time zone is east of UTC; None if it names no zone."""
    moment = parse_moment(raw or "", language)
    offset = moment.utcoffset() if isinstance(moment, datetime) and _in_utc(moment) else None
    return None if offset is None else int(offset.total_seconds() // 60)


def parse_moment(raw: str, language: str | None) -> date | None:
    """Return the day, or the moment with the offset it gives; None if it cannot be read."""
    text = clean_line(raw)
    day_first = "." in text or language not in (None, "en", UNDETERMINED)
    return _parse_iso(text) or _parse_rfc5322(text) or _parse_words(text, day_first)


def format_utc(moment: datetime) -> str:
    """Return ISO 8601 in UTC to the second, as the store writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:  # before year 1 or after 9999
        return None


def _parse_iso(text: str) -> date | None:
    for kind in (date, datetime):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return None


def _parse_rfc5322(text: str) -> date | None:
    if not _RFC5322.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


@lru_cache(maxsize=4_096)  # an invalid date is tried in every language: 30 ms
def _parse_words(text: str, day_first: bool) -> date | None:
    if len(text) > MAX_DATE_CHARACTERS or not any(c.isdigit() for c in text):
        return None
    import dateparser  # slow to load: only for dates in words

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    if day_first and _DAY_OR_MONTH_FIRST.match(text):
        settings["DATE_ORDER"] = "DMY"
    moment: datetime | None = dateparser.parse(text, settings=settings)
    if moment is None:
        return None
    return moment if _TIME_OF_DAY.search(text) else moment.date()


def _clean_field(text: str | None) -> str | None:
    return (clean_line(text)[:MAX_FIELD_CHARACTERS].rstrip() or None) if text else None


def _try_parse(parse: Callable[[str], str], raw: str | None, remarks: list[Message]) -> str | None:
    if not raw or not raw.strip():
        return None
    try:
        return parse(raw)
    except FieldRefusedError as exc:
        remarks.append(KEPT_WITHOUT(reason=exc.message))
        return None
