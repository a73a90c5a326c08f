"""Files to be downloaded. Each is complete before its first byte is sent, so that an error is one
answer; a large one lies on disk meanwhile, not in memory.
"""

import tempfile
from collections.abc import Callable, Iterable
from io import TextIOWrapper
from typing import IO, TextIO

# A file up to this size is made in memory, a larger one on disk.
MEMORY_BYTES = 8_000_000


def make_file(write: Callable[[TextIO], None]) -> IO[bytes]:
    """Return a temporary UTF-8 file, positioned at its beginning; closing it deletes it."""
    file = tempfile.SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115
    text = TextIOWrapper(file, "utf-8", errors="replace", newline="")
    write(text)
    text.detach()
    file.seek(0)
    return file


def write_each(texts: Iterable[str], stream: TextIO, separator: str) -> None:
    """Write the texts with the separator between them."""
    stream.writelines(separator + text if place else text for place, text in enumerate(texts))
