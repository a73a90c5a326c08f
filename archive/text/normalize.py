"""Normalizes what sources give for the store: each URL, text, date and language in one form.

Pure: the same draft always gives the same article.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from typing import TypeVar

from archive.errors import FieldRefusedError, UnreadableInputError
from archive.messages import Message
from archive.model import PARAGRAPH_BREAK, ArticleDraft, Dated
from archive.text.addresses import canonical_url
from archive.text.dates import EARLIEST_YEAR, Written, place_in, read_written
from archive.text.language import UNDETERMINED, decide_language, language_code
from archive.text.lines import MAX_FIELD_CHARACTERS, shorten
from archive.text.lines import clean_line as clean_line  # for all who read articles
from archive.text.zones import Zones
from archive.wordings import KEPT_WITHOUT, NO_TEXT, NOT_A_DATE

Parsed = TypeVar("Parsed")
# A date as `Article.published` has it, and its zone in minutes east of UTC, if it has one.
StoredDate = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class NormalizedDraft(Dated):
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


def normalize_draft(draft: ArticleDraft, zones: Zones = Zones()) -> NormalizedDraft:
    """Return the draft in the store's form, with times that name no zone on the outlet's clock.

    An invalid URL or date is left out, and a plainly wrong language corrected, each with a remark.
    Raises UnreadableInputError if no text is left.
    """
    paragraphs = tuple(p for p in map(clean_line, draft.paragraphs) if p)
    if not paragraphs:
        raise UnreadableInputError(NO_TEXT())
    title = _clean_field(draft.title) or ""
    text = PARAGRAPH_BREAK.join(paragraphs)
    language, remark = decide_language(draft.language, f"{title}\n{text}")
    remarks = [*draft.remarks, *([remark] if remark else [])]
    url = _try_parse(canonical_url, draft.url, remarks)
    source = _clean_field(draft.source)
    parse_date = partial(_store_date, language=language, zone=zones.of(source))
    published, offset = _try_parse(parse_date, draft.published, remarks) or (None, None)
    modified, _ = _try_parse(parse_date, draft.modified, remarks) or (None, None)
    return NormalizedDraft(
        title=title,
        paragraphs=paragraphs,
        source=source,
        authors=tuple(a for a in map(_clean_field, draft.authors) if a),
        url=url,
        language=language,
        published=published,
        content_hash=content_hash(paragraphs),
        published_offset=offset,
        modified=modified,
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
    """Return ISO 8601: the UTC time ending in Z, or the day, month or year if no more was given.

    Reads what `read_written` reads; a time without an offset is taken as UTC. In 03/12/2021 the
    month comes first in English and if the language is unknown. Raises FieldRefusedError for
    anything else.
    """
    return _store_date(raw, language, None)[0]


def parse_moment(raw: str, language: str | None) -> date | None:
    """Return the day, or the moment with the offset it gives; None if the text gives neither."""
    written = _read_written(raw, language)
    return None if isinstance(written, str) else written


def is_date(raw: str) -> bool:
    """Return whether `parse_published` reads it."""
    try:
        parse_published(raw)
    except FieldRefusedError:
        return False
    return True


def date_with_offset(raw: str) -> str:
    """Return ISO 8601 as `parse_published` does, but a time with the offset that it gives.

    Raises FieldRefusedError.
    """
    stored, _ = _store_date(raw, None, None)
    written = _read_written(raw, None)
    if isinstance(written, datetime) and written.tzinfo is not None:
        return written.isoformat(timespec="seconds")
    return stored


def format_utc(moment: datetime) -> str:
    """Return ISO 8601 in UTC to the second, as the store writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_written(raw: str, language: str | None) -> Written | None:
    text = clean_line(raw)
    return read_written(text, "." in text or language not in (None, "en", UNDETERMINED))


def _store_date(raw: str, language: str | None, zone: tzinfo | None) -> StoredDate:
    """Return the date in the store's form. Raises FieldRefusedError."""
    written = _read_written(raw, language)
    local = place_in(written, zone) if isinstance(written, datetime) else written
    stored = _store_moment(local) if isinstance(local, datetime) else (str(local or ""), None)
    if int(stored[0].partition("-")[0] or 0) < EARLIEST_YEAR:
        raise FieldRefusedError(NOT_A_DATE(text=shorten(raw)))
    return stored


def _store_moment(moment: datetime) -> StoredDate:
    offset = moment.utcoffset()
    universal = format_utc(moment.replace(tzinfo=moment.tzinfo or UTC))
    return universal, None if offset is None else int(offset.total_seconds() // 60)


def _clean_field(text: str | None) -> str | None:
    return (clean_line(text)[:MAX_FIELD_CHARACTERS].rstrip() or None) if text else None


def _try_parse(
    parse: Callable[[str], Parsed], raw: str | None, remarks: list[Message]
) -> Parsed | None:
    if not raw or not raw.strip():
        return None
    try:
        return parse(raw)
    except FieldRefusedError as exc:
        remarks.append(KEPT_WITHOUT(reason=exc.message))
        return None
