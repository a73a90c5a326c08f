"""A mail (RFC 5322), or a web page saved with its pictures in the form of one (MHTML, RFC 2557)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from io import BufferedReader
from typing import cast

from archive.errors import UnreadableInputError
from archive.extraction.extract import read_original
from archive.model import ArticleDraft, OriginalPage, SourceItem
from archive.sources.html import page_item
from archive.sources.options import ReadOptions
from archive.text.decode import decode_text, read_document
from archive.text.normalize import split_paragraphs
from archive.wordings import MAIL_DAMAGED, MAIL_WITHOUT_TEXT

CONTENT_DECIDES = True
SUFFIXES = (".eml", ".mht", ".mhtml")
_HEADERS = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[ \t][^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+")
_TELLING = re.compile(
    rb"^(?:MIME-Version|Content-Type|Received|Message-ID):", re.IGNORECASE | re.MULTILINE
)


def recognizes(head: bytes) -> bool:
    """Return whether it begins with headers, one of which only mails have."""
    headers = _HEADERS.match(head)
    return headers is not None and _TELLING.search(headers[0]) is not None


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    try:
        yield _read_mail(read_document(stream), name, options)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)


def _read_mail(data: bytes, name: str, options: ReadOptions) -> SourceItem:
    try:
        mail = message_from_bytes(data, policy=policy.default)
        address = mail.get("Snapshot-Content-Location") or mail.get("Content-Location")
        part = mail.get_body(("html",) if address else ("plain", "html"))
        if part is None:
            raise UnreadableInputError(MAIL_WITHOUT_TEXT())
        body = cast(bytes, part.get_payload(decode=True))
        page = OriginalPage(body, part.get_content_charset(), str(address or "").strip())
        if address:
            return page_item(name, page, options)
        return SourceItem(name, _draft(mail, page, part.get_content_subtype() == "html"))
    except (MessageError, LookupError, ValueError, TypeError, AttributeError) as exc:
        # The standard library's parser fails in these ways on damaged headers and encodings.
        raise UnreadableInputError(MAIL_DAMAGED(reason=type(exc).__name__)) from exc


def _draft(mail: EmailMessage, page: OriginalPage, is_html: bool) -> ArticleDraft:
    """Return the mail's text under its subject; the sender is its source."""
    sender, address = parseaddr(str(mail.get("From", "")))
    if is_html:
        draft = read_original(page)
    else:
        draft = ArticleDraft("", split_paragraphs(decode_text(page.data, page.charset)))
    if not draft.paragraphs:
        raise UnreadableInputError(MAIL_WITHOUT_TEXT())
    return replace(
        draft,
        title=str(mail.get("Subject", "")) or draft.title,
        source=sender or address or None,
        published=str(mail.get("Date", "")) or draft.published,
    )
