"""The library that makes file operations fail or be the last: compiled here, armed in a child."""

import ctypes
import errno
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
COMPILERS = ("cc", "gcc", "clang")


class Kind(IntFlag):
    """File operations, as faults.c numbers them."""

    WRITE = 1
    SYNC = 2
    RENAME = 4
    CREATE = 8
    TRUNCATE = 16
    REMOVE = 32
    MAKE = 64


class Action(IntEnum):
    """What the chosen operation does; SHORT writes half, and what follows fails where it stays."""

    COUNT = 0
    FAIL = 1
    SHORT = 2
    KILL_BEFORE = 3
    KILL_AFTER = 4
    KILL_TORN = 5


EVERYTHING = int(Kind(127))


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at the n-th operation (1 is the first, 0 none) of these kinds under a folder.

    With `stays` it also happens at all that follow.
    """

    nth: int = 0
    action: int = Action.COUNT
    error: int = errno.ENOSPC
    stays: bool = False
    kinds: int = EVERYTHING


def build_library(folder: Path) -> Path:
    """The library compiled into the folder. Raises RuntimeError saying what to install."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise RuntimeError(
            "these tests need a C compiler; install one, on Debian with: "
            "apt-get install gcc libc6-dev"
        )
    name = f"faults-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", name, str(SOURCE), "-ldl"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if ended.returncode:
        raise RuntimeError(
            f"{SOURCE.name} cannot be compiled; install the headers of the C library, on Debian "
            f"with: apt-get install libc6-dev\n{ended.stderr}"
        )
    return folder / name


class FaultLayer:
    """The library in this process, which must have been started with LD_PRELOAD naming it."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)
        self._library.faults_disarm.restype = ctypes.c_long
        self._library.faults_hits.restype = ctypes.c_long

    def arm(self, folder: Path, fault: Fault, announce_to: int = 1) -> None:
        """From now on count, and at the n-th act, telling its name to the handle."""
        self._library.faults_arm(
            str(folder).encode(),
            ctypes.c_uint(fault.kinds),
            ctypes.c_long(fault.nth),
            int(fault.action),
            fault.error,
            int(fault.stays),
            announce_to,
        )

    def disarm(self) -> tuple[int, int]:
        """How many operations were seen since, and how many of them were interfered with."""
        return int(self._library.faults_disarm()), int(self._library.faults_hits())

    def shift_clock(self, seconds: int) -> None:
        """Set this process's clock forward, or back where negative."""
        self._library.faults_shift_clock(ctypes.c_longlong(seconds))
