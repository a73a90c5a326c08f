"""Plain text: the first line is the title, the others are paragraphs."""

from collections.abc import Iterator
from io import BufferedReader

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.sources.options import ReadOptions
from archive.text.decode import decode_text, read_document
from archive.text.normalize import split_paragraphs
from archive.wordings import EMPTY

SUFFIXES = (".txt", ".text", ".md")


def recognizes(head: bytes) -> bool:
    """Return True: what no other format claims is text, or rejected as binary while decoding."""
    return True


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    try:
        yield SourceItem(name, draft_from_text(decode_text(read_document(stream))))
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)


def draft_from_text(text: str) -> ArticleDraft:
    """Return the draft; a single line is its text. Raise UnreadableInputError if all is blank."""
    lines = split_paragraphs(text)
    if not lines:
        raise UnreadableInputError(EMPTY())
    if len(lines) == 1:
        return ArticleDraft(title="", paragraphs=lines)
    return ArticleDraft(title=lines[0], paragraphs=lines[1:])
