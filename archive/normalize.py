"""From what a source gave to what the store keeps: one form for each URL, text, date and language.

Pure: the same draft always gives the same article.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urldefrag, urlsplit

import courlan

from archive.dedup import content_hash
from archive.errors import UnreadableInputError
from archive.language import detect_language, language_code
from archive.model import PARAGRAPH_BREAK, ArticleDraft

EARLIEST_YEAR = 1400
LONGEST_DATE_CHARACTERS = 100
LONGEST_FIELD_CHARACTERS = 2_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_YEAR_OF_ZEROS = re.compile(r" 00\d\d ")  # an unset date, which would be read as of this century
_PLAIN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class NormalizedDraft:
    """A draft in the store's form; `remarks` say what could not be kept and why."""

    title: str
    paragraphs: tuple[str, ...]
    source: str | None
    authors: tuple[str, ...]
    url: str | None
    language: str
    published: str | None
    content_hash: str
    remarks: tuple[str, ...] = ()


def normalize_draft(draft: ArticleDraft) -> NormalizedDraft:
    """The draft in the store's form.

    A URL or date that means nothing is left out with a remark. Raises UnreadableInputError where
    no text is left.
    """
    paragraphs = tuple(p for p in map(clean_line, draft.paragraphs) if p)
    if not paragraphs:
        raise UnreadableInputError("no text in it; an article needs at least one paragraph")
    title = _short(draft.title) or ""
    remarks: list[str] = []
    text = PARAGRAPH_BREAK.join(paragraphs)
    return NormalizedDraft(
        title=title,
        paragraphs=paragraphs,
        source=_short(draft.source),
        authors=tuple(a for a in map(_short, draft.authors) if a),
        url=_kept(canonical_url, draft.url, remarks),
        language=language_code(draft.language) or detect_language(f"{title}\n{text}"),
        published=_kept(parse_published, draft.published, remarks),
        content_hash=content_hash(paragraphs),
        remarks=tuple(remarks),
    )


def clean_line(text: str) -> str:
    """One line of NFC text: no control characters, no lone surrogates, single spaces."""
    visible = _CONTROL.sub(" ", text)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def split_paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of plain text: its lines, unless they are hard-wrapped between blank lines."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line for block in blocks for line in _unwrap(block.strip("\n"))]
    return tuple(line for line in map(clean_line, lines) if line)


def _unwrap(block: str) -> list[str]:
    lines = block.split("\n")
    widths = [len(line) for line in lines[:-1]]
    wrapped = len(lines) > 2 and max(widths) <= 100 and min(widths) >= 50
    return [" ".join(lines)] if wrapped else lines


def canonical_url(url: str) -> str:
    """The URL without tracking parameters, default port or fragment, its query sorted.

    Raises ValueError unless it is an absolute http or https URL.
    """
    # courlan forgives some malformed authorities that urlsplit refuses; the strict reading decides.
    line = clean_line(url)
    parts = urlsplit(line)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(f"not a web address: {_shown(url)}")
    return urldefrag(courlan.normalize_url(line)).url


def parse_published(raw: str) -> str:
    """ISO 8601: the UTC time ending in Z, or a plain date where no time was given.

    Reads ISO 8601, RFC 5322 dates and dates in words of many languages; a time without an offset
    is taken as UTC. Raises ValueError for anything else.
    """
    text = clean_line(raw)
    moment = _parse_iso(text) or _parse_rfc5322(text) or _parse_words(text)
    found = _in_utc(moment) if isinstance(moment, datetime) else moment
    if found is None or found.year < EARLIEST_YEAR:
        raise ValueError(f"not a date: {_shown(raw)}")
    return format_utc(found) if isinstance(found, datetime) else found.isoformat()


def format_utc(moment: datetime) -> str:
    """ISO 8601 in UTC to the second, as the store writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:  # before year 1 or after 9999
        return None


def _parse_iso(text: str) -> date | None:
    try:
        if _PLAIN_DATE.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parse_rfc5322(text: str) -> date | None:
    if _YEAR_OF_ZEROS.search(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _parse_words(text: str) -> date | None:
    if len(text) > LONGEST_DATE_CHARACTERS or not any(c.isdigit() for c in text):
        return None
    import dateparser  # loads its language tables: only for dates in words

    moment: datetime | None = dateparser.parse(
        text, settings={"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    )
    if moment is None:
        return None
    return moment if re.search(r"\d[:hH]\d{2}|\d ?[hH]\b", text) else moment.date()


def _short(text: str | None) -> str | None:
    return (clean_line(text)[:LONGEST_FIELD_CHARACTERS].rstrip() or None) if text else None


def _kept(parse: Callable[[str], str], raw: str | None, remarks: list[str]) -> str | None:
    if not raw or not raw.strip():
        return None
    try:
        return parse(raw)
    except ValueError as exc:
        remarks.append(f"{exc}; kept without it")
        return None


def _shown(raw: str) -> str:
    return repr(raw if len(raw) <= 60 else raw[:60] + "…")
