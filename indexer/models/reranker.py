"""Rerankers: a cross-encoder reads query and passage together. Off by default.

It weighs every word of the one against every word of the other, which two separate vectors cannot,
and is far too slow for a whole archive (Nogueira and Cho, 2019): docs/decisions/011-reranking.md.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from archive.messages import Message
from indexer.errors import ModelError
from indexer.models.embedding import first_line, open_model
from indexer.wordings import (
    RERANKER_BUSY,
    RERANKER_FAILED,
    RERANKER_NOT_LOADED,
    RERANKER_SCORES_NOTHING,
)

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

BATCH_PASSAGES = 8
# Texts are cut before they are tokenized, to more than a passage with its title, and pairs to what
# every such model can read.
MAX_QUERY_CHARACTERS, MAX_PASSAGE_CHARACTERS, MAX_TOKENS = 1_000, 2_000, 512
WAIT_SECONDS, RETRY_SECONDS = 10.0, 60.0


class Reranker(Protocol):
    """A model that reads query and passage together."""

    @property
    def name(self) -> str:
        """For people; must not load the model."""

    def score(self, query: str, passages: Sequence[str]) -> Sequence[float]:
        """How well each passage answers the query, 0 to 1; one call. Raises ModelError."""

    def describe(self) -> dict[str, str]:
        """Name, device and number format, for people. Raises ModelError."""


class CrossEncoderReranker:
    """A sentence-transformers CrossEncoder, loaded at its first use, used by one thread at a time.

    `model` is a folder or the name of a model; only a name that is not on disk is ever fetched. If
    it cannot be loaded, it is not tried again for RETRY_SECONDS, because offline one attempt takes
    that long. A thread waits at most WAIT_SECONDS for another, which may be fetching the model.
    """

    def __init__(self, model: str) -> None:
        self._model_setting = model
        self._lock = Lock()
        self._loaded: CrossEncoder | None = None
        self._failure: Message | None = None
        self._retry_at = 0.0

    @property
    def name(self) -> str:
        return self._model_setting.rstrip("/").rsplit("/", 1)[-1]

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        start = query[:MAX_QUERY_CHARACTERS]
        pairs = [(start, passage[:MAX_PASSAGE_CHARACTERS]) for passage in passages]
        with self._turn():
            return _predict(self._load(), pairs)

    def describe(self) -> dict[str, str]:
        with self._turn():
            model = self._load()
        return {
            "name": self.name,
            "device": str(model.device),
            "dtype": str(next(model.parameters()).dtype).removeprefix("torch."),
        }

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise ModelError(RERANKER_BUSY(number=f"{WAIT_SECONDS:g}"))
        try:
            yield
        finally:
            self._lock.release()

    def _load(self) -> "CrossEncoder":
        if self._loaded is None:
            if self._failure is not None and monotonic() < self._retry_at:
                raise ModelError(self._failure)
            try:
                self._loaded = _open_cross_encoder(self._model_setting)
            except Exception as exc:  # any of four libraries may refuse, each in its own way
                self._failure = RERANKER_NOT_LOADED(
                    name=repr(self._model_setting), reason=first_line(exc)
                )
                self._retry_at = monotonic() + RETRY_SECONDS
                raise ModelError(self._failure) from exc
        return self._loaded


def _open_cross_encoder(location: str) -> "CrossEncoder":
    """Raises ValueError for a model that was not made to score pairs."""
    from sentence_transformers import CrossEncoder

    model: CrossEncoder = open_model(CrossEncoder, location)
    made_for = getattr(model.config, "architectures", None) or [""]
    # Other models are opened as well, with a last layer of random numbers.
    if len(model) == 1 and not made_for[0].endswith("ForSequenceClassification"):
        raise ValueError("it is no cross-encoder")
    if model.num_labels != 1:
        raise ValueError(f"it gives a pair {model.num_labels} scores, not one")
    model.max_seq_length = min(model.max_seq_length or MAX_TOKENS, MAX_TOKENS)
    return model


def _predict(model: "CrossEncoder", pairs: list[tuple[str, str]]) -> list[float]:
    import torch

    try:
        logits = model.predict(
            pairs,
            batch_size=BATCH_PASSAGES,
            activation_fn=torch.nn.Identity(),  # many a model is saved with none, others with one
            convert_to_tensor=True,
            show_progress_bar=False,
        )
        scores: list[float] = torch.sigmoid(logits.double()).tolist()
    except (RuntimeError, ValueError, IndexError, MemoryError) as exc:
        raise ModelError(RERANKER_FAILED(reason=first_line(exc))) from exc
    if any(score != score for score in scores):
        raise ModelError(RERANKER_SCORES_NOTHING())
    return scores
