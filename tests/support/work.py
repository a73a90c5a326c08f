"""How much work something is: measured so that a busy or slow machine changes nothing."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


@contextmanager
def at_most(processor_seconds: float) -> Iterator[None]:
    """Fail if this thread computes for longer; time spent waiting does not count.

    The bounds are ten times what the work takes and more: they tell a few seconds from minutes.
    """
    begun = time.thread_time()
    yield
    spent = time.thread_time() - begun
    assert spent < processor_seconds, f"computed for {spent:.1f} s"


def count_calls(work: Callable[[], T]) -> tuple[T, int]:
    """What the work returns, and how many functions, of Python and of C, it called."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        result = work()
    finally:
        sys.setprofile(None)
    return result, calls


def count_steps(work: Callable[[], T]) -> tuple[T, int]:
    """What the work returns, and how many instructions SQLite ran for it, to the next hundred."""
    steps = 0
    watched: list[Any] = []

    def step() -> None:
        nonlocal steps
        steps += 100

    def watch(connection: Any, *_: object) -> None:
        connection.set_progress_handler(step, 100)
        watched.append(connection)

    sa.event.listen(sa.pool.Pool, "checkout", watch)
    try:
        result = work()
    finally:
        sa.event.remove(sa.pool.Pool, "checkout", watch)
        for connection in watched:
            connection.set_progress_handler(None, 0)
    return result, steps
