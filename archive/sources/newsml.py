"""NewsML-G2 2.x: the text of a newsItem, or of every newsItem in a newsMessage (IPTC NAR)."""

from collections.abc import Iterator
from dataclasses import replace
from io import BufferedReader

from lxml import etree

from archive.errors import UnreadableInputError
from archive.model import ArticleDraft, SourceItem
from archive.sources.nitf import draft_from_nitf
from archive.sources.options import ReadOptions
from archive.sources.shared.agency import byline_names, tree_paragraphs, web_address, withdrawn_item
from archive.sources.shared.records import item_name
from archive.text.decode import read_document
from archive.text.normalize import split_paragraphs
from archive.text.xml import LANGUAGE, find_text, opens_with, parse_xml
from archive.wordings import EMPTY_NEWS_MESSAGE, ITEM_WITHOUT_TEXT, NO_TEXT_OF_ITS_OWN, OTHER_XML

SUFFIXES = (".xml", ".newsml")
_ROOTS = ("newsMessage", "newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem")
_EMPTY = ArticleDraft(title="", paragraphs=())


def recognizes(head: bytes) -> bool:
    return opens_with(head, *_ROOTS)


def read_items(stream: BufferedReader, name: str, options: ReadOptions) -> Iterator[SourceItem]:
    """Yield an item for each news item; those without a text are rejected with the reason."""
    try:
        root = parse_xml(read_document(stream))
        if root.tag not in _ROOTS:
            raise UnreadableInputError(OTHER_XML(name=str(root.tag)[:40]))
    except UnreadableInputError as exc:
        yield SourceItem(name, problem=exc.message)
        return
    items = list(root.iterfind("itemSet/*")) if root.tag == "newsMessage" else [root]
    if not items:
        yield SourceItem(name, problem=EMPTY_NEWS_MESSAGE())
    for number, item in enumerate(items, start=1):
        yield _read_item(item, name if len(items) == 1 else f"{name}:{number}")


def _read_item(item: etree._Element, place: str) -> SourceItem:
    name = item_name(item.get("guid"), place)
    if item.tag != "newsItem":
        return SourceItem(name, problem=NO_TEXT_OF_ITS_OWN(kind=item.tag))
    status = item.find("itemMeta/pubStatus")
    rejected = withdrawn_item(name, _code(status) if status is not None else "")
    try:
        return rejected or SourceItem(name, _draft(item))
    except UnreadableInputError as exc:
        return SourceItem(name, problem=exc.message)


def _draft(item: etree._Element) -> ArticleDraft:
    """Return the content with the item's metadata, which overrides that of the content."""
    title = find_text(item, "contentMeta/headline")
    content = _content(item, title)
    if not content.paragraphs:
        kind = _code(item.find("itemMeta/itemClass")) or "item"
        raise UnreadableInputError(ITEM_WITHOUT_TEXT(kind=kind[:40]))
    created = find_text(item, "contentMeta/contentCreated", "itemMeta/firstCreated")
    version = find_text(item, "itemMeta/versionCreated")
    return ArticleDraft(
        title=title or content.title,
        paragraphs=content.paragraphs,
        source=_source(item) or content.source,
        authors=_authors(item) or content.authors,
        url=web_address(item.get("guid")),
        language=_language(item) or content.language,
        published=created or content.published or version or None,
        modified=find_text(item, "contentMeta/contentModified") or version or None,
        section=find_text(item, "contentMeta/subject/name") or content.section,
    )


def _content(item: etree._Element, title: str) -> ArticleDraft:
    """Return the first readable rendition of the text, markup before plain text."""
    for inline in item.iterfind("contentSet/inlineXML"):
        for root in inline:
            draft = _read_markup(root, title)
            if draft.paragraphs:
                return draft
    for plain in item.iterfind("contentSet/inlineData"):
        if (plain.get("contenttype") or "text/plain").startswith("text/plain"):
            return replace(_EMPTY, paragraphs=split_paragraphs("".join(plain.itertext())))
    return _EMPTY


def _read_markup(root: etree._Element, title: str) -> ArticleDraft:
    if root.tag == "nitf":
        draft = draft_from_nitf(root)
        other_lines = tuple(line for line in draft.paragraphs if line != title)
        return replace(draft, paragraphs=other_lines)
    return replace(_EMPTY, paragraphs=tree_paragraphs(root, title))


def _source(item: etree._Element) -> str | None:
    paths = ("itemMeta/provider", "contentMeta/infoSource", "rightsInfo/copyrightHolder")
    name = find_text(item, *(f"{path}/name" for path in paths), "contentMeta/creditline")
    return name or _code(item.find("itemMeta/provider")) or None


def _authors(item: etree._Element) -> tuple[str, ...]:
    byline = byline_names(find_text(item, "contentMeta/by"))
    names = (find_text(creator, "name") for creator in item.iterfind("contentMeta/creator"))
    return byline or tuple(filter(None, names))


def _language(item: etree._Element) -> str | None:
    element = item.find("contentMeta/language")
    tag: str | None = element.get("tag") if element is not None else None
    return tag or item.get(LANGUAGE) or None


def _code(element: etree._Element | None) -> str:
    """Return the code of a qcode, uri or literal, such as "usable" for "stat:usable"."""
    if element is None:
        return ""
    identifier = element.get("qcode") or element.get("uri") or element.get("literal") or ""
    return identifier.replace("/", ":").rpartition(":")[2]
