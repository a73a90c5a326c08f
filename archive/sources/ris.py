"""RIS, the citations of literature managers and press databases: those with an abstract or text."""

import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

import rispy

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.sources.options import ReadOptions
from archive.text.decode import decode_text, read_document
from archive.text.normalize import split_paragraphs
from archive.wordings import CITATION_WITHOUT_TEXT, RIS_DAMAGED

CONTENT_DECIDES = True
SUFFIXES = (".ris",)
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\d+\.?\s+)?TY  - ?[A-Z]+")
TITLES = ("title", "primary_title", "translated_title")
SOURCES = ("journal_name", "secondary_title", "alternate_title2", "alternate_title1", "publisher")
TEXTS = ("abstract", "notes_abstract")
DATES = ("date", "publication_year", "year")


def recognizes(head: bytes) -> bool:
    return _BEGINNING.match(head) is not None


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each citation, named by its place."""
    try:
        text = decode_text(read_document(stream))
        citations = rispy.loads(text[max(0, text.find("TY  -")) :], skip_unknown_tags=True)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)
        return
    except (OSError, ValueError, LookupError, TypeError) as exc:
        yield SourceItem(name, problem=RIS_DAMAGED(reason=exc))
        return
    for place, citation in enumerate(citations, start=1):
        yield _read_citation(citation, f"{name}:{place}")


def _read_citation(citation: dict[str, Any], name: str) -> SourceItem:
    text = split_paragraphs(_first(citation, TEXTS) or "")
    if not text:
        return SourceItem(name, problem=CITATION_WITHOUT_TEXT())
    urls = citation.get("urls") or [None]
    authors = citation.get("authors") or citation.get("first_authors") or ()
    draft = ArticleDraft(
        title=_first(citation, TITLES) or "",
        paragraphs=text,
        source=_first(citation, SOURCES),
        authors=tuple(map(str, authors)),
        url=urls[0],
        language=citation.get("language"),
        published=(_first(citation, DATES) or "").strip("/ ").replace("/", "-") or None,
    )
    return SourceItem(name, draft)


def _first(citation: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((str(citation[name]) for name in names if citation.get(name)), None)
