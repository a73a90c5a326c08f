"""Tells tables of data from tables that lay out a page. Pure."""

from lxml.html import HtmlElement

_NOT_IN_CELLS = (".//p", ".//div", ".//table", ".//ul", ".//h2", ".//h3", ".//img", ".//script")
# What an element contains if it holds more than a line.
_LINE_BREAKS = ("br", "p", "div", "table")
MIN_TEXT_CHARACTERS = 200
MAX_COLUMNS = 8
# The share of the table's text that the cell with the article has at least.
_TEXT_SHARE = 0.5
# The share of that cell's text that a menu or an advertisement beside it has at most.
_SIDE_SHARE = 0.4


def is_data(row: HtmlElement) -> bool:
    """Return whether a row is to be read as one line of data."""
    if len(row) <= 1 or _text_cell(row) is not None:
        return False
    return all(row.find(path) is None for path in _NOT_IN_CELLS)


def is_side_cell(element: HtmlElement) -> bool:
    """Return whether it is a cell beside the one that contains the page's text."""
    row = element.getparent()
    if element.tag not in ("td", "th") or row is None or row.tag != "tr":
        return False
    text = _text_cell(row)
    return text is not None and text is not element and _size(element) < _SIDE_SHARE * _size(text)


def _text_cell(row: HtmlElement) -> HtmlElement | None:
    """Return the cell that has half of the table's text, in several lines; None if none has."""
    if not 1 < len(row) <= MAX_COLUMNS:
        return None
    cell = max(row, key=_size)
    table = next(row.iterancestors("table"), row)
    if _size(cell) < max(MIN_TEXT_CHARACTERS, _TEXT_SHARE * _size(table)):
        return None
    return cell if next(cell.iter(*_LINE_BREAKS), None) is not None else None


def _size(element: HtmlElement) -> int:
    return sum(map(len, element.itertext()))
