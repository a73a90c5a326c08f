"""The one fake of each thing tests may not depend on, and small material for them."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from archive.messages import verbatim
from archive.model import ArticleDraft, SourceItem
from indexer.analysis import tokenize
from indexer.engines.port import Vectors
from indexer.errors import ModelError

DIMENSION = 64


class FakeEmbedder:
    """Meaning as a bag of folded words: texts that share words are near.

    Counts what it encodes; `failing` makes it fail as a broken model does.
    """

    def __init__(self, name: str = "fake", failing: bool = False) -> None:
        self.name = name
        self.failing = failing
        self.calls = 0
        self.texts: list[str] = []

    @property
    def is_loaded(self) -> bool:
        return self.calls > 0

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if self.failing:
            raise ModelError(verbatim("the model failed: broken on purpose"))
        self.calls += 1
        self.texts += texts
        return np.stack([_embed(text) for text in texts])

    def encode_query(self, text: str) -> Vectors:
        return self.encode_passages([text])[0]

    def knows(self, text: str) -> bool:
        return any("qq" not in word for word in text.split())

    def describe(self) -> dict[str, str]:
        return {"name": self.name, "device": "cpu", "dtype": "float32"}


def make_item(title: str, text: str, **fields: Any) -> SourceItem:
    """An item as a source offers it."""
    paragraphs = tuple(text.split("\n\n"))
    return SourceItem(title, ArticleDraft(title=title, paragraphs=paragraphs, **fields))


def _embed(text: str) -> Vectors:
    places = [_place(token.folded) for token in tokenize(text)]
    counts = np.bincount(places, minlength=DIMENSION) if places else 0
    vector = np.full(DIMENSION, 0.01, np.float32) + np.float32(counts)
    return vector / np.linalg.norm(vector)


@cache
def _place(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big") % DIMENSION
