"""Clean and bound the fields of a feed's items, which may hold anything. Pure."""

import html
import re
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from archive.errors import FieldRefusedError
from archive.messages import Message
from archive.text.addresses import canonical_url
from archive.text.normalize import clean_line, date_with_offset, parse_published
from archive.wordings import DATED_IN_THE_FUTURE, KEPT_WITHOUT, LINK_REFUSED, TEXT_CUT, TITLE_CUT

MAX_TITLE_CHARACTERS = 500
MAX_CONTENT_CHARACTERS = 300_000
MAX_KEY_CHARACTERS = 1_000
MAX_RAW_CHARACTERS = 100_000
MAX_NAME_CHARACTERS = 300
MAX_TAG_CHARACTERS = 35
MAX_AUTHORS = 20
MAX_FUTURE = timedelta(days=2)  # clocks and time zones differ
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# Each alternative stops at its own next opening, so that a field of many unclosed openings is
# scanned once and not once for each of them.
_INVISIBLE = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<!doctype[^<>]*>|<(script|style)\b(?:(?!<\1\b).)*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_EMAIL = re.compile(r"\S+@\S+\.\S+")


def plain_text(markup: str) -> str:
    """Return one line of text without tags, with character references resolved.

    Text without tags is unescaped and cleaned again; "<p>the &lt;blink&gt; tag" keeps "<blink>".
    """
    text, tags = _TAG.subn(" ", _INVISIBLE.sub(" ", markup[:MAX_RAW_CHARACTERS]))
    text = html.unescape(text)
    return clean_line(text if tags else _TAG.sub(" ", _INVISIBLE.sub(" ", text)))


def clean_title(raw: str, remarks: list[Message], is_markup: bool = True) -> str:
    """Return the title as plain text, cut to MAX_TITLE_CHARACTERS with a remark."""
    title = plain_text(raw) if is_markup else clean_line(raw[:MAX_RAW_CHARACTERS])
    if len(raw) <= MAX_TITLE_CHARACTERS or len(title) <= MAX_TITLE_CHARACTERS:
        return title
    remarks.append(TITLE_CUT(total=len(raw), number=MAX_TITLE_CHARACTERS))
    return title[:MAX_TITLE_CHARACTERS].rstrip() + "…"


def clean_content(raw: str, remarks: list[Message]) -> str:
    if len(raw) > MAX_CONTENT_CHARACTERS:
        remarks.append(TEXT_CUT(total=len(raw), number=MAX_CONTENT_CHARACTERS))
    return raw[:MAX_CONTENT_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def clean_link(raw: str, base: str, remarks: list[Message]) -> str | None:
    """Return the absolute http(s) address, or None with a remark if it is not a valid one."""
    raw = clean_line(raw)
    if not raw:
        return None
    try:
        link = urljoin(base, raw)
    except ValueError:
        link = raw
    try:
        canonical_url(link)
    except FieldRefusedError as exc:
        remarks.append(LINK_REFUSED(reason=exc.message))
        return None
    return link


def clean_date(raw: str, now: datetime, remarks: list[Message]) -> str | None:
    """Return the date in ISO 8601, a time with the offset that it gives; None if missing, invalid
    or in the future."""
    if not raw.strip():
        return None
    try:
        published = parse_published(raw)
        given = date_with_offset(raw)
    except FieldRefusedError as exc:
        remarks.append(KEPT_WITHOUT(reason=exc.message))
        return None
    if published > (now + MAX_FUTURE).strftime("%Y-%m-%dT%H:%M:%SZ"):
        remarks.append(DATED_IN_THE_FUTURE(date=published))
        return None
    return given


def clean_authors(names: list[str]) -> tuple[str, ...]:
    """Return the distinct names, without e-mail addresses and links."""
    shortened = (name[:MAX_NAME_CHARACTERS] for name in names[:MAX_AUTHORS])
    cleaned = (plain_text(_EMAIL.sub(" ", name)).strip(" ()<>,;") for name in shortened)
    return tuple(dict.fromkeys(n for n in cleaned if n and "://" not in n))


def clean_language(raw: str) -> str | None:
    """Return the language tag (RFC 5646) unchanged, or None if it is empty or too long for one."""
    tag = clean_line(raw[:MAX_RAW_CHARACTERS])
    return tag if 0 < len(tag) <= MAX_TAG_CHARACTERS else None


def clean_key(identity: str, link: str | None, title: str, content: str) -> str:
    """Return an item's key: its guid or id, else its canonical link, else a hash of its text."""
    from hashlib import sha256

    key = clean_line(identity) or (canonical_url(link) if link else "")
    if key and len(key) <= MAX_KEY_CHARACTERS:
        return key
    return "sha256:" + sha256((key or f"{title}\n{content}").encode("utf-8", "replace")).hexdigest()


def host_of(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
