"""The list by meaning: the nearest passages of each language."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from indexer.engines.embedded.snapshot import LiveSegment, Snapshot
from indexer.engines.embedded.storage.articles import Ids, Mask
from indexer.engines.port import DenseHit, RetrievalRequest, Vectors


def rank_dense(
    snapshot: Snapshot, request: RetrievalRequest, allowed: Mask
) -> tuple[DenseHit, ...]:
    """The `depth` nearest passages of each language among the articles allowed, best first."""
    if request.vector is None or not allowed.any():
        return ()
    hits = [
        hit
        for code, language in enumerate(snapshot.articles.languages)
        for hit in _nearest(snapshot, request.vector, request.depth, allowed, code, language)
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.cosine, hit.passage_id)))


def _search(
    segment: LiveSegment, vector: Vectors, depth: int, wanted: Mask
) -> tuple[Ids, npt.NDArray[np.float32]]:
    """The nearest `depth` and all that are as near as the last of them.

    Which of these FAISS itself leaves out depends on how its rows came to stand.
    """
    asked = depth + 1
    while True:
        passages, cosines = segment.search(vector, asked, wanted)
        if len(cosines) < asked or cosines[-1] < cosines[depth - 1]:
            return passages, cosines
        asked *= 8


def _nearest(
    snapshot: Snapshot, vector: Vectors, depth: int, allowed: Mask, code: int, language: str
) -> Iterator[DenseHit]:
    table = snapshot.articles
    wanted = allowed if len(table.languages) == 1 else allowed & (table.language_codes == code)
    if not wanted.any():
        return
    found = [_search(segment, vector, depth, wanted) for segment in snapshot.segments]
    passages = np.concatenate([ids for ids, _ in found])
    cosines = np.concatenate([own for _, own in found])
    for place in np.lexsort((passages, -cosines))[:depth]:
        yield DenseHit(int(passages[place]), float(cosines[place]), language)
