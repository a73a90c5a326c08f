"""The keyword index on disk: one Whoosh document per article.

Text reaches Whoosh as terms already made by `indexer.analysis`, so one reading serves index, query
and highlight. `title` and `body` hold stemmed terms for ranking, those of compounds among them;
`title_exact` and `body_exact` every folded word with its position, for phrases and exact forms.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import whoosh.index
from whoosh.analysis import IDTokenizer
from whoosh.fields import NUMERIC, TEXT, Schema
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from indexer.engines.embedded.storage.merging import pick_segments
from indexer.engines.embedded.words.pickles import restrict_whoosh
from indexer.engines.port import IndexedArticle
from indexer.engines.scoring import field_terms

restrict_whoosh()

RANKED_FIELDS = ("title", "body")
EXACT_FIELDS = ("title_exact", "body_exact")
INDEX_NAME = "MAIN"
WRITER_MEMORY_MB = 256


def keyword_schema() -> Schema:
    # The analyzer is never asked: values are lists of terms.
    ranked = TEXT(analyzer=IDTokenizer(), phrase=False)
    exact = TEXT(analyzer=IDTokenizer(), phrase=True)
    return Schema(
        id=NUMERIC(numtype=int, bits=64, signed=False, unique=True, sortable=True, shift_step=0),
        title=ranked,
        body=ranked,
        title_exact=exact,
        body_exact=exact,
    )


def open_keyword_index(folder: Path) -> whoosh.index.Index:
    """The Whoosh index of the folder, made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    if whoosh.index.exists_in(str(folder), INDEX_NAME):
        return whoosh.index.open_dir(str(folder), INDEX_NAME)
    return whoosh.index.create_in(str(folder), keyword_schema(), INDEX_NAME)


def keyword_files(folder: Path) -> list[Path]:
    """The files of the last commit: its table of contents and its segments."""
    return [path for path in folder.iterdir() if path.suffix in (".toc", ".seg")]


def write_articles(
    folder: Path, articles: Iterable[IndexedArticle], deleted_ids: Iterable[int]
) -> None:
    """Replace these articles' documents and drop the deleted ones; visible when this returns."""
    index = open_keyword_index(folder)
    # Our own lock is held; Whoosh's would stay where its writer fails to open.
    writer = index.writer(limitmb=WRITER_MEMORY_MB, _lk=False)
    try:
        with index.reader() as reader:
            ids = [article.id for article in articles] + list(deleted_ids)
            field = index.schema["id"]
            known = [i for i in ids if ("id", field.to_bytes(i)) in reader]
        for article_id in known:
            writer.delete_by_term("id", article_id)
        for article in articles:
            writer.add_document(**_document(article))
    except BaseException:
        writer.cancel()
        raise
    writer.commit(mergetype=_merge_tier)


def _document(article: IndexedArticle) -> dict[str, Any]:
    title, title_exact = field_terms(article.title, article.language)
    body, body_exact = field_terms(article.text, article.language)
    return {
        "id": article.id,
        "title": title,
        "body": body,
        "title_exact": title_exact,
        "body_exact": body_exact,
    }


def _merge_tier(writer: SegmentWriter, segments: Sequence[Any]) -> list[Any]:
    """Whoosh merge policy: fold the full tier that `pick_segments` names into the new segment."""
    sizes = [segment.doc_count() for segment in segments]
    picked = pick_segments([*sizes, writer.doc_count()])
    if len(segments) not in picked:
        return list(segments)
    for position in picked[:-1]:
        reader = SegmentReader(writer.storage, writer.schema, segments[position])
        writer.add_reader(reader)
        reader.close()
    return [segment for n, segment in enumerate(segments) if n not in picked]
