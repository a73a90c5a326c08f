"""Models whose calls go through a function, for example to time them or to choose their thread."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from indexer.engines.port import Vectors
from indexer.models.embedding import Embedder
from indexer.models.reranker import Reranker

Input = TypeVar("Input")
Output = TypeVar("Output")


class ModelCall(Protocol):
    """Returns what the function returns for the input, and raises what it raises."""

    def __call__(self, function: Callable[[Input], Output], given: Input) -> Output: ...


class WrappedEmbedder:
    """An embedder that encodes through `call`."""

    def __init__(self, embedder: Embedder, call: ModelCall) -> None:
        self._embedder, self._call = embedder, call

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def is_loaded(self) -> bool:
        return self._embedder.is_loaded

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._call(self._embedder.encode_passages, texts)

    def encode_query(self, text: str) -> Vectors:
        return self._call(self._embedder.encode_query, text)

    def knows(self, text: str) -> bool:
        return self._call(self._embedder.knows, text)

    def describe(self) -> dict[str, str]:
        return self._embedder.describe()


class WrappedReranker:
    """A reranker that scores through `call`."""

    def __init__(self, reranker: Reranker, call: ModelCall) -> None:
        self._reranker, self._call = reranker, call

    @property
    def name(self) -> str:
        return self._reranker.name

    def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        return self._call(partial(self._reranker.score, query), passages)

    def describe(self) -> dict[str, str]:
        return self._reranker.describe()
