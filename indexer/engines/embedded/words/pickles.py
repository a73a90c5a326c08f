"""Whoosh's pickles, limited to the classes that its files name.

An index may come from elsewhere, in a backup or by a copied folder, and a pickle can call anything
(the standard library's documentation of `pickle`, "Restricting Globals"). Checksums are no
protection: whoever writes the files writes them too.
"""

import pickle
from io import BytesIO
from types import SimpleNamespace
from typing import IO, Any

import whoosh.codec.whoosh3
import whoosh.columns
import whoosh.filedb.structfile
import whoosh.formats
import whoosh.index

ALLOWED = frozenset(
    {
        ("__builtin__", "long"),
        ("_codecs", "encode"),
        ("builtins", "int"),
        ("collections", "defaultdict"),
        ("whoosh.analysis.tokenizers", "IDTokenizer"),
        ("whoosh.codec.whoosh3", "W3Codec"),
        ("whoosh.codec.whoosh3", "W3Segment"),
        ("whoosh.columns", "NumericColumn"),
        ("whoosh.fields", "NUMERIC"),
        ("whoosh.fields", "Schema"),
        ("whoosh.fields", "TEXT"),
        ("whoosh.formats", "Existence"),
        ("whoosh.formats", "Frequency"),
        ("whoosh.formats", "Positions"),
    }
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module_name}.{global_name} is not of an index")
        return super().find_class(module_name, global_name)


class _Bytes(BytesIO):
    """Bytes that the unpickler reads ahead, six times as fast: only where it can peek."""

    def peek(self, _size: int = -1) -> bytes:
        return self.getvalue()[self.tell() :]


def load(stream: IO[bytes]) -> Any:
    """Read one object from the stream. Raises UnpicklingError for any other class."""
    return _Unpickler(stream).load()


def loads(data: bytes) -> Any:
    return load(_Bytes(data))


def restrict_whoosh() -> None:
    """Have Whoosh read pickles only through this module."""
    whoosh.filedb.structfile.load = load
    whoosh.index.pickle = SimpleNamespace(**vars(pickle) | {"load": load, "loads": loads})
    for module in (whoosh.codec.whoosh3, whoosh.columns, whoosh.formats):
        module.loads = loads
