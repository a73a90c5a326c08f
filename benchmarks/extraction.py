"""Measure extraction on news pages with known text, beside trafilatura and newspaper4k.

    python benchmarks/extraction.py FOLDER

FOLDER holds truth.jsonl, a line a page: id ("collection-name"), file (HTML, gzip or plain, in
FOLDER), url, paragraphs, and title, authors and published where they are known. Body: F1 of the
tokens, the mean over each collection's pages. Title and authors: the same words in order. Date: the
same day, where the article was published. newspaper4k is measured where it is installed
(`pip install "hemero[bench]"`).
"""

import argparse
import gzip
import json
import logging
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from trafilatura import bare_extraction

from archive.errors import UnreadableInputError
from archive.extraction.extract import extract_article

FIELDS = ("title", "date", "authors")


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a reader makes of a page."""

    text: str = ""
    title: str = ""
    published: str = ""
    authors: tuple[str, ...] = ()


Reader = Callable[[str, str], Extracted]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    logging.disable(logging.CRITICAL)
    pages = list(read_pages(folder))
    readers: dict[str, Reader] = {
        "Hemero": read_with_hemero,
        f"trafilatura {metadata.version('trafilatura')}": read_with_trafilatura,
    }
    console = Console()
    if newspaper := _find_newspaper():
        readers[f"newspaper4k {metadata.version('newspaper4k')}"] = newspaper
    else:
        hint = 'newspaper4k is not installed; pip install "hemero[bench]" to measure it too'
        console.print(hint, markup=False)
    figures = {name: measure(reader, pages) for name, reader in readers.items()}
    console.print(_table(figures, len(pages)))


def read_pages(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Every page's truth with its HTML."""
    with (folder / "truth.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            truth = json.loads(line)
            data = (folder / truth["file"]).read_bytes()
            data = gzip.decompress(data) if truth["file"].endswith(".gz") else data
            yield truth, data.decode("utf-8", "replace")


def measure(reader: Reader, pages: list[tuple[dict[str, Any], str]]) -> dict[str, float]:
    """Each figure's mean over the pages whose truth knows the field; pages a second."""
    scores: defaultdict[str, list[float]] = defaultdict(list)
    seconds = 0.0
    for truth, html in pages:
        started = time.perf_counter()
        found = reader(html, truth["url"])
        seconds += time.perf_counter() - started
        for name, score in score_page(truth, found):
            scores[name].append(score)
    means = {name: sum(values) / len(values) for name, values in scores.items()}
    return means | {"pages/s": len(pages) / seconds}


def score_page(truth: dict[str, Any], found: Extracted) -> Iterator[tuple[str, float]]:
    collection = truth["id"].split("-")[0]
    yield f"body F1 {collection}", token_f1(found.text, "\n".join(truth["paragraphs"]))
    if truth["title"]:
        yield "title", fold(found.title) == fold(truth["title"])
    if truth["published"]:
        yield "date", found.published[:10] == truth["published"][:10]
    if truth["authors"]:
        yield "authors", fold(" ".join(found.authors)) == fold(" ".join(truth["authors"]))


def token_f1(found: str, wanted: str) -> float:
    """Twice the tokens in common over all tokens of both."""
    bags = [Counter(re.findall(r"\w+", text.lower())) for text in (found, wanted)]
    common = (bags[0] & bags[1]).total()
    return 2 * common / (bags[0].total() + bags[1].total()) if common else 0.0


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def read_with_hemero(html: str, url: str) -> Extracted:
    try:
        draft = extract_article(html, url)
    except UnreadableInputError:
        return Extracted()
    text = "\n".join(draft.paragraphs)
    return Extracted(text, draft.title, draft.published or "", draft.authors)


def read_with_trafilatura(html: str, url: str) -> Extracted:
    """Alone, in its balanced mode, which is its best on these collections."""
    document = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
    if document is None or isinstance(document, dict):
        return Extracted()
    authors = tuple(name.strip() for name in (document.author or "").split(";"))
    return Extracted(document.text or "", document.title or "", document.date or "", authors)


def _find_newspaper() -> Reader | None:
    try:
        import newspaper
    except ImportError:
        return None

    def read(html: str, url: str) -> Extracted:
        address = url or "https://example.org/"
        article = newspaper.Article(url=address, fetch_images=False)  # else it uses the network
        try:
            article.download(input_html=html)
            article.parse()
        except (newspaper.ArticleException, ImportError, ValueError):  # e.g. no Hindi tokenizer
            return Extracted()
        published = str(article.publish_date or "")
        return Extracted(article.text, article.title, published, tuple(article.authors))

    return read


def _table(figures: dict[str, dict[str, float]], pages: int) -> Table:
    table = Table("", *figures, title=f"{pages} pages")
    names = next(iter(figures.values()))
    bodies = sorted(name for name in names if name.startswith("body"))
    for name in (*bodies, *(field for field in FIELDS if field in names)):
        table.add_row(name, *(f"{found[name]:.3f}" for found in figures.values()))
    table.add_row("pages/s", *(f"{found['pages/s']:.1f}" for found in figures.values()))
    return table


if __name__ == "__main__":
    main()
