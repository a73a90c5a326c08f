"""Citations of an article or a passage, for other programs. Pure.

BibTeX, RIS, CSL-JSON, Markdown and one plain line. Every value is one line of NFC text without
control characters, whatever the article holds.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from archive.model import Article, headline_of
from archive.text.dates import YEAR_CHARACTERS
from archive.text.language import UNDETERMINED
from archive.text.normalize import clean_line
from archive.text.unicode import normalize
from web.exports.bylines import PersonName, split_name

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# BibTeX counts braces, even escaped ones, so each is written by its name.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&#%_"},
    }
)
_LIGATURE = re.compile(r"([-`',<>])(?=\1)|([?!])(?=`)")  # TeX would set "--" as a dash
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>()#!|~&:=+.@-]")
_ADDRESS_SIGNS = "%/:?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Citation:
    """A cited article, or a passage of it, and its addresses.

    `url` is the permanent address of a passage. For a whole article it is the publisher's address,
    or ours if there is none. `other_url` is whichever of the two is not in `url`. `notes` and
    `tags` are the reader's own.
    """

    article: Article
    url: str
    other_url: str | None = None
    passage: str = ""
    notes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        paragraphs = map(clean_line, self.article.paragraphs)
        return headline_of(clean_line(self.article.title), filter(None, paragraphs))

    @property
    def quotation(self) -> str:
        """The passage on one line."""
        return clean_line(self.passage)

    @property
    def source(self) -> str:
        return clean_line(self.article.source or "")

    @property
    def authors(self) -> tuple[str, ...]:
        return tuple(filter(None, map(clean_line, self.article.authors)))

    @property
    def section(self) -> str:
        return clean_line(self.article.section or "")

    @property
    def language(self) -> str:
        """The language code, or "" if the language is unknown."""
        language = clean_line(self.article.language)
        return "" if language == UNDETERMINED else language

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes, each on one line."""
        return tuple(filter(None, map(clean_line, self.notes)))

    @property
    def keywords(self) -> tuple[str, ...]:
        return tuple(filter(None, map(clean_line, self.tags)))

    @property
    def day(self) -> str:
        """The day of publication on the publisher's clock, or the month or year, in ISO 8601; "" if
        it is unknown."""
        return self.article.day or ""

    @property
    def date_parts(self) -> list[int]:
        """Year, month and day of publication, as far as they are known."""
        return [int(part) for part in self.day.split("-") if part]


def cite(article: Article, permanent_url: str, passage: str = "") -> Citation:
    """Cite an article, or a passage of it, by its permanent address."""
    published_at = publisher_address(article)
    if passage or published_at is None:
        return Citation(article, permanent_url, published_at, passage)
    return Citation(article, published_at, permanent_url)


def publisher_address(article: Article) -> str | None:
    """Return the publisher's web address, or None; only http and https are accepted."""
    url = article.url or ""
    if not url.lower().startswith(("http://", "https://")):
        return None
    return quote(url, safe=_ADDRESS_SIGNS, errors="replace")


def format_bibtex(citations: Iterable[Citation]) -> str:
    """Return entries for BibTeX and biblatex: @article if a source is known, else @online."""
    return "\n".join(map(_bibtex_entry, citations))


def format_ris(citations: Iterable[Citation]) -> str:
    """Return records of type NEWS, one field a line; lines end with CR LF."""
    fields = (field for citation in citations for field in _ris_fields(citation))
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields)


def format_markdown(citation: Citation) -> str:
    """Return one line of CommonMark, followed by the passage as a block quote, each note as a
    paragraph, and the tags as a line of emphasized words."""
    parts = [
        _escape_markdown(", ".join(citation.authors)),
        f"[{_escape_markdown(citation.title)}](<{_address(citation.url)}>)",
        f"*{_escape_markdown(citation.source)}*" if citation.source else "",
        citation.day,
    ]
    blocks = [
        ", ".join(filter(None, parts)),
        f"> {_escape_markdown(citation.quotation)}" if citation.quotation else "",
        *map(_escape_markdown, citation.remarks),
        ", ".join(f"*{_escape_markdown(tag)}*" for tag in citation.keywords),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def format_heading(name: str, note: str) -> str:
    """Return a heading of CommonMark, and the note as a paragraph if there is one."""
    heading = f"# {_escape_markdown(clean_line(name))}"
    return "\n\n".join(filter(None, (heading, _escape_markdown(clean_line(note))))) + "\n\n"


def format_plain(citation: Citation) -> str:
    """Return one line of text, followed by the passage in quotation marks."""
    title = f"“{citation.title}”"
    about = (", ".join(citation.authors), title, citation.source, citation.day)
    line = ", ".join(filter(None, about))
    quoted = f"\n\n“{citation.quotation}”" if citation.quotation else ""
    return f"{line}. {_address(citation.url)}{quoted}\n"


def csl_record(citation: Citation) -> dict[str, Any]:
    """Return an item of CSL-JSON 1.0 without empty fields."""
    article, date_parts = citation.article, citation.date_parts
    record = {
        "id": cite_key(citation),
        "type": "article-newspaper",
        "title": citation.title,
        "author": [_csl_name(name, article.language) for name in citation.authors],
        "container-title": citation.source,
        "section": citation.section,
        "issued": {"date-parts": [date_parts]} if date_parts else None,
        "language": citation.language,
        "URL": _address(citation.url),
        "abstract": citation.quotation,
        "keyword": ", ".join(citation.keywords),
        "note": "; ".join(_remarks_and_address(citation)),
    }
    return {name: value for name, value in record.items() if value}


def cite_key(citation: Citation) -> str:
    """Return a key such as orsenne2021-42: ASCII, and unique to the article."""
    article, year = citation.article, citation.day[:YEAR_CHARACTERS]
    name = next(iter(citation.authors), citation.source)
    person = split_name(name, article.language)
    folded = normalize("NFKD", person.family if person else name).lower()
    letters = re.sub("[^a-z]", "", folded)[:20] or "article"
    return f"{letters}{year}-{article.id}"


def _bibtex_entry(citation: Citation) -> str:
    article, date_parts = citation.article, citation.date_parts
    fields = {
        "author": " and ".join(_bibtex_name(name, article.language) for name in citation.authors),
        "title": f"{{{_escape_tex(citation.title)}}}",
        "journal": _escape_tex(citation.source),
        "date": citation.day,
        "year": citation.day[:YEAR_CHARACTERS],
        "language": _escape_tex(citation.language),
        "url": _address(citation.url),
        "annote": _escape_tex("; ".join(_remarks_and_address(citation))),
        "abstract": _escape_tex(citation.quotation),
        "keywords": ", ".join(map(_bibtex_keyword, citation.keywords)),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    month = f"  month = {_MONTHS[date_parts[1] - 1]},\n" if len(date_parts) > 1 else ""
    kind = "article" if citation.source else "online"
    return f"@{kind}{{{cite_key(citation)},\n{''.join(lines)}{month}}}\n"


def _bibtex_name(name: str, language: str) -> str:
    """Return the parts of a person's name for BibTeX; braces keep any other name whole."""
    person = split_name(name, language)
    if person is None:
        return f"{{{_escape_tex(name)}}}"
    parts = (person.family, person.suffix, person.given)
    return ", ".join(_escape_tex(part) for part in parts if part)


def _bibtex_keyword(tag: str) -> str:
    """Return the tag; braces keep one with a comma whole."""
    escaped = _escape_tex(tag)
    return f"{{{escaped}}}" if "," in tag else escaped


def _remarks_and_address(citation: Citation) -> list[str]:
    """Return what formats with one field for notes keep in it."""
    return [*citation.remarks, *filter(None, [_address(citation.other_url or "")])]


def _ris_fields(citation: Citation) -> Iterator[tuple[str, str]]:
    article, day = citation.article, citation.day.replace("-", "/")
    people = [(name, split_name(name, article.language)) for name in citation.authors]
    fields = [
        ("TY", "NEWS"),
        ("ID", cite_key(citation)),
        *(("AU", person.inverted if person else name) for name, person in people),
        ("TI", citation.title),
        ("T2", citation.source),
        ("SE", citation.section),
        ("PY", citation.day[:YEAR_CHARACTERS]),
        ("DA", day),
        ("LA", citation.language),
        ("AB", citation.quotation),
        *(("KW", tag) for tag in citation.keywords),
        *(("N1", remark) for remark in citation.remarks),
        # A semicolon would separate two addresses.
        ("UR", _address(citation.url).replace(";", "%3B")),
        ("UR", _address(citation.other_url or "").replace(";", "%3B")),
    ]
    yield from (field for field in fields if field[1])
    yield "ER", ""


def _csl_name(name: str, language: str) -> dict[str, str]:
    person: PersonName | None = split_name(name, language)
    if person is None:
        return {"literal": name}
    parts = {"family": person.family, "given": person.given, "suffix": person.suffix}
    return {part: value for part, value in parts.items() if value}


def _address(url: str) -> str:
    """Percent-encode the address, so that it is safe in TeX, RIS and Markdown."""
    return quote(url, safe=_ADDRESS_SIGNS, errors="replace")


def _escape_tex(text: str) -> str:
    return _LIGATURE.sub(r"\1\2{}", text.translate(_TEX))


def _escape_markdown(text: str) -> str:
    """Put a backslash before every character that can have a meaning (CommonMark 0.31, 2.4)."""
    return _MARKDOWN.sub(r"\\\g<0>", text)
