"""Writes that survive a power failure."""

import os
import time
from pathlib import Path


def sync_path(path: Path) -> None:
    """Force a file's content or a folder's names to disk; Windows, which cannot, is left alone."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Force the names in the folder and in all folders below it to disk."""
    for parent, _, _ in os.walk(folder):
        sync_path(Path(parent))


def replace_text(path: Path, text: str) -> None:
    """Replace the file's content, whole or not at all, and force it to disk.

    The modification time grows with every write, even where the kernel's clock for files stands
    still for milliseconds.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)  # left by a killed process; a link there is not followed
    with draft.open("x", encoding="utf-8", newline="") as stream:
        stream.write(text)
    now = time.time_ns()
    os.utime(draft, ns=(now, now))
    sync_path(draft)
    draft.replace(path)
    sync_path(path.parent)
