"""OPML 1.0 and 2.0 (opml.org/spec2.opml): lists of feeds to exchange with other readers. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from archive.errors import FieldRefusedError, NotAFeedError, UnreadableInputError
from archive.feed_formats.cleaning import plain_text
from archive.feed_formats.model import Feed
from archive.messages import Message
from archive.text.addresses import canonical_url
from archive.text.normalize import clean_line
from archive.text.xml_safety import decode_xml
from archive.wordings import NO_XML_URL, NOT_OPML, NOT_OPML_ROOT, OPML_ENTITIES, OPML_TOO_LARGE

MAX_OPML_BYTES = 20_000_000
MAX_OUTLINES = 20_000
_FEED_TYPES = ("", "rss", "atom", "rdf", "feed", "json", "jsonfeed")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list, or why an entry of the list is not a feed."""

    name: str
    url: str | None = None
    problem: Message | None = None


def read_opml(data: bytes) -> list[Outline]:
    """Return the feeds of a list, at any depth, each once. Raise NotAFeedError if it is not OPML.

    Outlines without an address are folders and notes and are skipped; broken ones say why.
    """
    if len(data) > MAX_OPML_BYTES:
        raise NotAFeedError(OPML_TOO_LARGE(number=MAX_OPML_BYTES // 1_000_000))
    if b"<!ENTITY" in data.replace(b"\x00", b"").upper():
        raise NotAFeedError(OPML_ENTITIES())
    root = _parse(data)
    outlines: dict[str, Outline] = {}
    for element in root.iter():
        if _local_name(element) == "outline" and len(outlines) < MAX_OUTLINES:
            outline = _read_outline({_local(name): value for name, value in element.items()})
            if outline is not None:
                outlines.setdefault(outline.url or f"{outline.name}\n{outline.problem}", outline)
    return list(outlines.values())


def write_opml(feeds: Iterable[Feed], title: str = "Hemero feeds") -> str:
    """Return OPML 2.0 that `read_opml` and other readers accept."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"  <head><title>{escape(title)}</title></head>",
        "  <body>",
        *(f"    {_outline(feed)}" for feed in feeds),
        "  </body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _parse(data: bytes) -> Any:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(decode_xml(data).encode("utf-8"), parser)
    except UnreadableInputError as exc:
        raise NotAFeedError(NOT_OPML(reason=exc.message)) from exc
    except etree.LxmlError as exc:
        raise NotAFeedError(NOT_OPML(reason=exc)) from exc
    if root is None or _local_name(root) != "opml":
        raise NotAFeedError(NOT_OPML_ROOT())
    return root


def _read_outline(attributes: dict[str, str]) -> Outline | None:
    name = plain_text(attributes.get("title") or attributes.get("text") or "")
    raw = clean_line(attributes.get("xmlurl", ""))
    kind = attributes.get("type", "").strip().lower()
    if not raw:
        is_feed = kind in _FEED_TYPES[1:]
        return Outline(name or "outline", problem=NO_XML_URL()) if is_feed else None
    address = f"http:{raw[5:]}" if raw.lower().startswith("feed:") else raw  # feed://example.org
    try:
        canonical_url(address)
    except FieldRefusedError as exc:
        return Outline(name or raw[:100], problem=exc.message)
    return Outline(name, url=address)


def _outline(feed: Feed) -> str:
    name = clean_line(feed.source or feed.title or feed.url)
    parts = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url}
    return f"<outline {' '.join(f'{key}={quoteattr(part)}' for key, part in parts.items())}/>"


def _local_name(element: Any) -> str:
    return _local(element.tag) if isinstance(element.tag, str) else ""


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()
