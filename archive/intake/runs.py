"""Long runs that add a location: progress, resumption and failures."""

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
    """A rejected item and its position among the items of its location, from 0."""

    location: str
    position: int
    item: str
    reason: Message


@dataclass(frozen=True, slots=True)
class PlacedOutcome:
    """An outcome and the position of its item among those of its location, from 0."""

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
    """Add the items of a location; with `resume`, continue where an earlier run of it stopped.

    Progress is written in the transaction of each batch, so a killed run resumes at exactly the
    right item. A location that has changed since starts from the beginning.
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
    """Read these items, and no others, again from their locations."""
    places: dict[str, set[int]] = {}
    for failure in failures:
        places.setdefault(failure.location, set()).add(failure.position)
    for location, positions in places.items():
        order = iter(sorted(positions))
        numbered = enumerate(islice(read_location(location, options), max(positions) + 1))
        items = (prepare(item) for position, item in numbered if position in positions)
        for outcome in ingest(items, store):
            yield PlacedOutcome(location, next(order), outcome)


def write_failure(failure: Failure) -> str:
    """Return one line for a file of failures: the reason in English, and as a message."""
    reason = {"reason": str(failure.reason), "message": failure.reason.to_record()}
    return json.dumps(asdict(failure) | reason, ensure_ascii=False)


def read_failures(path: Path) -> list[Failure]:
    """Return the failures in a file. Raise UnreadableInputError naming a line that is invalid."""
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


def _read_failure(record: dict[str, Any]) -> Failure:
    """Return the failure that `write_failure` wrote; earlier editions wrote no message."""
    message = record.get("message")
    reason = read_record(message) if message else verbatim(record["reason"])
    return Failure(record["location"], int(record["position"]), record["item"], reason)


def size_bytes(location: str) -> int | None:
    """Return the size of a file or of the readable files of a folder, or None if unknown."""
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
    """Return the key of a location's progress and a hash of its state, "" if it has none."""
    path = Path(location)
    try:
        if path.is_file():
            files = [path]
        elif path.is_dir():
            files = list(files_below(path))
        else:
            return location, ""
        states = [(str(file), (stat := file.stat()).st_size, stat.st_mtime_ns) for file in files]
        return str(path.resolve()), hashlib.sha256(repr(states).encode()).hexdigest()
    except OSError:
        return location, ""
