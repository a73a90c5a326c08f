"""A long run of adding: how far it has come, where it goes on, and what of it failed."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from archive.errors import UnreadableInputError
from archive.intake.ingest import ingest
from archive.messages import Message, read_record, verbatim
from archive.model import ItemOutcome, SourceItem
from archive.sources import files_below, read_location
from archive.sources.options import ReadOptions
from archive.store.articles import ArticleStore, StoreTransaction
from archive.wordings import FAILURES_UNREADABLE, NOT_A_FAILURE

Prepare = Callable[[SourceItem], SourceItem]


@dataclass(frozen=True, slots=True)
class Failure:
    """An item that was rejected, and its place among those of its location, from 0."""

    location: str
    position: int
    item: str
    reason: Message


@dataclass(frozen=True, slots=True)
class PlacedOutcome:
    """An outcome and the place of its item among those of its location, from 0."""

    location: str
    position: int
    outcome: ItemOutcome

    @property
    def failure(self) -> Failure | None:
        if self.outcome.outcome != "rejected":
            return None
        reason = self.outcome.reason or verbatim("")
        return Failure(self.location, self.position, self.outcome.item, reason)


def add_location(
    location: str,
    store: ArticleStore,
    options: ReadOptions,
    prepare: Prepare = lambda item: item,
    *,
    resume: bool = False,
) -> Iterator[PlacedOutcome]:
    """Add what a location offers; with `resume`, from where an earlier run of it was stopped.

    How far it has come is written in the transaction of each batch, so a killed run is resumed at
    the very item. A location that has changed since begins anew.
    """
    key, stamp = _identify(location)
    done = store.progress_of(key, stamp) if resume and stamp else 0
    positions = iter(range(done, 2**62))
    reached = done

    def note(transaction: StoreTransaction, outcomes: list[ItemOutcome]) -> None:
        nonlocal reached
        reached += len(outcomes)
        if stamp:
            transaction.note_progress(key, stamp, reached)

    items = islice(read_location(location, options), done, None)
    for outcome in ingest(map(prepare, items), store, note):
        yield PlacedOutcome(location, next(positions), outcome)


def retry_failures(
    failures: Iterable[Failure],
    store: ArticleStore,
    options: ReadOptions,
    prepare: Prepare = lambda item: item,
) -> Iterator[PlacedOutcome]:
    """Read these items anew, each from its location, and no others."""
    wanted: dict[str, set[int]] = {}
    for failure in failures:
        wanted.setdefault(failure.location, set()).add(failure.position)
    for location, positions in wanted.items():
        order = iter(sorted(positions))
        numbered = enumerate(islice(read_location(location, options), max(positions) + 1))
        items = (prepare(item) for position, item in numbered if position in positions)
        for outcome in ingest(items, store):
            yield PlacedOutcome(location, next(order), outcome)


def write_failure(failure: Failure) -> str:
    """One line for a file of failures: the reason in English, and as a message."""
    told = {"reason": str(failure.reason), "message": failure.reason.to_record()}
    return json.dumps(asdict(failure) | told, ensure_ascii=False)


def read_failures(path: Path) -> list[Failure]:
    """The failures of such a file. Raises UnreadableInputError naming the line that is none."""
    failures = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise UnreadableInputError(FAILURES_UNREADABLE(path=path, reason=exc)) from exc
    for number, line in enumerate(lines, start=1):
        try:
            failures.append(_read_failure(json.loads(line)))
        except (ValueError, TypeError, KeyError, AttributeError) as exc:
            raise UnreadableInputError(NOT_A_FAILURE(path=path, line=number)) from exc
    return failures


def _read_failure(given: dict[str, Any]) -> Failure:
    """A failure as `write_failure` wrote it, or an earlier edition, without the message."""
    message = given.get("message")
    reason = read_record(message) if message else verbatim(given["reason"])
    return Failure(given["location"], int(given["position"]), given["item"], reason)


def size_bytes(location: str) -> int | None:
    """How much there is to read in a file or folder; None for what tells no size."""
    path = Path(location)
    try:
        if path.is_file():
            return path.stat().st_size
        if path.is_dir():
            return sum(file.stat().st_size for file in files_below(path))
    except OSError:
        pass
    return None


def _identify(location: str) -> tuple[str, str]:
    """The name a location's progress is kept under and its state; "" for one without a state."""
    path = Path(location)
    try:
        if path.is_file():
            files = [path]
        elif path.is_dir():
            files = list(files_below(path))
        else:
            return location, ""
        states = [(str(file), (held := file.stat()).st_size, held.st_mtime_ns) for file in files]
        return str(path.resolve()), hashlib.sha256(repr(states).encode()).hexdigest()
    except OSError:
        return location, ""
