"""Embedders: text to vectors by a sentence-transformers model."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from unicodedata import east_asian_width

import numpy as np

from indexer.engines.port import Vectors
from indexer.errors import ModelError
from indexer.wordings import MODEL_FAILED, MODEL_NOT_LOADED

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.model import BaseModel

Model = TypeVar("Model", bound="BaseModel")

BUNDLED = "bundled"
BUNDLED_NAME = "multilingual-e5-small-q4-1571fc98"
BATCH_PASSAGES = 32
# Text of any language is cut into longer pieces on average, names and acronyms too; "qwxzv" into
# q, w, x and zv. Where a sign is a word or a syllable, its pieces say nothing.
MIN_PIECE_LETTERS = 2
PROBE_SHAPE = (512, 384, 1536)
PROBE_TURNS = 12
MIN_SPEEDUP = 1.2


class Embedder(Protocol):
    """A model that encodes meaning. Vectors have unit length, so their product is the cosine."""

    @property
    def name(self) -> str:
        """The model's identity, part of the index's fingerprint; does not load the model."""

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory; if not, its first use loads it."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """(texts, dimension). Raises ModelError."""

    def encode_query(self, text: str) -> Vectors:
        """(dimension,). Raises ModelError."""

    def knows(self, text: str) -> bool:
        """Whether the model has words for any of the text. What it can only spell has a vector too,
        but not one that means anything. Raises ModelError.
        """

    def describe(self) -> dict[str, str]:
        """Name, device and number format, for people."""


class SentenceTransformerEmbedder:
    """A model loaded at its first use, on the GPU if there is one, in bf16 if that is faster.

    `model` is "bundled", a folder or the name of a model; only a name that is not on disk is ever
    fetched. Prompts ("query: ", "passage: ") are those of the model's own configuration.
    """

    def __init__(self, model: str, cache_folder: Path) -> None:
        self._model_setting = model
        self._cache_folder = cache_folder
        self._lock = Lock()
        self._loaded: SentenceTransformer | None = None

    @property
    def name(self) -> str:
        if self._model_setting == BUNDLED:
            return BUNDLED_NAME
        return self._model_setting.rstrip("/").rsplit("/", 1)[-1]

    @property
    def is_loaded(self) -> bool:
        return self._loaded is not None

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode("encode_document", list(texts))

    def encode_query(self, text: str) -> Vectors:
        # On one thread: 2 ms slower on an idle machine, but not held up by other processes.
        self.load()
        with _one_thread():
            vector: Vectors = self._encode("encode_query", [text])[0]
        return vector

    def knows(self, text: str) -> bool:
        letters = [character for character in text if character.isalpha()]
        if not letters or any(east_asian_width(letter) in "WF" for letter in letters):
            return True
        return len(letters) >= MIN_PIECE_LETTERS * len(self.load().tokenizer.tokenize(text))

    def describe(self) -> dict[str, str]:
        model = self.load()
        return {
            "name": self.name,
            "device": str(model.device),
            "dtype": str(next(model.parameters()).dtype).removeprefix("torch."),
        }

    def load(self) -> "SentenceTransformer":
        """The model, loaded once per process. Raises ModelError."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> "SentenceTransformer":
        location = self._locate()
        try:
            return _open_embedder(location)
        except Exception as exc:  # any of four libraries may refuse, each in its own way
            name, reason = repr(self._model_setting), first_line(exc)
            raise ModelError(MODEL_NOT_LOADED(name=name, reason=reason)) from exc

    def _locate(self) -> str:
        if self._model_setting != BUNDLED:
            return self._model_setting
        from indexer.models.bundled_model import unpack_bundled_model

        return str(unpack_bundled_model(self._cache_folder))

    def _encode(self, method: str, texts: list[str]) -> Vectors:
        model = self.load()
        try:
            encoded = getattr(model, method)(
                texts,
                batch_size=BATCH_PASSAGES,
                convert_to_tensor=True,
                show_progress_bar=False,
            )
            vectors = np.asarray(encoded.float().cpu().numpy(), dtype=np.float32)
            # In bf16 the model's own normalisation is off by a thousandth.
            unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            return unit
        except (RuntimeError, ValueError, IndexError, MemoryError) as exc:
            raise ModelError(MODEL_FAILED(reason=first_line(exc))) from exc


def _open_embedder(location: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    model = open_model(SentenceTransformer, location)
    _set_document_prompt(model)
    return model


def open_model(kind: type[Model], model: str) -> Model:
    """Open a model of a sentence-transformers class, from a folder or by its name.

    A model that was fetched before is opened as a folder: by its name, the hub would be asked about
    each file again, which takes half a minute a file when offline.
    """
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call] # we show a progress bar of our own
    options = _device_options()
    folder = model if Path(model).is_dir() else _fetched_folder(kind, model)
    try:
        return kind(folder or model, local_files_only=folder is not None, **options)
    except OSError:
        if folder in (model, None):
            raise
        return kind(model, **options)  # it was fetched only in part


def _fetched_folder(kind: type["BaseModel"], model: str) -> str | None:
    from huggingface_hub import try_to_load_from_cache

    name = model if "/" in model else f"{kind.default_huggingface_organization}/{model}"
    try:
        found = try_to_load_from_cache(name, "config.json")
    except ValueError:  # not the name of a model
        return None
    return str(Path(found).parent) if isinstance(found, str) else None


def _device_options() -> dict[str, Any]:
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" or _is_bfloat16_faster() else torch.float32
    return {"model_kwargs": {"dtype": dtype}, "device": device}


def _set_document_prompt(model: "SentenceTransformer") -> None:
    """Use the model's passage prompt for documents, whose default prompt is empty."""
    prompts = model.prompts
    if not prompts.get("document") and prompts.get("passage"):
        prompts["document"] = prompts["passage"]


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let the calling thread's matrix products use a single core."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _is_bfloat16_faster() -> bool:
    """Whether this CPU multiplies matrices of the model's size clearly faster in bf16.

    Compares the best of several alternating turns, so that other processes affect both alike.
    """
    import torch

    best = {torch.float32: float("inf"), torch.bfloat16: float("inf")}
    for _ in range(PROBE_TURNS):
        for dtype in best:
            best[dtype] = min(best[dtype], _probe_seconds(dtype))
    return best[torch.float32] > MIN_SPEEDUP * best[torch.bfloat16]


def _probe_seconds(dtype: "torch.dtype") -> float:
    import torch

    rows, inner, columns = PROBE_SHAPE
    left, right = torch.ones(rows, inner, dtype=dtype), torch.ones(inner, columns, dtype=dtype)
    start = time.perf_counter()
    torch.mm(left, right)
    return time.perf_counter() - start


def first_line(exc: Exception) -> str:
    """The first line of an error's message, or its type's name."""
    return next(iter(str(exc).splitlines()), type(exc).__name__)
