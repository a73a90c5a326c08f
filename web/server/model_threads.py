"""The models, run by a few threads that do nothing else.

PyTorch and oneDNN keep working memory for every thread that ever called them, some 12 MB each, and
OpenMP two threads more: with the 40 threads of a server 500 MB, with these few 50.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from indexer.engines.port import Vectors
from indexer.models.embedding import Embedder
from indexer.ranking.reranking import Reranker
from web.services import Services


class PooledEmbedder:
    """The same embedder, called from the pool's threads alone."""

    def __init__(self, embedder: Embedder, pool: ThreadPoolExecutor) -> None:
        self._embedder, self._pool = embedder, pool

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def is_loaded(self) -> bool | None:
        """None where that is not known."""
        return getattr(self._embedder, "is_loaded", None)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._pool.submit(self._embedder.encode_passages, texts).result()

    def encode_query(self, text: str) -> Vectors:
        return self._pool.submit(self._embedder.encode_query, text).result()

    def describe(self) -> dict[str, str]:
        return self._embedder.describe()


class PooledReranker:
    """The same reranker, called from the pool's threads alone."""

    def __init__(self, reranker: Reranker, pool: ThreadPoolExecutor) -> None:
        self._reranker, self._pool = reranker, pool

    @property
    def name(self) -> str:
        return self._reranker.name

    def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        return self._pool.submit(self._reranker.score, query, passages).result()

    def describe(self) -> dict[str, str]:
        return self._reranker.describe()


def pool_models(services: Services) -> None:
    """To be called before anything is searched. As many threads as requests are worked on."""
    pool = ThreadPoolExecutor(services.settings.threads, thread_name_prefix="model")
    services.embedder = PooledEmbedder(services.embedder, pool)
    if services.reranker is not None:
        services.reranker = PooledReranker(services.reranker, pool)
