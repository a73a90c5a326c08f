"""What a request does, noted where it happens; its metrics and its log line are made from it.

Outside a request, on the command line and in the threads beside the server, nothing is noted.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal

from archive.model import ItemOutcome

SearchKind = Literal["search", "similar"]
Answer = Literal["found", "nothing", "refused", "unavailable", "failed"]


@dataclass(frozen=True, slots=True)
class SearchNote:
    """A search and what came of it, without a word of it; `results` is None where it failed."""

    kind: SearchKind
    mode: str
    answer: Answer
    results: int | None
    words: int
    seconds: float


@dataclass(slots=True)
class RequestNote:
    """One request: its searches, the outcomes of what it added, what it changed, its stages."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    searches: list[SearchNote] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)


current_note: ContextVar[RequestNote | None] = ContextVar("current_note", default=None)


def note_search(search: SearchNote) -> None:
    note = current_note.get()
    if note is not None:
        note.searches.append(search)


def note_outcomes(outcomes: Iterable[ItemOutcome]) -> None:
    note = current_note.get()
    if note is not None:
        for outcome in outcomes:
            note.outcomes.append(outcome.outcome)
            if outcome.id is not None:
                note.changed.append(f"{outcome.outcome} {outcome.id}")


def note_changed(*changed: str) -> None:
    """Name for the audit what the request's own address does not."""
    note = current_note.get()
    if note is not None:
        note.changed += changed


@contextmanager
def time_stage(stage: str) -> Iterator[None]:
    """Add the block's time to the request's stage."""
    start = time.perf_counter()
    try:
        yield
    finally:
        note = current_note.get()
        if note is not None:
            note.stages[stage] = note.stages.get(stage, 0.0) + time.perf_counter() - start
