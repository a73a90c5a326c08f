"""Vector segments: immutable files of passage vectors under a FAISS index."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from indexer.engines.embedded.storage.articles import (
    COLUMNS,
    DAY,
    ArticleTable,
    Column,
    Ids,
    Mask,
    join_tables,
    table_of,
)
from indexer.engines.embedded.storage.manifest import SegmentEntry, describe_file
from indexer.engines.port import IndexedArticle, Vectors
from indexer.errors import CorruptIndexError
from indexer.passages import ORDINAL_BITS, passage_id
from indexer.wordings import FILE_DAMAGED, REBUILD, WRONG_DIMENSION

# Up to here an exact scan in fp16 answers in a few ms; above, cells probed in turn keep it so. In
# both the vectors are the same: of 100,000 the cells miss none of the nearest 200 in 3.6 ms, with 8
# bits 7 of 1,000 in 2.6, and each merge would round anew.
FLAT_PASSAGES = 60_000
CELLS_PROBED = 64
TRAINING_PER_CELL = 64


@dataclass(frozen=True, slots=True)
class VectorSegment:
    """An open segment: row n of the FAISS index is the vector of passage_ids[n]."""

    name: str
    index: faiss.Index
    passage_ids: Ids
    articles: ArticleTable

    def search(
        self, vector: Vectors, depth: int, allowed: Mask | None
    ) -> tuple[Ids, npt.NDArray[np.float32]]:
        """Ids and cosines of the nearest passages among the rows allowed (None: all), best first.

        Raises CorruptIndexError where the vector's dimension is not the segment's.
        """
        if vector.shape != (self.index.d,):
            raise CorruptIndexError(
                REBUILD(problem=WRONG_DIMENSION(held=self.index.d, given=len(vector)))
            )
        parameters = _search_parameters(self.index, allowed)
        with _one_thread():
            cosines, rows = self.index.search(vector[None, :], depth, params=parameters)
        found = rows[0] >= 0
        return self.passage_ids[rows[0][found]], cosines[0][found]

    def vectors(self, rows: Ids | None = None) -> Vectors:
        """(rows, dimension), as far as the stored precision goes; of all rows where None."""
        return _reconstruct(self.index, np.arange(len(self.passage_ids)) if rows is None else rows)


def write_segment(folder: Path, articles: Sequence[IndexedArticle]) -> SegmentEntry:
    """A durable new segment of these articles."""
    ordered = sorted(articles, key=lambda article: article.id)
    ids = [passage_id(a.id, n) for a in ordered for n in range(len(a.vectors))]
    vectors = np.concatenate([article.vectors for article in ordered])
    return _write(folder, np.array(ids, np.int64), vectors, table_of(ordered))


def merge_segments(
    folder: Path, segments: Sequence[tuple[VectorSegment, frozenset[int]]]
) -> SegmentEntry:
    """One durable segment of what still lives in these; each comes with its dead articles."""
    ids, vectors, tables = [], [], []
    for segment, dead in segments:
        buried = np.fromiter(dead, np.int64, len(dead))
        living = np.flatnonzero(~np.isin(segment.passage_ids >> ORDINAL_BITS, buried))
        ids.append(segment.passage_ids[living])
        vectors.append(segment.vectors(living))
        tables.append(segment.articles.without(dead))
    return _write(folder, np.concatenate(ids), np.concatenate(vectors), join_tables(tables))


def open_segment(folder: Path, entry: SegmentEntry) -> VectorSegment:
    """Raises CorruptIndexError where a file is missing or cannot be understood."""
    try:
        index = faiss.read_index(str(folder / f"{entry.name}.faiss"))
        with np.load(folder / f"{entry.name}.npz", allow_pickle=False) as columns:
            return VectorSegment(entry.name, index, columns["passage_ids"], _read_table(columns))
    except Exception as exc:  # damaged files fail in as many ways as they have bytes
        raise CorruptIndexError(REBUILD(problem=FILE_DAMAGED(name=entry.name))) from exc


def _write(folder: Path, ids: Ids, vectors: Vectors, articles: ArticleTable) -> SegmentEntry:
    name = f"vectors-{secrets.token_hex(8)}"
    names = {name: getattr(articles, name).values for name in COLUMNS}
    index = _build_index(vectors)
    # FAISS itself does not tell when the last of a file cannot be written.
    with (folder / f"{name}.faiss").open("wb") as stream:
        faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))
    np.savez(
        folder / f"{name}.npz",
        passage_ids=ids,
        article_ids=articles.ids,
        published=articles.published,
        days=articles.days,
        names=np.frombuffer(json.dumps(names).encode(), np.uint8),
        **{f"{name}_codes": getattr(articles, name).codes for name in COLUMNS},
    )
    files = tuple(describe_file(folder / f"{name}.{suffix}") for suffix in ("faiss", "npz"))
    return SegmentEntry(name, len(ids), len(articles), files)


def _reconstruct(index: faiss.Index, rows: Ids) -> Vectors:
    if isinstance(index, faiss.IndexIVF):
        index.make_direct_map()
    return np.asarray(index.reconstruct_batch(rows), np.float32)


def _read_table(columns: "np.lib.npyio.NpzFile") -> ArticleTable:
    names = json.loads(columns["names"].tobytes())
    if isinstance(names, list):  # of format 2, which knew the languages and sources alone
        return _read_first_table(columns, *names)
    ids, published, days = columns["article_ids"], columns["published"], _read_days(columns)
    read = {
        name: Column(columns[f"{name}_codes"], tuple(map(tuple, values)))
        for name, values in names.items()
    }
    return ArticleTable(ids, published, days, **read)


def _read_days(columns: "np.lib.npyio.NpzFile") -> npt.NDArray[np.bytes_]:
    """Up to format 3 an index knew no clocks but UTC's."""
    return columns["days"] if "days" in columns else columns["published"].astype(DAY)


def _read_first_table(
    columns: "np.lib.npyio.NpzFile", languages: list[str], sources: list[str]
) -> ArticleTable:
    ids, nobody = columns["article_ids"], Column.of([()] * len(columns["article_ids"]))
    return ArticleTable(
        ids=ids,
        published=columns["published"],
        days=_read_days(columns),
        language=Column(columns["language_codes"], tuple((name,) for name in languages)),
        source=Column(columns["source_codes"], tuple((name,) if name else () for name in sources)),
        section=nobody,
        authors=nobody,
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the calling thread's searches use one core.

    A single query gains nothing from more, and waits for each of them: 16,000 passages took 11 ms
    on two busy cores and 0.7 ms on one.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _build_index(vectors: Vectors) -> faiss.Index:
    count, dimension = vectors.shape
    if count < FLAT_PASSAGES:
        index = faiss.index_factory(dimension, "SQfp16", faiss.METRIC_INNER_PRODUCT)
        training = vectors[:1]
    else:
        cells = int(4 * count**0.5)
        index = faiss.index_factory(dimension, f"IVF{cells},SQfp16", faiss.METRIC_INNER_PRODUCT)
        index.by_residual = False  # the very vectors of a flat segment, whatever was merged when
        training = _sample(vectors, cells * TRAINING_PER_CELL)
    index.train(training)
    index.add(vectors)
    return index


def _sample(vectors: Vectors, size: int) -> Vectors:
    if size >= len(vectors):
        return vectors
    rows = np.random.default_rng(0).choice(len(vectors), size, replace=False)
    return vectors[np.sort(rows)]


def _search_parameters(index: faiss.Index, allowed: Mask | None) -> faiss.SearchParameters:
    """The parameters keep the selector and its bits alive while a search goes on."""
    selector = None
    if allowed is not None:
        selector = faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
    if isinstance(index, faiss.IndexIVF):
        return faiss.SearchParametersIVF(sel=selector, nprobe=_cells_to_probe(index, allowed))
    return faiss.SearchParameters(sel=selector)


def _cells_to_probe(index: faiss.IndexIVF, allowed: Mask | None) -> int:
    """More, the fewer passages are allowed, so that as many are compared as without a filter."""
    share = 1.0 if allowed is None else float(allowed.mean())
    return int(min(index.nlist, CELLS_PROBED / max(share, CELLS_PROBED / index.nlist)))
