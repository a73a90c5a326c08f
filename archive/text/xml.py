"""Parses untrusted XML safely. Pure.

No entity is expanded, no DTD or other file is loaded, no host is contacted, and nothing nests more
than 256 deep (libxml2 without huge_tree). See the OWASP XXE prevention notes; CWE-611, CWE-776.
"""

import html
import re

from lxml import etree

from archive.errors import UnreadableInputError
from archive.text.decode import decode_text
from archive.text.xml_safety import replace_forbidden
from archive.wordings import XML_BROKEN, XML_ENTITIES

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Skips the XML declaration, comments and a document type without an internal subset.
_FIRST_TAG = re.compile(
    rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<[?!][^>]*>\s*)*<(?:[\w.-]+:)?([\w.-]+)"
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31};")


def opens_with(head: bytes, *names: str) -> bool:
    """Return whether the first element in a document's first bytes has one of these names."""
    first = _FIRST_TAG.search(head.replace(b"\x00", b""))
    return first is not None and first[1].decode("ascii") in names


def parse_xml(data: bytes) -> etree._Element:
    """Return the root element, without namespaces, comments and processing instructions.

    A wrong encoding, a control character or an HTML entity that breaks the XML is repaired first.
    Raises UnreadableInputError if it is not well-formed, or declares entities of its own.
    """
    if b"<!ENTITY" in data.replace(b"\x00", b""):  # in UTF-16 too
        raise UnreadableInputError(XML_ENTITIES())
    try:
        root = _parse(data)
    except etree.XMLSyntaxError:
        root = _parse_repaired(data)
    else:
        if next(root.iter(etree.Entity), None) is not None:
            root = _parse_repaired(data)
    return _without_namespaces(root)


def text_of(element: etree._Element | None) -> str:
    """Return all text in an element, in one line; empty if there is no element."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def find_text(root: etree._Element, *paths: str) -> str:
    """Return the text of the first element that has any, or an empty string."""
    found = (text_of(element) for path in paths for element in root.iterfind(path))
    return next((text for text in found if text), "")


def _parse(data: bytes, encoding: str | None = None) -> etree._Element:
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    return etree.fromstring(data, parser)


def _parse_repaired(data: bytes) -> etree._Element:
    text = _DECLARATION.sub("", decode_text(data), count=1)
    text = _NAMED_ENTITY.sub(lambda found: html.escape(html.unescape(found[0])), text)
    try:
        return _parse(replace_forbidden(text, " ").encode(), "utf-8")
    except (etree.XMLSyntaxError, ValueError) as exc:
        reason = " ".join(str(exc).split())[:200]
        raise UnreadableInputError(XML_BROKEN(reason=reason)) from exc


def _without_namespaces(root: etree._Element) -> etree._Element:
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root
