"""NITF 3.x: one article of the News Industry Text Format (IPTC NITF 3.6)."""

from collections.abc import Iterator
from io import BufferedReader

from lxml import etree

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.sources.options import ReadOptions
from archive.sources.shared.agency import byline_names, tree_paragraphs, withdrawn_item
from archive.sources.shared.records import item_name
from archive.text.decode import read_document
from archive.text.xml import LANGUAGE, find_text, opens_with, parse_xml
from archive.wordings import OTHER_XML

SUFFIXES = (".xml", ".nitf")


def recognizes(head: bytes) -> bool:
    return opens_with(head, "nitf")


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    try:
        yield _read_root(parse_xml(read_document(stream)), name)
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)


def draft_from_nitf(root: etree._Element) -> ArticleDraft:
    """Return the draft of an nitf element; within NewsML-G2 the item's metadata complete it."""
    title = find_text(root, "body/body.head/hedline/hl1", "head/title")
    issued = _attribute(root, "head/docdata/date.issue", "norm")
    released = _attribute(root, "head/docdata/date.release", "norm")
    dateline = _attribute(root, "body/body.head/dateline/story.date", "norm")
    printed = _attribute(root, "head/pubdata", "date.publication")
    return ArticleDraft(
        title=title,
        paragraphs=_paragraphs(root, title),
        source=_source(root),
        authors=_authors(root),
        language=_attribute(root, "body", LANGUAGE) or root.get(LANGUAGE),
        published=issued or released or dateline or printed,
        section=_attribute(root, "head/pubdata", "position.section")
        or _attribute(root, "head/tobject/tobject.subject", "tobject.subject.type"),
    )


def _read_root(root: etree._Element, name: str) -> SourceItem:
    if root.tag != "nitf":
        raise UnreadableInputError(OTHER_XML(name=str(root.tag)[:40]))
    name = item_name(_attribute(root, "head/docdata/doc-id", "id-string"), name)
    status = _attribute(root, "head/docdata", "management-status")
    return withdrawn_item(name, status or "") or SourceItem(name, draft_from_nitf(root))


def _paragraphs(root: etree._Element, title: str) -> tuple[str, ...]:
    """Return second headlines, dateline and abstract, then the body, without repeated lines."""
    parts = (
        *root.iterfind("body/body.head/hedline/hl2"),
        *root.iterfind("body/body.head/dateline"),
        *root.iterfind("body/body.head/abstract"),
        *root.iterfind("body/body.content"),
        *root.iterfind("body/body.end"),
    )
    lines = [line for part in parts for line in tree_paragraphs(part, title)]
    return tuple(dict.fromkeys(lines))


def _source(root: etree._Element) -> str | None:
    head = "body/body.head/"
    owner = find_text(root, f"{head}distributor", f"{head}rights/rights.owner")
    holder = _attribute(root, "head/docdata/doc.copyright", "holder")
    return owner or holder or _attribute(root, "head/pubdata", "name")


def _authors(root: etree._Element) -> tuple[str, ...]:
    """Return the persons that the bylines name, without their titles."""
    names: list[str] = []
    for byline in root.iterfind("body/body.head/byline"):
        persons = [" ".join(" ".join(p.itertext()).split()) for p in byline.iterfind("person")]
        for titled in byline.iterfind("byttl"):
            titled.clear(keep_tail=True)
        names += persons or byline_names("".join(byline.itertext()).strip(" \n\t,"))
    return tuple(dict.fromkeys(filter(None, names)))


def _attribute(root: etree._Element, path: str, name: str) -> str | None:
    found = (element.get(name) for element in root.iterfind(path))
    return next(filter(None, found), None)
